"""Why a move was refused, and what an incident's entries say, in the page's language."""

from __future__ import annotations

from django.utils.translation import gettext as _

from anlan.core.ledger.verbs import KeyReused
from anlan.triage.actions import HeldElsewhere
from anlan.triage.rules import TriageRefused


def refusal(error: TriageRefused | HeldElsewhere | KeyReused) -> str:
    """Return why not, and what to do instead."""
    if isinstance(error, KeyReused):
        return _("This page was sent before already. Here it is as it stands now.")
    if isinstance(error, HeldElsewhere):
        return _("Somebody was quicker: another organisation holds it now. Look at it again.")
    return {
        "no_such_move": _("Somebody was quicker: it stands elsewhere now. Look at it again."),
        "never_diverted": _("This may hide danger to life. It is never diverted; send a unit."),
        "arbiter_has_decided": _("The arbiter has decided that it is yours; it cannot be returned again."),
        "closed_already": _("It was closed meanwhile. Reopen it first, or open an incident of its own."),
        "return_instead": _("They had it before you. Return it with the reason."),
        "reason_missing": _("Write the reason, so that the others can act on it."),
        "unknown_disposal": _("Choose what came of it."),
        "unknown_urgency": _("Choose 1, 2 or 3."),
        "unknown_category": _("There is no such category in this city."),
        "unknown_organisation": _("There is no such organisation, or it is closed."),
        "holds_it_already": _("It holds this already."),
        "report_tells_of_another": _("This report tells of another incident already. Take it away there first."),
        "nothing_chosen": _("Tick the reports first."),
        "split_needs_both_sides": _("Leave at least one report on each side."),
        "holder_is_there": _("Its holder is still there; ask them to hand it back."),
        "no_organisation": _("This city has no organisation yet; an operator adds one."),
    }[error.code]


def urgency_words(urgency: int) -> str:
    """Say how soon somebody has to go."""
    return {1: _("at once"), 2: _("soon")}.get(urgency, _("in its turn"))


def happened(kind: str, payload: dict[str, object]) -> str:
    """Say what an entry about an incident means."""
    what = kind.removeprefix("triage.incident_")
    said = {
        "opened": _("Opened"),
        "report_linked": _("One more report linked: %(report)s"),
        "report_unlinked": _("Report taken away: %(report)s"),
        "split": _("Split; the other part is %(into)s"),
        "handed_over": _("Handed over to %(to)s"),
        "signed": _("Signed for by %(by)s"),
        "returned": _("Returned by %(by)s"),
        "disputed": _("Returned a second time by %(by)s; the arbiter decides"),
        "arbitrated": _("Decided: it belongs to %(to)s"),
        "category_confirmed": _("Category confirmed: %(category)s (at the call: %(at_call)s)"),
        "urgency_set": _("Urgency: %(urgency)s"),
        "dispatched": _("Unit sent"),
        "resolved": _("Resolved"),
        "closed": _("Closed"),
        "reopened": _("Reopened"),
    }.get(what, what)
    return said % payload if "%(" in said else said
