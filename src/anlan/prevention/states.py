"""Where problems and tasks stand, and what became of a listed task: each state with its label."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ProblemState(TextChoices):
    """Where a problem stands."""

    RAISED = "raised", _("Raised")
    ASSIGNED = "assigned", _("Assigned")
    RETURNED = "returned", _("Returned")
    DISPUTED = "disputed", _("With the arbiter")
    SIGNED = "signed", _("Signed for")
    IN_WORK = "in_work", _("In work")
    ACCEPTED = "accepted", _("Works accepted")
    STRUCK_OFF = "struck_off", _("Struck off")
    REOPENED = "reopened", _("Reopened")


MENDED = (ProblemState.ACCEPTED, ProblemState.STRUCK_OFF)  # from here a failure reopens it


class TaskState(TextChoices):
    """Where a task stands."""

    OPEN = "open", _("Open")
    WORKS_DONE = "works_done", _("Works done")
    REFUSED = "refused", _("Refused")
    PASSED = "passed", _("Passed")


class RequestState(TextChoices):
    """Where an extension stands that was asked for; one whose task is done meanwhile is taken back."""

    ASKED = "asked", _("Extension asked")
    GRANTED = "granted", _("Granted")
    REFUSED = "refused", pgettext_lazy("an extension", "Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Fate(TextChoices):
    """What became of a task on an issued list, by the deadline that the list gave it."""

    ON_TIME = "on_time", _("Done on time")
    EXTENDED = "extended", _("Done within an extension")
    LATE = "late", _("Done late")
    OPEN = "open", _("Open")
    OVERDUE = "overdue", _("Open and late")
