"""Where an incident can stand, and the results that its reporter is told, with the names that pages give them."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from anlan.triage import rules


class State(TextChoices):
    """Where it stands; `moves.INCIDENTS` says where it may go."""

    NEW = rules.NEW, _("New")
    HANDED_OVER = rules.HANDED_OVER, _("Handed over")
    SIGNED = rules.SIGNED, _("Signed for")
    RETURNED = rules.RETURNED, _("Returned")
    DISPUTED = rules.DISPUTED, _("With the arbiter")
    DISPATCHED = rules.DISPATCHED, _("Unit sent")
    RESOLVED = rules.RESOLVED, _("Resolved")
    CLOSED = rules.CLOSED, _("Closed")
    REOPENED = rules.REOPENED, _("Reopened")


class Disposal(TextChoices):
    """The result that the reporter is told."""

    DONE = "done", _("Put right")
    ADVISED = "advised", _("Advised")
    PASSED_ON = "passed_on", _("Passed on to whom it belongs")
    NOT_FOUND = "not_found", _("Nothing was found there")
    REPEAT_OF = "repeat_of", _("Known already")
    NO_MATTER = "no_matter", _("No matter for us")
