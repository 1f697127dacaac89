"""What somebody who did not do it finds, what rain finds, and when a problem leaves the list or comes back to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from anlan.core import ledger
from anlan.core.ledger.verbs import verb
from anlan.core.models import LedgerEntry
from anlan.core.people.actors import Actor, NotAllowed
from anlan.core.people.roles import Role
from anlan.core.refusals import Refused
from anlan.prevention import rules
from anlan.prevention.access import REOPENS
from anlan.prevention.actions.steps import locked, locked_task, organisation, organisation_of, state_after, take
from anlan.prevention.actions.tasks import refresh_due
from anlan.prevention.models import Problem, Result, Storm, Task
from anlan.prevention.queries.storms import tests_of


@verb("prevention.verifying.verify")
def verify(
    *,
    task: str,
    passed: bool,
    words: str = "",
    by: str | None = None,
    actor: Actor,
    at: dt.datetime,
    key: str | None = None,
) -> dict[str, Any]:
    """Accept or refuse works by the task's criterion; never the doer. The last that passes accepts the problem."""
    actor.require(Role.VERIFIER)
    works, verifier = locked_task(task, actor), verifier_of(by, actor)
    result, payload = judged(works, passed, words, verifier, actor, at)
    works.save(update_fields=["state"])
    result.save()
    subject = f"task:{works.number}"
    ledger.append("prevention.task_verified", actor=actor, at=at, subject=subject, payload=payload)
    settle({works.problem: at}, actor)
    return {"task": works.number, "state": works.state, "problem": works.problem.state}


def verifier_of(by: str | None, actor: Actor) -> int:
    """Return the organisation in whose name the actor verifies; Anlan itself names one with `by`."""
    verifier = organisation(by, "by").pk if by and actor.is_system else organisation_of(actor)
    if verifier is None:
        raise Refused("verifier_missing", "by")
    return verifier


def judged(
    task: Task, passed: bool, words: str, verifier: int, actor: Actor, at: dt.datetime
) -> tuple[Result, dict[str, Any]]:
    """Set a task's state, or refuse; return the result, not yet stored, and what its entry says."""
    if verifier in {task.organisation_id, task.problem.lead_id} or _has_finished(actor, task):
        raise NotAllowed(f"{actor.name} did the work, or is of its doer or of the lead; somebody else verifies")
    if not passed and not words.strip():
        raise Refused("unmet_part_missing", "words")
    task.state = state_after(task, "pass" if passed else "refuse")
    result = Result(task=task, verified_at=at, passed=passed, by_id=verifier, words=words.strip()[:200])
    return result, {"passed": passed, "by": verifier, "problem": task.problem.number}


@verb("prevention.verifying.strike_off")
def strike_off(
    *, problem: str, reference: str = "", actor: Actor, at: dt.datetime, key: str | None = None
) -> dict[str, Any]:
    """Take a problem off the list: a flood-prone one only once rain has tested it, a listed one with its reference."""
    actor.require(Role.SUPERVISOR)
    mended = locked([problem], actor)[0]
    state_after(mended, "strike_off")
    if not actor.is_system and _took_part(mended, actor):
        raise NotAllowed(f"{actor.name} belongs to the lead or to a doer; somebody else strikes it off")
    if mended.supervision_level and not reference.strip():
        raise Refused("delisting_number_missing", "reference")
    storm = _tested_by(mended, at)
    mended.struck_off_at = at
    payload = {"storm": storm.pk if storm else None, "reference": reference.strip()[:80]}
    take([mended], "strike_off", actor=actor, at=at, words=reference.strip()[:80], payload=payload)
    return {"problem": mended.number, "storm": storm.pk if storm else None}


@verb("prevention.verifying.reopen")
def reopen(*, problem: str, reason: str, actor: Actor, at: dt.datetime, key: str | None = None) -> dict[str, Any]:
    """Put a mended or struck-off problem back on the list with its history; its lead plans again."""
    actor.require(*REOPENS)
    failed = locked([problem], actor)[0]
    if not reason.strip():
        raise Refused("failure_missing", "reason")
    failed.reopened, failed.accepted_at, failed.struck_off_at = failed.reopened + 1, None, None
    take([failed], "reopen", actor=actor, at=at, words=reason.strip(), payload={"times": failed.reopened})
    return {"problem": failed.number, "reopened": failed.reopened}


def _tested_by(problem: Problem, at: dt.datetime) -> Storm | None:
    """Return the last storm that the place has stood, or refuse."""
    if problem.rain_test_mm_h is None:
        return None
    held = [storm for storm, stood in tests_of(problem, at) if stood]
    if not held:
        raise Refused("not_rain_tested", mm=problem.rain_test_mm_h)
    return held[-1]


def _has_finished(actor: Actor, task: Task) -> bool:
    """Whether somebody said of these works, now or before a refusal, that they were done; wherever they are since."""
    if actor.is_system:
        return False
    said = LedgerEntry.objects.filter(subject=f"task:{task.number}", kind="prevention.works_done", actor=actor.name)
    return said.exists()


def _took_part(problem: Problem, actor: Actor) -> bool:
    """Whether somebody belongs to the lead, or to an organisation that did one of its tasks."""
    mine = actor.organisation_ids
    return problem.lead_id in mine or problem.tasks.filter(organisation__in=mine).exists()


def settle(moments: Mapping[Problem, dt.datetime], actor: Actor) -> None:
    """Accept the problems in work whose tasks have all passed, each at its moment; the others go on."""
    states = _states_of(list(moments))
    accepted: dict[dt.datetime, list[Problem]] = {}
    waiting = {}
    for problem, at in moments.items():
        passed = rules.is_accepted(states.get((problem.pk, problem.reopened), []))
        if passed and "accept" in rules.PROBLEM_MOVES[problem.state]:
            problem.accepted_at = at
            accepted.setdefault(at, []).append(problem)
        else:
            waiting[problem] = at
    for at, problems in accepted.items():
        take(problems, "accept", actor=actor, at=at)
    refresh_due(waiting)


def _states_of(problems: Sequence[Problem]) -> dict[tuple[int, int], list[tuple[str, str]]]:
    """Return kind and state of the tasks of problems, by problem and round."""
    states: dict[tuple[int, int], list[tuple[str, str]]] = {}
    tasks = Task.objects.filter(problem__in=problems).values_list("problem_id", "round", "kind", "state")
    for pk, round_, kind, state in tasks:
        states.setdefault((pk, round_), []).append((kind, state))
    return states
