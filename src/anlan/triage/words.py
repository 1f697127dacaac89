"""What pages say of incidents: why a move was refused, how urgent it is, and what an entry means."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.utils.translation import gettext_noop as noop

from anlan.core import labels, refusals
from anlan.core.ledger.verbs import KeyReused
from anlan.core.models import AreaVersion
from anlan.core.refusals import Refused
from anlan.core.time import vocabulary
from anlan.core.words import area_label
from anlan.intake.models import Category
from anlan.intake.queries.history import who
from anlan.intake.words import kind_words, label
from anlan.triage.access import HeldElsewhere
from anlan.triage.moves import INCIDENTS
from anlan.triage.queries.followed import Objection

REFUSALS: Final = (Refused, HeldElsewhere, KeyReused)  # what a page answers with `refusal`

NOTED: Final[dict[str, str | Promise]] = {  # what an entry means that no move leaves by itself
    "triage.incident_opened": gettext_lazy("Opened"),
    "triage.incident_report_linked": gettext_lazy("One more report linked: %(report)s"),
    "triage.incident_report_linked.added": gettext_lazy("The reporter added something: %(report)s"),
    "triage.incident_report_linked.depth": gettext_lazy("The reporter added: %(depth)d cm deep, %(report)s"),
    "triage.incident_report_linked.gone": gettext_lazy("The reporter says that the water is gone: %(report)s"),
    "triage.incident_objected": gettext_lazy("The reporter says that it is not put right: %(report)s"),
    "triage.incident_report_unlinked": gettext_lazy("Report taken away: %(report)s"),
    "triage.incident_report_relinked": gettext_lazy("The report tells of %(into)s instead"),
    "triage.incident_split": gettext_lazy("Split; the other part is %(into)s"),
    "triage.incident_arbitrated": gettext_lazy("Decided: it belongs to %(to)s"),
    "triage.incident_category_confirmed": gettext_lazy("Category confirmed: %(category)s (at the call: %(at_call)s)"),
    "triage.incident_urgency_set": gettext_lazy("Urgency: %(urgency)s"),
    "triage.incident_questions_answered": gettext_lazy("Key question answered yes: %(answers)s"),
    "triage.incident_undone": gettext_lazy("Taken back: %(move)s"),
}

GIVEN_ON: Final = "triage.incident_handed_over"
DIVERTED: Final = gettext_lazy("Diverted to %(to)s")  # handed over as no matter for the police

refusals.words({
    "no_such_move": noop("Somebody was quicker: it stands elsewhere now. Look at it again."),
    "danger_needs_a_unit": noop("This may hide danger to life. It is never diverted; send a unit."),
    "resolved_already": noop("It is said to be over. Reopen it first, or open an incident of its own."),
    "closed_already": noop("It was closed meanwhile. Reopen it first, or open an incident of its own."),
    "worked_on_already": noop("Somebody has begun with it; link the report on the incident's own page."),
    "return_instead": noop("They had it before you. Return it with the reason."),
    "reason_missing": noop("Write the reason, so that the others can act on it."),
    "unknown_disposal_code": noop("Choose what came of it."),
    "unknown_urgency": noop("Urgency is 1, 2 or 3."),
    "unknown_category_code": noop("There is no such category in this city."),
    "unknown_holder": noop("There is no such organisation, or it is closed."),
    "holds_it_already": noop("That organisation holds it already."),
    "report_tells_of_another": noop("This report tells of another incident already. Take it away there first."),
    "nothing_to_object": noop("Nobody has dealt with it yet. What you add goes to whoever looks at it."),
    "nothing_chosen": noop("Tick the reports first."),
    "split_needs_both_sides": noop("Leave at least one report on each side."),
    "holder_is_there": noop("Its holder is still there; ask them to hand it back."),
    "no_organisation": noop("This city has no organisation yet; an operator adds one."),
})  # fmt: skip
labels.name_kinds({
    "triage.caller_looked_up": noop("Earlier calls of a number looked up"),
    "triage.incident_arbitrated": noop("Decided by the arbiter"),
    "triage.incident_category_confirmed": noop("Category confirmed"),
    "triage.incident_closed": noop("Incident closed"),
    "triage.incident_dispatched": noop("Unit sent to the incident"),
    "triage.incident_disputed": noop("Incident returned twice"),
    "triage.incident_handed_on": noop("Incident handed on by its holder"),
    "triage.incident_handed_over": noop("Incident handed over"),
    "triage.incident_objected": noop("The reporter says that it is not put right"),
    "triage.incident_opened": noop("Incident opened"),
    "triage.incident_questions_answered": noop("Key question of the incident answered"),
    "triage.incident_reopened": noop("Incident reopened"),
    "triage.incident_report_linked": noop("Report linked to the incident"),
    "triage.incident_report_relinked": noop("Report linked to another incident"),
    "triage.incident_report_unlinked": noop("Report taken away from the incident"),
    "triage.incident_resolved": noop("Incident resolved"),
    "triage.incident_returned": noop("Incident returned"),
    "triage.incident_signed": noop("Incident signed for"),
    "triage.incident_split": noop("Incident split"),
    "triage.incident_undone": noop("Step with the incident taken back"),
    "triage.incident_urgency_set": noop("Urgency set"),
})  # fmt: skip


vocabulary.hears(f"triage.incident_{what}" for what in (
    "arbitrated", "category_confirmed", "closed", "dispatched", "disputed", "handed_on", "handed_over", "objected",
    "opened", "questions_answered", "reopened", "report_linked", "report_relinked", "report_unlinked", "resolved",
    "returned", "signed", "split", "urgency_set",
))  # fmt: skip
vocabulary.runs_between({
    "reporter_objects": (pgettext_lazy("a clock", "Reporter said it is not put right"),
                         pgettext_lazy("a clock", "Control room decided")),
})  # fmt: skip
vocabulary.asks_for("category", gettext_lazy("Category"), lambda: {
    row.code: label(row) for row in Category.objects.all()
})  # fmt: skip
vocabulary.asks_for("kind", pgettext_lazy("a clock", "Kind of matter"), lambda: {
    kind: kind_words(kind) for kind in Category.Kind.values
})  # fmt: skip
vocabulary.asks_for("urgency", gettext_lazy("Urgency"), lambda: {str(n): urgency_words(n) for n in (1, 2, 3)})
vocabulary.asks_for("zone", pgettext_lazy("a clock", "Zone"), lambda: {
    version.area.code: area_label(version)
    for version in AreaVersion.objects.filter(area__kind="zone").select_related("area")
})  # fmt: skip


def refusal(error: Refused | HeldElsewhere | KeyReused) -> str:
    """Return why not, and what to do instead."""
    if isinstance(error, KeyReused):
        return _("This page was sent before already. Here it is as it stands now.")
    if isinstance(error, HeldElsewhere):
        return _("Somebody was quicker: another organisation holds it now. Look at it again.")
    return str(error)


def urgency_words(urgency: int) -> str:
    """Say how soon somebody has to go."""
    return {1: _("at once"), 2: _("soon")}.get(urgency, _("routine"))


def objection_words(objection: Objection) -> str:
    """Say that a reporter objects, whether in words, and which post had ended it."""
    said = _("Reporter: not put right, in words") if objection.with_words else _("Reporter: not put right")
    return f"{said} · " + _("ended by %(post)s") % {"post": who(objection.ended_by)}


def happened(kind: str, payload: dict[str, object]) -> str:
    """Say what an entry about an incident means."""
    words = (
        DIVERTED
        if kind == GIVEN_ON and payload.get("diverted")
        else INCIDENTS.said.get(kind) or NOTED.get(kind, labels.label_of(kind))
    )
    return str(words) % payload
