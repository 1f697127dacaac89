"""What somebody who did not do it finds, what rain finds, and when a problem leaves the list or comes back to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from anlan.core.city.current import city_read_once
from anlan.core.ledger.verbs import verb
from anlan.core.people.actors import Actor
from anlan.core.refusals import Refused
from anlan.core.workflow import NotYours, Step
from anlan.prevention import rules
from anlan.prevention.actions.steps import locked, locked_task, organisation
from anlan.prevention.actions.tasks import refresh_due
from anlan.prevention.models import Problem, Result, Task
from anlan.prevention.moves import PROBLEMS, TASKS, doers_and_leads, organisation_of
from anlan.prevention.queries.storms import last_stood


@TASKS.door("verify", lambda number, asked: {"task": number, **asked})
@verb("prevention.verifying.verify")
def verify(
    *,
    task: str,
    passed: bool,
    words: str = "",
    by: str | None = None,
    seen: str | None = None,
    actor: Actor,
    at: dt.datetime,
    key: str | None = None,
) -> dict[str, Any]:
    """Accept or refuse works by the task's criterion; never the doer. The last that passes accepts the problem."""
    works = locked_task(task, actor)
    finding = {"passed": passed, "words": words, "by": verifier_of(by, actor, [works])}
    steps = TASKS.take("verify", [works], finding, seen=seen, actor=actor, at=at)
    Result.objects.bulk_create([result_of(step) for step in steps])
    settle({works.problem: at}, actor)
    return {"task": works.number, "state": works.state, "problem": works.problem.state}


def verifier_of(by: str | None, actor: Actor, tasks: Collection[Task]) -> int | None:
    """Return the organisation in whose name the actor verifies; Anlan itself names one with `by` that took no part."""
    if not actor.is_system:
        return organisation_of(actor)
    if not by:
        raise Refused("verifier_missing", "by")
    verifier = organisation(by, "by").pk
    if verifier in doers_and_leads(tasks):
        raise NotYours(actor, "verify", "took_part")
    return verifier


def result_of(step: Step) -> Result:
    """Return what a verifier found, not yet stored."""
    found = step.change.payload
    return Result(task=step.record, verified_at=step.at, passed=found["passed"], by_id=found["by"],
                  words=step.change.words)  # fmt: skip


@PROBLEMS.door("strike_off", lambda number, asked: {"problem": number, **asked})
@verb("prevention.verifying.strike_off")
def strike_off(
    *, problem: str, reference: str = "", seen: str | None = None, actor: Actor, at: dt.datetime, key: str | None = None
) -> dict[str, Any]:
    """Take a problem off the list: a flood-prone one only once rain has tested it, a listed one with its reference."""
    mended = locked([problem], actor)[0]
    storm = last_stood(mended, at)
    paper = {"storm": storm, "reference": reference.strip()[:80]}
    PROBLEMS.take("strike_off", [mended], paper, seen=seen, actor=actor, at=at)
    return {"problem": mended.number, "storm": storm.pk if storm else None}


@PROBLEMS.door("reopen", lambda number, asked: {"problem": number, **asked})
@verb("prevention.verifying.reopen")
def reopen(
    *, problem: str, reason: str, seen: str | None = None, actor: Actor, at: dt.datetime, key: str | None = None
) -> dict[str, Any]:
    """Put a mended or struck-off problem back on the list with its history; its lead plans again."""
    failed = locked([problem], actor)[0]
    PROBLEMS.take("reopen", [failed], {"reason": reason}, seen=seen, actor=actor, at=at)
    return {"problem": failed.number, "reopened": failed.reopened}


def settle(moments: Mapping[Problem, dt.datetime], actor: Actor) -> None:
    """Accept the problems in work whose tasks have all passed, each at its moment; the others go on."""
    states = _states_of(list(moments))
    accepted, waiting = [], {}
    with city_read_once():
        for problem, at in moments.items():
            passed = rules.is_accepted(states.get((problem.pk, problem.reopened), []))
            if passed and problem.state in PROBLEMS["accept"].source:
                accepted.append(PROBLEMS.decide("accept", problem, actor=actor, at=at))
            else:
                waiting[problem] = at
    PROBLEMS.store(accepted, actor)
    refresh_due(waiting)


def _states_of(problems: Sequence[Problem]) -> dict[tuple[int, int], list[tuple[str, str]]]:
    """Return kind and state of the tasks of problems, by problem and round."""
    states: dict[tuple[int, int], list[tuple[str, str]]] = {}
    tasks = Task.objects.filter(problem__in=problems).values_list("problem_id", "round", "kind", "state")
    for pk, round_, kind, state in tasks:
        states.setdefault((pk, round_), []).append((kind, state))
    return states
