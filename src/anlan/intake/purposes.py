"""Why personal content is opened or erased; the reason stands in the ledger as one of these words."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Purpose(TextChoices):
    """Why somebody opens a report's personal content."""

    HANDLE = "handle", _("To handle the report")
    CALL_BACK = "call_back", _("To call the reporter back")
    ANSWER = "answer", _("To answer the caller about it")
    STUDY = "study", _("To study a place")
    AUDIT = "audit", _("To check a figure or a record")


class ErasureReason(TextChoices):
    """Why personal content is erased."""

    ASKED = "asked", _("The reporter asked for it")
    WITHDRAWN = "withdrawn", _("The reporter withdrew the report")
    RETENTION = "retention", _("Its time of keeping has passed")
    MISTAKE = "mistake", _("It should not have been written down")
