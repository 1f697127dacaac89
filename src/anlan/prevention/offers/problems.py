"""Which steps the inbox offers with a problem, each with its form and its key."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from anlan.core.people.actors import Actor
from anlan.core.people.roles import Role
from anlan.prevention import actions
from anlan.prevention.access import REOPENS
from anlan.prevention.forms.fields import ReasonForm, StepForm, active_organisations, choices_of
from anlan.prevention.forms.problems import ArbitrateForm, DelistingForm, InstructForm
from anlan.prevention.forms.tasks import PlanForm
from anlan.prevention.models import Problem
from anlan.prevention.offers.steps import Offer, Sent
from anlan.prevention.rules import PROBLEM_MOVES
from anlan.prevention.states import ProblemState

BACKWARD = {"instruct", "return", "reopen"}  # possible, and not what the page asks for
ACTS: dict[str, Callable[..., dict[str, Any]]] = {
    "sign_for": lambda number, seen, **asked: actions.sign_for(problems=[number], **asked),
    "return": lambda number, **asked: actions.return_problem(problem=number, **asked),
    "strike_off": lambda number, seen, **asked: actions.strike_off(problem=number, **asked),
    "reopen": lambda number, seen, **asked: actions.reopen(problem=number, **asked),
    "instruct": lambda number, **asked: actions.instruct(problems=[number], **asked),
    "arbitrate": lambda number, **asked: actions.arbitrate(problem=number, **asked),
    "plan_tasks": lambda number, seen, actor, at, key, **asked: actions.plan_tasks(
        tasks=[asked | {"problem": number}], seen=seen, actor=actor, at=at, key=key
    ),
}


def form_of(verb: str, problem: Problem, today: dt.date, data: Any = None) -> StepForm:
    """Return the form of a problem's step, empty or as it was sent."""
    options: dict[str, Any] = {"data": data, "auto_id": f"{verb}-%s"}
    if verb == "instruct":
        return InstructForm(organisations=active_organisations(), initial=_instructed(problem, today), **options)
    if verb == "arbitrate":
        return ArbitrateForm(organisations=active_organisations(), **options)
    if verb == "plan_tasks":
        doers = [body for body in [problem.lead, *problem.supporting.all()] if body and body.active]
        return PlanForm(organisations=choices_of(doers), **options)
    if verb in {"return", "reopen"}:
        return ReasonForm(**options)
    if verb == "strike_off" and problem.supervision_level:
        return DelistingForm(**options)
    return StepForm(**options)


def _instructed(problem: Problem, today: dt.date) -> dict[str, Any]:
    """Return what is known already of a problem's instruction."""
    helping = [helper.code for helper in problem.supporting.all()]
    return {"on": today, "lead": problem.lead.code if problem.lead else "", "supporting": helping,
            "supervision_level": problem.supervision_level}  # fmt: skip


def offers(problem: Problem, actor: Actor, today: dt.date, sent: Sent = None) -> list[Offer]:
    """Return the steps that this person can take now, the likely one first; a refused one stays, open, as typed."""
    words = {"sign_for": (_("Sign for"), "s"), "plan_tasks": (_("Plan a task"), "t"), "return": (_("Return"), "b"),
             "arbitrate": (_("Decide whose it is"), "a"), "instruct": (_("Instruct"), "i"),
             "strike_off": (_("Strike off"), "x"), "reopen": (_("Reopen"), "r")}  # fmt: skip
    verbs = [verb for verb in words if may_take(verb, problem, actor) or (sent and sent[0] == verb)]
    likely = "instruct" if problem.state in {ProblemState.RAISED, ProblemState.RETURNED} else ""
    found: list[Offer] = []
    for verb in sorted(verbs, key=lambda verb: verb != likely):
        again = sent[1] if sent and sent[0] == verb else None
        opened = again is not None or (verb == likely and sent is None)
        form = again if again is not None else form_of(verb, problem, today)
        found.append(Offer(verb, *words[verb], form, opened, not found and verb not in BACKWARD - {likely}))
    return found


def may_take(verb: str, problem: Problem, actor: Actor) -> bool:
    """Whether a step of a problem is this person's, as things stand."""
    led, roles = problem.lead_id in actor.organisation_ids, actor.roles
    officer = led and Role.OFFICER in roles and problem.lead is not None and problem.lead.active
    moves = PROBLEM_MOVES[problem.state]
    return {
        "sign_for": officer and "sign_for" in moves,
        "plan_tasks": officer and "plan" in moves,
        "return": led and Role.OFFICER in roles and not problem.arbitrated and "return" in moves,
        "arbitrate": Role.LEADER in roles and not led and "arbitrate" in moves,
        "instruct": Role.SUPERVISOR in roles and "instruct" in moves,
        "strike_off": Role.SUPERVISOR in roles and not led and "strike_off" in moves,
        "reopen": bool(roles.intersection(REOPENS)) and "reopen" in moves,
    }[verb]
