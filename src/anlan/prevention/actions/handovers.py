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
from anlan.core.people.actors import Actor
from anlan.core.refusals import Refused
from anlan.core.time import deadlines
from anlan.prevention.actions.results import settle
from anlan.prevention.actions.steps import entry, locked, organisation
from anlan.prevention.actions.tasks import earliest_due
from anlan.prevention.models import Problem, Task
from anlan.prevention.moves import PROBLEMS, TASKS


@PROBLEMS.door("instruct", lambda number, asked: {"problems": [number], **asked})
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
    found = locked(problems, actor)
    PROBLEMS.require("instruct", found, seen=seen, actor=actor, at=at)
    _require_paper(reference, on, at)
    leader, helpers = organisation(lead, "lead"), [organisation(code, "supporting") for code in supporting]
    paper = {"reference": reference.strip()[:80], "on": on, "lead": leader, "supervision_level": supervision_level,
             "supporting": sorted(helper.code for helper in helpers)}  # fmt: skip
    PROBLEMS.take("instruct", found, paper, actor=actor, at=at)
    _support(found, [helper for helper in helpers if helper != leader])
    _hand_on(found, leader, actor, at)
    return {"problems": [problem.number for problem in found], "lead": leader.code}


def _require_paper(reference: str, on: dt.date, at: dt.datetime) -> None:
    """Refuse an instruction without its number, or of a day that has not come."""
    if not reference.strip():
        raise Refused("instruction_number_missing", "reference")
    if on > local_day(at):
        raise Refused("instruction_date_ahead", "on")


@PROBLEMS.door("sign_for", lambda number, asked: {"problems": [number], **asked})
@verb("prevention.assigning.sign_for")
def sign_for(
    *, problems: Sequence[str], seen: str | None = None, actor: Actor, at: dt.datetime, key: str | None = None
) -> dict[str, Any]:
    """Sign for problems as their lead: received, and the clock of the plan runs; what was planned before goes on."""
    found = locked(problems, actor)
    planned = set(
        Task.objects.filter(problem__in=found, round=F("problem__reopened")).values_list("problem", flat=True)
    )
    going = [problem for problem in found if problem.pk in planned]
    due = {"planned": planned, "due": earliest_due(going)}
    PROBLEMS.take("sign_for", found, due, seen=seen, actor=actor, at=at)
    settle(dict.fromkeys(going, at), actor)
    return {"problems": [problem.number for problem in found]}


@PROBLEMS.door("return", lambda number, asked: {"problem": number, **asked})
@verb("prevention.assigning.return_problem")
def return_problem(
    *, problem: str, reason: str, seen: str | None = None, actor: Actor, at: dt.datetime, key: str | None = None
) -> dict[str, Any]:
    """Return a problem with a reason; beyond what the city allows the arbiter decides, after whom there is none."""
    returned = locked([problem], actor)[0]
    PROBLEMS.take("return", [returned], {"reason": reason}, seen=seen, actor=actor, at=at)
    return {"problem": returned.number, "state": returned.state}


@PROBLEMS.door("arbitrate", lambda number, asked: {"problem": number, **asked})
@verb("prevention.assigning.arbitrate")
def arbitrate(
    *, problem: str, lead: str, reason: str, seen: str | None = None, actor: Actor, at: dt.datetime,
    key: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Decide whose problem it is; the decision stands."""
    disputed = locked([problem], actor)[0]
    PROBLEMS.require("arbitrate", [disputed], seen=seen, actor=actor, at=at)
    leader = organisation(lead, "lead")
    PROBLEMS.take("arbitrate", [disputed], {"lead": leader, "reason": reason}, actor=actor, at=at)
    disputed.supporting.remove(leader)
    _hand_on([disputed], leader, actor, at)
    return {"problem": disputed.number, "lead": leader.code}


def _support(problems: Sequence[Problem], helpers: Sequence[Organisation]) -> None:
    through = Problem.supporting.through
    ids = [problem.pk for problem in problems]
    through._default_manager.filter(problem_id__in=ids).delete()
    pairs = [through(problem_id=pk, organisation_id=helper.pk) for pk in ids for helper in helpers]
    through._default_manager.bulk_create(pairs, batch_size=1000)


def _hand_on(problems: Sequence[Problem], lead: Organisation, actor: Actor, at: dt.datetime) -> None:
    """Give tasks that wait for a closed organisation, or for the lead before, to the lead."""
    waiting = Task.objects.filter(problem__in=problems, state__in=TASKS["finish"].source)
    moved = list(waiting.exclude(organisation=lead).exclude(organisation_id__in=_helping(problems)))
    Task.objects.filter(pk__in=[task.pk for task in moved]).update(organisation=lead)
    deadlines.hand_on([f"task:{task.number}" for task in moved], lead.pk)
    ledger.append_many([entry("task_handed_on", f"task:{task.number}", actor, at, {"to": lead.code}) for task in moved])


def _helping(problems: Sequence[Problem]) -> list[int]:
    through = Problem.supporting.through._default_manager.filter(problem_id__in=[problem.pk for problem in problems])
    ids = through.values("organisation_id")
    return list(Organisation.objects.filter(active=True, pk__in=ids).values_list("pk", flat=True))
