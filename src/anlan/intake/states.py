"""Whether a report counts."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Validity(TextChoices):
    """Whether it tells of something real; a repeat is evidence and stays counted."""

    VALID = "valid", _("Valid")
    REPEAT = "repeat", _("Repeat")
    MISDIAL = "misdial", _("Misdial")
    NUISANCE = "nuisance", _("Nuisance call")


class CallBack(TextChoices):
    """What came of calling back somebody who did not speak, or whose call broke off."""

    ANSWERED = "answered", _("Answered, no danger")
    NO_ANSWER = "no_answer", _("No answer")
    DANGER = "danger", _("Danger")


COUNTED = frozenset({Validity.VALID, Validity.REPEAT})  # tells of something; every stage counts by this set
CARRIES_NOTHING = frozenset(Validity) - COUNTED  # such a call has no matter and no place
