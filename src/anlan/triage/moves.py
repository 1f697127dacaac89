"""The life cycle of an incident: each move declared once, with its guard, its entry and its words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as p

from anlan.core.holding import Holding
from anlan.core.models import Organisation
from anlan.core.refusals import Refused
from anlan.core.time import clocks, deadlines
from anlan.core.time.deadlines import Timed
from anlan.core.workflow import Change, Step, Workflow, anybody, move, roles
from anlan.triage import rules
from anlan.triage.access import ARBITERS, DESK, HOLDER, OFFICER, THEIRS
from anlan.triage.models import Handover, Incident
from anlan.triage.queries.clocks import zone_at
from anlan.triage.queries.incidents import is_gated
from anlan.triage.states import State

Values = Mapping[str, Any]
OBJECTS = "reporter_objects"  # the clock within which the control room decides on a reporter's word
LEFT = (State.HANDED_OVER, State.SIGNED, State.RETURNED, State.DISPATCHED)  # where a holder that was closed left it
ASKED_ANEW = (State.NEW, State.RETURNED, State.REOPENED)  # whose it is, is still to be said


# When


def _onward(incident: Incident, at: dt.datetime) -> Refused | None:
    """Who got it by the arbiter's word, and has not signed, keeps it."""
    return Refused("arbiter_has_decided") if incident.state == State.HANDED_OVER and incident.arbitrated else None


def _divertible(incident: Incident, at: dt.datetime) -> Refused | None:
    return _onward(incident, at) or (Refused("danger_needs_a_unit", "to") if is_gated(incident) else None)


def _left_alone(incident: Incident, at: dt.datetime) -> Refused | None:
    return Refused("holder_is_there") if incident.owner.active else None


def _in_danger(incident: Incident, at: dt.datetime) -> Refused | None:
    return Refused("no_such_move") if rules.can_send(incident.owner.kind) else None


# What changes


def _hand_over(incident: Incident, values: Values, at: dt.datetime) -> Change:
    """Give it to somebody; unsigned it goes on to others only, and back with a reason."""
    if values["had_it"] and incident.state == State.HANDED_OVER:
        raise Refused("return_instead")
    given = _give(incident, values["to"], values["diverted"], values["gated"])
    return given._replace(fields={**given.fields, "arbitrated": False})  # about somebody else nothing was decided


def _given(incident: Incident, values: Values, at: dt.datetime) -> Change:
    return _give(incident, values["to"], incident.diverted and not values["gated"], values["gated"])


def _give(incident: Incident, to: Organisation | None, diverted: bool, gated: bool) -> Change:
    if to is None:
        raise Refused("unknown_holder", "to")
    if to.pk == incident.owner_id:
        raise Refused("holds_it_already", "to")
    rules.require_divertible(gated, diverted, to.kind)
    return Change({"owner": to, "diverted": diverted}, {"to": to.code, "diverted": diverted},
                  giver=incident.owner, first={"to": to.code})  # fmt: skip


def _sign_for(incident: Incident, values: Values, at: dt.datetime) -> Change:
    return Change(payload={"by": incident.owner.code})


def _back(incident: Incident, values: Values, disputed: bool) -> Change:
    """To who gave it, if that is still there; until it is handed on again it is nobody else's matter."""
    handover: Handover = values["handover"]
    back = handover.sender.active and not disputed
    fields = {"owner": handover.sender if back else values["room"], "diverted": incident.diverted and disputed}
    return Change(fields, {"by": handover.to.code})


def _take_back(incident: Incident, values: Values, at: dt.datetime) -> Change:
    payload = {"by": incident.owner.code, "returns": incident.returns}
    return Change({"owner": values["room"], "diverted": False}, payload, giver=incident.owner)


def _bring_back(incident: Incident, values: Values, at: dt.datetime) -> Change:
    payload = {"by": incident.owner.code, "urgency": 1}
    return Change({"owner": values["room"], "urgency": 1, "diverted": False}, payload)


def _resolve(incident: Incident, values: Values, at: dt.datetime) -> Change:
    disposal = rules.require_disposal(values["disposal"])
    return Change({"disposal": disposal}, {"disposal": disposal})


def _close(incident: Incident, values: Values, at: dt.datetime) -> Change:
    disposal = rules.require_disposal(values["disposal"] or incident.disposal)
    return Change({"disposal": disposal, "closed_at": at}, {"disposal": disposal})


def _reopen(incident: Incident, values: Values, at: dt.datetime) -> Change:
    """By the desk with its reason; on a reporter's word the reason is what they wrote, sealed, in an entry before."""
    objected = values.get("objected", False)
    urgency = rules.urgency_objected(incident.urgency) if objected else incident.urgency
    return Change({
        "reopened_because": "" if objected else rules.require_reason(values["reason"]), "closed_at": None,
        "owner": values["room"], "returns": 0, "arbitrated": False, "diverted": False, "disposal": "",
        "urgency": urgency,
    }, {"urgency": urgency} if objected else {})  # fmt: skip


# What follows a step


# A kind of entry, whose the incident was then, what was known of it, and what can come yet.
Heard = tuple[str, Organisation, Mapping[str, str | None], tuple[str, ...] | None]


def heard_of(step: Step, zone: str | None) -> list[Heard]:
    """Return what the clocks hear of a step; those of who gives it end also where it was never signed for."""
    (owner, category, kind, urgency), giver = step.known, step.change.giver
    facts = {"category": category, "kind": kind, "urgency": str(urgency), "zone": zone}
    heard: list[Heard] = [(step.kind, owner, facts, () if step.after == State.CLOSED else None)]
    if giver:
        heard.insert(0, ("triage.incident_handed_on", giver, {}, None))
    if step.move and step.move.first:
        heard.insert(0, (f"triage.{step.move.first}", giver, facts, None))
    return heard


def _hear(kind: str, step: Step) -> None:
    incident = step.record
    if step.move and step.before == State.REOPENED:  # it was decided on, before what ends marks clocks as missing
        deadlines.begin([Timed(incident.subject, step.at, None)])
    zone = zone_at(incident.lon, incident.lat, incident.opened_at)
    for heard, holder, facts, still in heard_of(step, zone):
        clocks.heard(heard, subject=incident.subject, at=step.at, holder=holder, facts=facts, still=still)


def handover(step: Step) -> Handover | None:
    """Return the row of a step that gives an incident to somebody."""
    if step.after != State.HANDED_OVER:
        return None
    incident = step.record
    return Handover(incident_id=incident.pk, sender=step.change.giver, to=incident.owner, at=step.at,
                    diverted=incident.diverted, reason=step.change.words)  # fmt: skip


# The moves, in the order in which pages offer them

ASKS: Final[Mapping[str, tuple[str, ...]]] = {  # what a step asks for
    "resolve": ("disposal",), "close": ("disposal",), "hand_over": ("to",), "divert": ("to",), "return": ("reason",),
    "arbitrate": ("to", "reason"), "reopen": ("reason",),
}  # fmt: skip
UNDO_S = 30  # a wrong key is noticed at once, and the reporter is not asked before
GIVEN = _("Handed over to %(to)s")
BACK = _("Returned by %(by)s")
HELD = Holding(
    State.HANDED_OVER, State.SIGNED, State.RETURNED, State.DISPUTED, holder=OFFICER, arbiter=roles(*ARBITERS),
    reason=lambda typed, move: rules.require_reason(typed), given=_given, back=_back,
)  # fmt: skip
INCIDENTS = Workflow(
    Incident, "triage", subject=lambda incident: incident.subject, every=None,
    about=lambda incident: {"incident": incident.pk},
    known=lambda incident: (incident.owner, incident.category.code, incident.kind, incident.urgency),
    line=lambda step, actor: handover(step), heard=_hear,
    seen=lambda incident: incident.state, stale="no_such_move", elsewhere="no_such_move", theirs=THEIRS,
    undone="incident_undone",
    moves=(
        HELD.sign_for(turn="holder", apply=_sign_for, past="incident_signed", label=_("Sign for"), key="s",
                      said=_("Signed for by %(by)s")),
        move("resolve", [*ASKED_ANEW, State.SIGNED, State.DISPATCHED], State.RESOLVED, skips=State.HANDED_OVER,
             due=[State.SIGNED, State.DISPATCHED], turn="holder", who=HOLDER, apply=_resolve,
             past="incident_resolved", label=_("Resolve"), key="r", undo_s=UNDO_S, said=_("Resolved")),
        move("close", [*ASKED_ANEW, State.RESOLVED], State.CLOSED,
             skips=[State.HANDED_OVER, State.SIGNED, State.DISPATCHED], due=State.RESOLVED, turn="desk",
             who=roles(*DESK), apply=_close, past="incident_closed", label=p("an incident", "Close"), key="c",
             undo_s=UNDO_S, said=_("Closed")),
        move("hand_over", [*ASKED_ANEW, State.HANDED_OVER, State.DISPATCHED], State.HANDED_OVER, due=ASKED_ANEW,
             turn="holder", who=HOLDER, when=_onward, apply=_hand_over, past="incident_handed_over",
             label=_("Hand over"), key="h", said=GIVEN),
        move("divert", [*ASKED_ANEW, State.HANDED_OVER, State.DISPATCHED], State.HANDED_OVER, who=HOLDER,
             when=_divertible, apply=_hand_over, past="incident_handed_over", label=_("Divert"), key="d", said=GIVEN),
        HELD.send_back(past={State.RETURNED: "incident_returned", State.DISPUTED: "incident_disputed"},
                       label=p("verb", "Return"), key="b",
                       said={State.RETURNED: BACK,
                             State.DISPUTED: _("Returned by %(by)s; the arbiter decides")}),
        HELD.arbitrate(first="incident_arbitrated", past="incident_handed_over", label=_("Decide"), key="a",
                       said=GIVEN),
        move("reopen", [State.RESOLVED, State.CLOSED], State.REOPENED, who=roles(*DESK), apply=_reopen,
             past="incident_reopened", label=_("Reopen"), key="w", said=_("Reopened")),
        move("take_back", LEFT, State.RETURNED, due=LEFT, turn="desk", who=roles(*DESK), when=_left_alone,
             elsewhere="holder_is_there", apply=_take_back, past="incident_returned", label=_("Take back"), key="t",
             said=BACK),
        move("send", [*ASKED_ANEW, State.SIGNED, State.DISPATCHED], State.DISPATCHED, skips=State.HANDED_OVER,
             who=HOLDER, past="incident_dispatched", undo_s=UNDO_S, said=_("Unit sent")),  # dispatch says which
        move("bring_back", [State.HANDED_OVER, State.SIGNED], State.RETURNED, who=anybody(), when=_in_danger,
             apply=_bring_back, past="incident_returned", said=BACK),
    ),
)  # fmt: skip
