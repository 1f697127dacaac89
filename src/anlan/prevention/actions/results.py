"""What somebody who did not do it finds, what rain finds, and when a problem leaves the list or comes back to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from anlan.core import ledger
from anlan.core.ledger.verbs import verb
from anlan.core.models import LedgerEntry
from anlan.core.people.actors import Actor, NotAllowed
from anlan.core.people.roles import Role
from anlan.intake.models import Report
from anlan.prevention import rules
from anlan.prevention.actions.steps import locked, locked_task, organisation, organisation_of, take
from anlan.prevention.actions.tasks import refresh_due
from anlan.prevention.models import Problem, Result, Storm, Task
from anlan.prevention.queries.places import reports_at
from anlan.prevention.rules import TASK_MOVES, PreventionRefused

RUNS_OFF = dt.timedelta(hours=6)  # water that stands so long after a storm is still its failure


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
    one, verifier = locked_task(task, actor), verifier_of(by, actor)
    result, told = judged(one, passed, words, verifier, actor, at)
    one.save(update_fields=["state"])
    result.save()
    ledger.append("prevention.task_verified", actor=actor, at=at, subject=f"task:{one.number}", payload=told)
    settle({one.problem: at}, actor)
    return {"task": one.number, "state": one.state, "problem": one.problem.state}


def verifier_of(by: str | None, actor: Actor) -> int:
    """Return the organisation in whose name the actor verifies; Anlan itself names one with `by`."""
    verifier = organisation(by, "by").pk if by and actor.is_system else organisation_of(actor)
    if verifier is None:
        raise PreventionRefused(_("Whoever verifies belongs to one organisation; ask the operator."), "by")
    return verifier


def judged(
    one: Task, passed: bool, words: str, verifier: int, actor: Actor, at: dt.datetime
) -> tuple[Result, dict[str, Any]]:
    """Set a task's state, or refuse; return the result, not yet stored, and what its entry says."""
    if verifier in {one.organisation_id, one.problem.lead_id} or _has_finished(actor, one):
        raise NotAllowed(f"{actor.name} did the work, or is of its doer or of the lead; somebody else verifies")
    if not passed and not words.strip():
        raise PreventionRefused(_("Write which part of the criterion is not met."), "words")
    one.state = rules.after(TASK_MOVES, one.state, "pass" if passed else "refuse", one.number)
    result = Result(task=one, verified_at=at, passed=passed, by_id=verifier, words=words.strip()[:200])
    return result, {"passed": passed, "by": verifier, "problem": one.problem.number}


@verb("prevention.verifying.strike_off")
def strike_off(
    *, problem: str, reference: str = "", actor: Actor, at: dt.datetime, key: str | None = None
) -> dict[str, Any]:
    """Take a problem off the list: a flood-prone one only once rain has tested it, a listed one with its reference."""
    actor.require(Role.SUPERVISOR)
    one = locked([problem], actor)[0]
    rules.after(rules.PROBLEM_MOVES, one.state, "strike_off", one.number)
    if not actor.is_system and _took_part(one, actor):
        raise NotAllowed(f"{actor.name} belongs to the lead or to a doer; somebody else strikes it off")
    if one.supervision_level and not reference.strip():
        raise PreventionRefused(_("It is under a superior's supervision: write the number of the delisting paper."),
                                "reference")  # fmt: skip
    storm = _tested_by(one, at)
    one.struck_off_at = at
    told = {"storm": storm.pk if storm else None, "reference": reference.strip()[:80]}
    take([one], "strike_off", actor=actor, at=at, words=reference.strip()[:80], payload=told)
    return {"problem": one.number, "storm": storm.pk if storm else None}


@verb("prevention.verifying.reopen")
def reopen(*, problem: str, reason: str, actor: Actor, at: dt.datetime, key: str | None = None) -> dict[str, Any]:
    """Put a mended or struck-off problem back on the list with its history; its lead plans again."""
    actor.require(Role.SUPERVISOR, Role.ANALYST, Role.VERIFIER)
    one = locked([problem], actor)[0]
    if not reason.strip():
        raise PreventionRefused(_("Write what failed."), "reason")
    one.reopened, one.accepted_at, one.struck_off_at = one.reopened + 1, None, None
    take([one], "reopen", actor=actor, at=at, words=reason.strip(), payload={"times": one.reopened})
    return {"problem": one.number, "reopened": one.reopened}


def tests_of(problem: Problem, at: dt.datetime) -> list[tuple[Storm, bool]]:
    """Return the storms strong enough since the works were accepted, and whether the place held in each."""
    if problem.accepted_at is None or problem.rain_test_mm_h is None:
        return []
    strong = Storm.objects.filter(start__gte=problem.accepted_at, peak_mm_h__gte=problem.rain_test_mm_h)
    storms = list(strong.filter(end__lte=at - RUNS_OFF))
    if not storms:
        return []
    during = reduce(or_, (Q(received_at__range=(storm.start, storm.end + RUNS_OFF)) for storm in storms))
    failed = [report.received_at for report in reports_at(problem, Report.objects.filter(during))]
    return [(storm, not any(storm.start <= at <= storm.end + RUNS_OFF for at in failed)) for storm in storms]


def _tested_by(problem: Problem, at: dt.datetime) -> Storm | None:
    """Return the last storm that the place has stood, or refuse."""
    if problem.rain_test_mm_h is None:
        return None
    held = [storm for storm, stood in tests_of(problem, at) if stood]
    if not held:
        raise PreventionRefused(
            _("Works are done, but no storm of %(mm)g mm/h has tested them yet.") % {"mm": problem.rain_test_mm_h}
        )
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
    states: dict[tuple[int, int], list[tuple[str, str]]] = {}
    told = Task.objects.filter(problem__in=list(moments)).values_list("problem_id", "round", "kind", "state")
    for pk, round_, kind, state in told:
        states.setdefault((pk, round_), []).append((kind, state))
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
