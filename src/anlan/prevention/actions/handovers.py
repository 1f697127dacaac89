"""Who answers for a problem: instructed, signed for, returned, and decided by the arbiter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import F

from anlan.core import ledger
from anlan.core.city.areas import local_day
from anlan.core.ledger.verbs import verb
from anlan.core.models import Organisation
from anlan.core.people.actors import Actor, NotAllowed
from anlan.core.people.roles import Role
from anlan.core.refusals import Refused
from anlan.prevention.actions.results import settle
from anlan.prevention.actions.steps import entry, locked, organisation, require_holder, require_own, require_seen, take
from anlan.prevention.actions.tasks import earliest_due
from anlan.prevention.models import Origin, Problem, Task
from anlan.prevention.rules import RETURNS
from anlan.prevention.states import TaskState

POLICE = frozenset({"police", "police_bureau", "police_station"})


@verb("prevention.assigning.instruct")
def instruct(
    *,
    problems: Sequence[str],
    reference: str,
    on: dt.date,
    lead: str,
    supporting: Sequence[str] = (),
    supervision_level: str = "",
    seen: str | None = None,
    actor: Actor,
    at: dt.datetime,
    key: str | None = None,
) -> dict[str, Any]:
    """Note the government's instruction (number, date): one lead answers for the problems, others must help.

    A problem with a lead gets a new one the same way; tasks that are not passed go along. `seen` is the last step that
    the page showed.
    """
    actor.require(Role.SUPERVISOR)
    _require_tasking(actor)
    _require_paper(reference, on, at)
    found = locked(problems, actor)
    require_seen(found, seen)
    leader, helpers = organisation(lead, "lead"), [organisation(code, "supporting") for code in supporting]
    for problem in found:
        if problem.lead_id != leader.pk:
            problem.arbitrated = False  # the arbiter's word was about another lead
        problem.instruction_ref, problem.instruction_on = reference.strip()[:80], on
        problem.lead, problem.supervision_level = leader, supervision_level or problem.supervision_level
        if problem.origin == Origin.KEY_AREA and not problem.supervision_level:
            raise Refused("supervision_level_missing", "supervision_level")
    payload = {"reference": reference.strip()[:80], "on": str(on), "lead": leader.code,
               "supporting": sorted(helper.code for helper in helpers)}  # fmt: skip
    take(found, "instruct", actor=actor, at=at, words=reference.strip()[:80], payload=payload)
    _support(found, [helper for helper in helpers if helper != leader])
    _hand_on(found, leader, actor, at)
    return {"problems": [problem.number for problem in found], "lead": leader.code}


def _require_paper(reference: str, on: dt.date, at: dt.datetime) -> None:
    """Refuse an instruction without its number, or of a day that has not come."""
    if not reference.strip():
        raise Refused("instruction_number_missing", "reference")
    if on > local_day(at):
        raise Refused("instruction_date_ahead", "on")


@verb("prevention.assigning.sign_for")
def sign_for(*, problems: Sequence[str], actor: Actor, at: dt.datetime, key: str | None = None) -> dict[str, Any]:
    """Sign for problems as their lead: received, and the clock of the plan runs; what was planned before goes on."""
    actor.require(Role.OFFICER)
    found = locked(problems, actor)
    for problem in found:
        require_holder(actor, problem.lead)
    planned = set(
        Task.objects.filter(problem__in=found, round=F("problem__reopened")).values_list("problem", flat=True)
    )
    going = [problem for problem in found if problem.pk in planned]
    take([problem for problem in found if problem.pk not in planned], "sign_for", actor=actor, at=at)
    take(going, "resume", actor=actor, at=at, due=earliest_due(going))
    settle(dict.fromkeys(going, at), actor)
    return {"problems": [problem.number for problem in found]}


@verb("prevention.assigning.return_problem")
def return_problem(
    *, problem: str, reason: str, seen: str | None = None, actor: Actor, at: dt.datetime, key: str | None = None
) -> dict[str, Any]:
    """Return a problem with a reason; the second return goes to the arbiter, and after his word there is none."""
    actor.require(Role.OFFICER)
    returned = locked([problem], actor)[0]
    require_own(actor, returned.lead_id)
    require_seen([returned], seen)
    if not reason.strip():
        raise Refused("return_reason_missing", "reason")
    if returned.arbitrated:
        raise Refused("arbiter_has_decided")
    returned.returns += 1
    step = "dispute" if returned.returns >= RETURNS else "return"
    take([returned], step, actor=actor, at=at, words=reason.strip(), payload={"returns": returned.returns})
    return {"problem": returned.number, "state": returned.state}


@verb("prevention.assigning.arbitrate")
def arbitrate(
    *, problem: str, lead: str, reason: str, seen: str | None = None, actor: Actor, at: dt.datetime,
    key: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Decide whose problem it is; the decision stands."""
    actor.require(Role.LEADER)
    disputed = locked([problem], actor)[0]
    require_seen([disputed], seen)
    if not actor.is_system and disputed.lead_id in actor.organisation_ids:
        raise NotAllowed(f"{actor.name} belongs to who returned it; somebody else decides")
    if not reason.strip():
        raise Refused("arbitration_reason_missing", "reason")
    leader = organisation(lead, "lead")
    disputed.lead, disputed.arbitrated = leader, True
    take([disputed], "arbitrate", actor=actor, at=at, words=reason.strip(), payload={"lead": leader.code})
    disputed.supporting.remove(leader)
    _hand_on([disputed], leader, actor, at)
    return {"problem": disputed.number, "lead": leader.code}


def _require_tasking(actor: Actor) -> None:
    """Refuse police who would task others: they report what fails, the government instructs."""
    if not actor.is_system and Organisation.objects.filter(pk__in=actor.organisation_ids, kind__in=POLICE).exists():
        raise NotAllowed(f"{actor.name} is with the police, who report what fails and task nobody")


def _support(problems: Sequence[Problem], helpers: Sequence[Organisation]) -> None:
    through = Problem.supporting.through
    ids = [problem.pk for problem in problems]
    through._default_manager.filter(problem_id__in=ids).delete()
    pairs = [through(problem_id=pk, organisation_id=helper.pk) for pk in ids for helper in helpers]
    through._default_manager.bulk_create(pairs, batch_size=1000)


def _hand_on(problems: Sequence[Problem], lead: Organisation, actor: Actor, at: dt.datetime) -> None:
    """Give tasks that wait for a closed organisation, or for the lead before, to the lead."""
    waiting = Task.objects.filter(problem__in=problems, state__in=[TaskState.OPEN, TaskState.REFUSED])
    moved = list(waiting.exclude(organisation=lead).exclude(organisation_id__in=_helping(problems)))
    Task.objects.filter(pk__in=[task.pk for task in moved]).update(organisation=lead)
    ledger.append_many([entry("task_handed_on", f"task:{task.number}", actor, at, {"to": lead.code}) for task in moved])


def _helping(problems: Sequence[Problem]) -> list[int]:
    through = Problem.supporting.through._default_manager.filter(problem_id__in=[problem.pk for problem in problems])
    ids = through.values("organisation_id")
    return list(Organisation.objects.filter(active=True, pk__in=ids).values_list("pk", flat=True))
