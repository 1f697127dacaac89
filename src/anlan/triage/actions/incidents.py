"""The verbs of incidents. Each locks the incident's row, asks the table of moves, and starts or stops its clocks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from anlan.core import ledger
from anlan.core.city.areas import areas_at, local_day
from anlan.core.ledger.verbs import verb
from anlan.core.models import LedgerEntry, Organisation
from anlan.core.people.actors import Actor, NotAllowed
from anlan.core.people.roles import Role
from anlan.core.series import Series
from anlan.core.time import clocks
from anlan.intake.models import Category, Report
from anlan.intake.states import COUNTED
from anlan.triage import rules
from anlan.triage.models import Handover, Incident, IncidentReport
from anlan.triage.rules import TriageRefused

DESK = (Role.CALL_TAKER, Role.DISPATCHER, Role.SUPERVISOR)
State = Incident.State


class HeldElsewhere(NotAllowed):
    """The actor could act on it if the own organisation held it; often somebody was quicker."""


@verb("triage.as_seen")
def as_seen(*, number: str, seen: str, act: Callable[[], Any], actor: Actor, at: dt.datetime) -> Any:
    """Make a move on an incident only while it stands as the page showed it: what was decided on is what is moved."""
    if _locked(number).state != seen:
        raise TriageRefused("no_such_move")
    return act()


@verb("triage.open_incident")
def open_incident(
    *, report_id: int, urgency: int = 3, actor: Actor, at: dt.datetime, key: str | None = None
) -> dict[str, Any]:
    """Open an incident that a report tells of; the control room holds it first."""
    actor.require(*DESK)
    report = _free(report_id)
    incident = Incident.objects.create(
        number=Series("E", local_day(at)).next(),
        kind=report.category.kind,
        category_at_call=report.category,
        urgency=rules.urgency_at_call(urgency, report.category.exclusion_gate),
        owner=control_room(),
        lon=report.lon,
        lat=report.lat,
        opened_at=at,
    )
    IncidentReport.objects.create(incident=incident, report=report, linked_at=at)
    told = {"report": report.number, "urgency": incident.urgency, "category": report.category.code}
    _leave("opened", incident, actor, at, **told)
    return {"incident": incident.number}


@verb("triage.link_report")
def link_report(*, number: str, report_id: int, actor: Actor, at: dt.datetime) -> dict[str, Any]:
    """Say that one more report tells of this incident: it can raise the urgency and say where, and hides nothing."""
    actor.require(*DESK)
    incident = _locked(number)
    report = _free(report_id)
    rules.require_open(incident.state)
    IncidentReport.objects.create(incident=incident, report=report, linked_at=at)
    incident.urgency = rules.raised(incident.urgency, _valid_reports(incident))
    incident.lon, incident.lat = rules.placed((incident.lon, incident.lat), (report.lon, report.lat))
    incident.save(update_fields=["urgency", "lon", "lat"])
    _leave("report_linked", incident, actor, at, report=report.number, urgency=incident.urgency)
    return {"incident": number, "urgency": incident.urgency}


@verb("triage.unlink_report")
def unlink_report(*, number: str, report_id: int, actor: Actor, at: dt.datetime) -> dict[str, Any]:
    """Take a report away again; the row stays with its time, and the last report cannot go."""
    actor.require(*DESK)
    incident = _locked(number)
    rules.require_part([report_id], _reports(incident))
    IncidentReport.objects.filter(incident=incident, report_id=report_id, unlinked_at=None).update(unlinked_at=at)
    _leave("report_unlinked", incident, actor, at, report=_report_number(report_id))
    return {"incident": number}


@verb("triage.split_incident")
def split_incident(
    *, number: str, report_ids: Sequence[int], actor: Actor, at: dt.datetime, key: str | None = None
) -> dict[str, Any]:
    """Make a second incident of some of the reports: they told of something else."""
    actor.require(*DESK)
    incident = _locked(number)
    rules.require_part(report_ids, _reports(incident))
    IncidentReport.objects.filter(incident=incident, report_id__in=report_ids, unlinked_at=None).update(unlinked_at=at)
    first, *others = sorted(report_ids)
    second = open_incident(report_id=first, urgency=incident.urgency, actor=actor, at=at)["incident"]
    for report_id in others:
        link_report(number=second, report_id=report_id, actor=actor, at=at)
    _leave("split", incident, actor, at, into=second)
    return {"incident": number, "into": second}


@verb("triage.hand_over")
def hand_over(
    *, number: str, to: str, diverted: bool = False, actor: Actor, at: dt.datetime, key: str | None = None
) -> dict[str, Any]:
    """Hand an incident to another organisation, which signs for it or sends it back with a reason."""
    incident = _locked(number)
    require_holder(actor, incident)
    rules.require_move(incident.state, State.HANDED_OVER)
    rules.require_onward(incident.state, incident.returns, incident.handovers.filter(sender__code=to).exists())
    return _give(incident, _organisation(to), diverted, "handed_over", actor, at)


def divert(*, number: str, to: str, actor: Actor, at: dt.datetime, key: str | None = None) -> dict[str, Any]:
    """Hand over what is no matter for the police to whom it belongs; never violence at home."""
    return hand_over(number=number, to=to, diverted=True, actor=actor, at=at, key=key)


@verb("triage.sign_for")
def sign_for(*, number: str, actor: Actor, at: dt.datetime) -> dict[str, Any]:
    """Take what was handed over: from now on it is this organisation's to handle."""
    incident = _held(number, actor)
    _move(incident, State.SIGNED)
    Handover.objects.filter(pk=_last_handover(incident).pk).update(signed_at=at)
    _leave("signed", incident, actor, at, by=incident.owner.code)
    return {"incident": number}


@verb("triage.return_incident")
def return_incident(*, number: str, reason: str, actor: Actor, at: dt.datetime) -> dict[str, Any]:
    """Send it back with a reason; the second time an arbiter decides."""
    incident = _held(number, actor)
    told = rules.require_reason(reason)
    rules.require_returnable(incident.returns)
    to = rules.after_return(incident.returns)
    _move(incident, to)
    handover = _last_handover(incident)
    Handover.objects.filter(pk=handover.pk).update(returned_at=at, reason=told)
    back = to == State.RETURNED
    incident.owner = handover.sender if back and handover.sender.active else control_room()
    incident.returns += 1
    incident.diverted = incident.diverted and not back  # until it is handed on again it is nobody else's
    incident.save(update_fields=["owner", "returns", "diverted"])
    what = "returned" if back else "disputed"
    _leave(what, incident, actor, at, by=handover.to.code, returns=incident.returns)
    return {"incident": number, "state": to}


@verb("triage.arbitrate")
def arbitrate(*, number: str, to: str, reason: str, actor: Actor, at: dt.datetime) -> dict[str, Any]:
    """Decide whose it is; who gets it cannot send it back a third time."""
    actor.require(Role.SUPERVISOR)
    incident = _locked(number)
    rules.require_move(incident.state, State.HANDED_OVER)
    if incident.state != State.DISPUTED:
        raise TriageRefused("no_such_move")
    told = rules.require_reason(reason)
    _leave("arbitrated", incident, actor, at, to=to)
    diverted = incident.diverted and not is_gated(incident)
    answer = _give(incident, _organisation(to), diverted, "handed_over", actor, at)
    Handover.objects.filter(pk=_last_handover(incident).pk).update(reason=told)
    return answer


@verb("triage.confirm_category")
def confirm_category(*, number: str, category: str, actor: Actor, at: dt.datetime) -> dict[str, Any]:
    """Say what it really was; figures use this, and what was said at the call stays beside it."""
    incident = _locked(number)
    require_holder(actor, incident)
    rules.require_open(incident.state)
    chosen = Category.objects.filter(code=category, active=True).first()
    if chosen is None:
        raise TriageRefused("unknown_category")
    incident.category_confirmed, incident.kind = chosen, chosen.kind
    incident.save(update_fields=["category_confirmed", "kind"])
    _leave("category_confirmed", incident, actor, at, category=category, at_call=incident.category_at_call.code)
    if not rules.may_hold(chosen.exclusion_gate, incident.owner.kind) and State.RETURNED in rules.MOVES[incident.state]:
        _bring_back(incident, actor, at)
    return {"incident": number, "category": category}


@verb("triage.set_urgency")
def set_urgency(*, number: str, urgency: int, actor: Actor, at: dt.datetime) -> dict[str, Any]:
    """Set how soon somebody has to go."""
    actor.require(*DESK)
    incident = _locked(number)
    rules.require_open(incident.state)
    incident.urgency = rules.require_urgency(urgency)
    incident.save(update_fields=["urgency"])
    _leave("urgency_set", incident, actor, at, urgency=urgency)
    return {"incident": number, "urgency": urgency}


@verb("triage.send")
def send(*, number: str, actor: Actor, at: dt.datetime) -> dict[str, Any]:
    """Note that a unit was sent; dispatch says which."""
    incident = _locked(number)
    require_holder(actor, incident)
    _move(incident, State.DISPATCHED)
    _leave("dispatched", incident, actor, at)
    return {"incident": number}


@verb("triage.resolve")
def resolve(*, number: str, disposal: str, actor: Actor, at: dt.datetime) -> dict[str, Any]:
    """Say that the matter itself is over: the danger gone, the water off, the parties heard. Not yet closed."""
    incident = _locked(number)
    require_holder(actor, incident)
    incident.disposal = rules.require_disposal(disposal)
    _move(incident, State.RESOLVED)
    incident.save(update_fields=["disposal"])
    _leave("resolved", incident, actor, at, disposal=disposal)
    return {"incident": number}


@verb("triage.close_incident")
def close_incident(*, number: str, disposal: str = "", actor: Actor, at: dt.datetime) -> dict[str, Any]:
    """End the work, with the result that the reporter is told."""
    actor.require(*DESK)
    incident = _locked(number)
    incident.disposal = rules.require_disposal(disposal or incident.disposal)
    rules.require_move(incident.state, State.CLOSED)
    incident.state, incident.closed_at = State.CLOSED, at
    incident.save(update_fields=["state", "closed_at", "disposal"])
    _leave("closed", incident, actor, at, disposal=incident.disposal)
    return {"incident": number}


@verb("triage.reopen")
def reopen(*, number: str, reason: str, actor: Actor, at: dt.datetime) -> dict[str, Any]:
    """Take it up again: it was not over. The control room holds it, and whose it is is asked anew."""
    actor.require(*DESK)
    incident = _locked(number)
    incident.reopened_because = rules.require_reason(reason)
    rules.require_move(incident.state, State.REOPENED)
    incident.state, incident.closed_at, incident.owner = State.REOPENED, None, control_room()
    incident.returns, incident.diverted, incident.disposal = 0, False, ""
    incident.save(update_fields=["state", "closed_at", "owner", "returns", "diverted", "disposal", "reopened_because"])
    _leave("reopened", incident, actor, at)
    return {"incident": number}


@verb("triage.take_back")
def take_back(*, number: str, actor: Actor, at: dt.datetime) -> dict[str, Any]:
    """Take a matter back to the control room whose holder was closed: no incident waits for nobody."""
    actor.require(*DESK)
    incident = _locked(number)
    if incident.owner.active or incident.state not in rules.TAKEN_BACK:
        raise TriageRefused("holder_is_there")
    by = incident.owner.code
    clocks.heard("triage.incident_handed_on", subject=incident.subject, at=at, holder=incident.owner, facts={})
    incident.state, incident.owner, incident.diverted = State.RETURNED, control_room(), False
    incident.save(update_fields=["state", "owner", "diverted"])
    _leave("returned", incident, actor, at, by=by, returns=incident.returns)
    return {"incident": number}


def control_room() -> Organisation:
    """Return the organisation that holds what nobody else holds."""
    rooms = Organisation.objects.filter(active=True)
    found = rooms.filter(kind="control_room").order_by("pk").first() or rooms.order_by("pk").first()
    if found is None:
        raise TriageRefused("no_organisation")
    return found


def is_gated(incident: Incident) -> bool:
    """Whether an incident may not be diverted: another category alone, before anybody went, opens no way out."""
    sent = LedgerEntry.objects.filter(subject=incident.subject, kind="triage.incident_dispatched")
    at_call, as_found = incident.category_at_call.exclusion_gate, incident.category.exclusion_gate
    return rules.is_gated(at_call, as_found, not as_found and at_call and sent.exists())


def desk_for(actor: Actor, incident: Incident) -> Actor:
    """Return the actor in the name of the incident's holder, for a verb of a later stage that has checked the actor."""
    return replace(actor, organisation_ids=actor.organisation_ids | {incident.owner_id})


def _give(
    incident: Incident, to: Organisation, diverted: bool, what: str, actor: Actor, at: dt.datetime
) -> dict[str, Any]:
    if to.pk == incident.owner_id:
        raise TriageRefused("holds_it_already")
    rules.require_divertible(is_gated(incident), diverted, to.kind)
    Handover.objects.create(incident=incident, sender=incident.owner, to=to, at=at, diverted=diverted)
    # A clock of the one who gives ends here also where it was handed on without being signed for.
    clocks.heard("triage.incident_handed_on", subject=incident.subject, at=at, holder=incident.owner, facts={})
    incident.state, incident.owner, incident.diverted = State.HANDED_OVER, to, diverted
    incident.save(update_fields=["state", "owner", "diverted"])
    _leave(what, incident, actor, at, to=to.code, diverted=diverted)
    return {"incident": incident.number, "to": to.code}


def _bring_back(incident: Incident, actor: Actor, at: dt.datetime) -> None:
    """Take a matter that may hide danger to life back to the control room at once, where somebody can be sent."""
    by = incident.owner.code
    incident.state, incident.owner, incident.urgency, incident.diverted = State.RETURNED, control_room(), 1, False
    incident.save(update_fields=["state", "owner", "urgency", "diverted"])
    _leave("returned", incident, actor, at, by=by, urgency=1)


def _move(incident: Incident, to: str) -> None:
    rules.require_move(incident.state, to)
    incident.state = to
    incident.save(update_fields=["state"])


def _leave(what: str, incident: Incident, actor: Actor, at: dt.datetime, **payload: Any) -> None:
    """Leave the entry, and let the clocks hear it."""
    kind = f"triage.incident_{what}"
    ledger.append(kind, actor=actor, at=at, subject=incident.subject, payload={"incident": incident.pk, **payload})
    still = () if incident.state == State.CLOSED else None  # no clock runs on what is closed
    clocks.heard(kind, subject=incident.subject, at=at, holder=incident.owner, facts=facts(incident), still=still)


def facts(incident: Incident) -> dict[str, str | None]:
    """Return what the scopes of clocks may ask for."""
    zone = None
    if incident.lon is not None and incident.lat is not None:
        covers = areas_at(incident.lon, incident.lat, local_day(incident.opened_at))
        zone = next((one.area.code for one in covers if one.area.kind == "zone"), None)
    return {"category": incident.category.code, "kind": incident.kind, "zone": zone}


def _locked(number: str) -> Incident:
    return Incident.objects.select_for_update().get(number=number)


def _held(number: str, actor: Actor) -> Incident:
    incident = _locked(number)
    if actor.is_system:
        return incident
    if Role.OFFICER not in actor.roles:
        raise NotAllowed(f"{actor.name} is no officer")
    if incident.owner_id not in actor.organisation_ids:
        raise HeldElsewhere(f"{actor.name} is not of {incident.owner.code}, which holds {number}")
    return incident


def require_holder(actor: Actor, incident: Incident) -> None:
    """The holder's officers act on it; for what the control room holds, its desk."""
    if actor.is_system:
        return
    actor.require(Role.OFFICER, *DESK)
    if incident.owner_id not in actor.organisation_ids:
        raise HeldElsewhere(f"{actor.name} is not of {incident.owner.code}, which holds {incident.number}")


def _last_handover(incident: Incident) -> Handover:
    last = incident.handovers.select_related("sender", "to").last()
    assert last is not None, "only what was handed over is signed for or returned"
    return last


def _organisation(code: str) -> Organisation:
    found = Organisation.objects.filter(code=code, active=True).first()
    if found is None:
        raise TriageRefused("unknown_organisation")
    return found


def _free(report_id: int) -> Report:
    """Return a report that tells of no incident yet; its row is the lock where two people link it at once."""
    locked = Report.objects.select_for_update(of=("self",), no_key=True)
    report: Report = locked.select_related("category").get(pk=report_id)
    if IncidentReport.objects.filter(report_id=report_id, unlinked_at=None).exists():
        raise TriageRefused("report_tells_of_another")
    return report


def _reports(incident: Incident) -> list[int]:
    return list(incident.links.filter(unlinked_at=None).values_list("report_id", flat=True))


def _valid_reports(incident: Incident) -> int:
    return incident.links.filter(unlinked_at=None, report__validity__in=COUNTED).count()


def _report_number(report_id: int) -> str:
    return Report.objects.values_list("number", flat=True).get(pk=report_id)
