"""Why a step of dispatch was refused, in the page's language."""

from __future__ import annotations

from django.utils.translation import gettext as _

from anlan.dispatch.rules import DispatchRefused


def refusal(error: DispatchRefused) -> str:
    """Return why not, and what to do instead."""
    return {
        "no_such_step": _("This step cannot come now: somebody stamped it, or a later one, already."),
        "unknown_unit": _("There is no such unit."),
        "unknown_assignment": _("There is no such assignment."),
        "unit_busy": _("This unit is elsewhere. Choose another, or free it first."),
        "unit_off_shift": _("This unit is off shift. Choose another, or write its shift first."),
        "unit_closed": _("This unit is not sent any more. Choose another."),
        "shift_overlaps": _("This unit has another shift in that time. Let this one begin when that one ends."),
        "shift_impossible": _("A shift ends after it begins, with at least one person."),
    }[error.code]
