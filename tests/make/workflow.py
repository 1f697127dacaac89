"""The generic test of a life cycle: a page offers a move exactly where the verb behind its door would take it."""

from __future__ import annotations

import datetime as dt
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import models, transaction

from anlan.core.pages import Act
from anlan.core.pages.offers import Offered
from anlan.core.people.actors import Actor, NotAllowed
from anlan.core.refusals import Refused
from anlan.core.workflow import Workflow
from anlan.core.workflow.moves import Move


class _Undone(Exception):
    """Takes back what a verb wrote."""


def compared(
    workflow: Workflow[Any],
    number: str,
    visible: models.QuerySet[Any] | Mapping[str, models.QuerySet[Any]],
    actors: Mapping[str, Actor],
    asked: Mapping[str, dict[str, Any]],
    at: dt.datetime,
    steps: Sequence[Offered] = (),
) -> tuple[int, list[str]]:
    """Ask for every move as every actor, with words that are whole; return how many cases, and which disagree.

    `visible` are the records that somebody may see, for all or by the actors' names; `steps` what the page offers,
    if acts stand among the moves.
    """
    cases, wrong = 0, []
    for who, actor in actors.items():
        seen = visible[who] if isinstance(visible, Mapping) else visible
        record = seen.filter(number=number).first()
        for step in steps or [workflow[name] for name in workflow.doors]:
            offered = record is not None and _is_offered(workflow, step, actor, record, at)
            press = step.press if isinstance(step, Act) else workflow.doors[step.name]
            why = _why_not(press, number, asked.get(step.name, {}), actor, at)
            cases += 1
            if offered == bool(why):
                wrong.append(f"{who}: {step.name} is {'offered' if offered else 'not offered'}, {why or 'taken'}")
    return cases, wrong


def _is_offered(workflow: Workflow[Any], step: Offered, actor: Actor, record: Any, at: dt.datetime) -> bool:
    if isinstance(step, Act):
        return step.terms.refusal(actor, record, at) is None
    return step in workflow.offers(actor, record, at)


def refused(
    workflow: Workflow[Any], name: str, number: str, asked: dict[str, Any], actor: Actor, at: dt.datetime
) -> str:
    """Return why the verb refuses a move, or nothing where it takes it; what it wrote is taken back."""
    return _why_not(workflow.doors[name], number, asked, actor, at)


def _why_not(press: Callable[..., Any], number: str, asked: dict[str, Any], actor: Actor, at: dt.datetime) -> str:
    try:
        with transaction.atomic():
            press(number, None, asked, actor=actor, at=at)
            raise _Undone
    except _Undone:
        return ""
    except Refused as refusal:
        return refusal.code
    except NotAllowed as refusal:
        return str(refusal) or "not allowed"


def gaps(workflow: Workflow[Any], start: str, last: set[str]) -> list[str]:
    """Return what is missing in a table: states that nothing reaches or leaves, or that wait for nobody; doors.

    Also doors whose verb does not take what its form asks for, what the page showed, who, when and the form's key.
    """
    states = set(dict(workflow.model._meta.get_field("state").choices or []))  # type: ignore[union-attr]
    left = {state for move in workflow.moves for state in move.source}
    missing = [f"{state} is never reached" for state in sorted(states - workflow.reachable(start))]
    missing += [f"{state} has no way on" for state in sorted(states - left - last)]
    missing += [f"{state} waits for nobody" for state in sorted(states - last) if workflow.turn(state) == "nobody"]
    missing += [
        f"{move.name} has no door" for move in workflow.moves if bool(move.label) != (move.name in workflow.doors)
    ]
    missing += [f"{move.name} says not whose it is" for move in workflow.moves if move.label and not move.whose]
    missing += [f"{move.name}: {unfit}" for move in workflow.moves if move.form and (unfit := _unfit(workflow, move))]
    keys = [move.key for move in workflow.moves if move.label]
    return missing + [f"key {key} twice" for key in sorted(set(keys)) if keys.count(key) > 1]


def _unfit(workflow: Workflow[Any], move: Move) -> str:
    """Return what is wrong between the fields of a move's form and the arguments of its verb, or nothing."""
    door, typed = workflow.doors[move.name], dict.fromkeys(move.form.base_fields, "")
    try:
        inspect.signature(door.verb).bind(**door.shape("1", typed), seen="", actor=None, at=None, key=None)
    except TypeError as unfit:
        return str(unfit)
    return ""
