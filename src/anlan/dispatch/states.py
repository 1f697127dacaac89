"""The milestones of an assignment, with the names that pages give them."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Stamp(TextChoices):
    """Which milestone a stamp is of, in their usual order; any may be missing, and is then shown as missing."""

    RECEIVED = "received", _("Received")
    ENTERED = "entered", _("Entered")
    DISPATCHED = "dispatched", _("Dispatched")
    ACKNOWLEDGED = "acknowledged", _("Acknowledged")
    EN_ROUTE = "en_route", _("En route")
    ON_SCENE = "on_scene", _("On scene")
    BACKUP_ASKED = "backup_asked", _("Backup asked")
    RESOLVED = "resolved", _("Danger ended")
    FIELD_FEEDBACK = "field_feedback", _("Field feedback")
    CLEARED = "cleared", _("Free again")
    REASSIGNED = "reassigned", _("Reassigned")
    REVIEWED = "reviewed", _("Reviewed")
    ARCHIVED = "archived", _("Archived")
