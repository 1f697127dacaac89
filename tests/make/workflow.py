"""The generic test of a life cycle: a page offers a move exactly where the verb behind its door would take it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import models, transaction

from anlan.core.people.actors import Actor, NotAllowed
from anlan.core.refusals import Refused
from anlan.core.workflow import Workflow


class _Undone(Exception):
    """Takes back what a verb wrote."""


def compared(
    workflow: Workflow[Any],
    number: str,
    visible: models.QuerySet[Any] | Mapping[str, models.QuerySet[Any]],
    actors: Mapping[str, Actor],
    asked: Mapping[str, dict[str, Any]],
    at: dt.datetime,
) -> tuple[int, list[str]]:
    """Ask for every move as every actor, with words that are whole; return how many cases, and which disagree.

    `visible` are the records that somebody may see, for all or by the actors' names.
    """
    cases, wrong = 0, []
    for who, actor in actors.items():
        seen = visible[who] if isinstance(visible, Mapping) else visible
        record = seen.filter(number=number).first()
        offered = {move.name for move in workflow.offers(actor, record, at)} if record else set()
        for name in workflow.doors:
            why = refused(workflow, name, number, asked.get(name, {}), actor, at)
            cases += 1
            if (name in offered) == bool(why):
                wrong.append(f"{who}: {name} is {'offered' if name in offered else 'not offered'}, {why or 'taken'}")
    return cases, wrong


def refused(
    workflow: Workflow[Any], name: str, number: str, asked: dict[str, Any], actor: Actor, at: dt.datetime
) -> str:
    """Return why the verb refuses a move, or nothing where it takes it; what it wrote is taken back."""
    try:
        with transaction.atomic():
            workflow.doors[name](number, None, asked, actor=actor, at=at)
            raise _Undone
    except _Undone:
        return ""
    except Refused as refusal:
        return refusal.code
    except NotAllowed as refusal:
        return str(refusal) or "not allowed"


def gaps(workflow: Workflow[Any], start: str, last: set[str]) -> list[str]:
    """Return what is missing in a table: states that nothing reaches or leaves, or that wait for nobody; doors."""
    states = set(dict(workflow.model._meta.get_field("state").choices or []))  # type: ignore[union-attr]
    left = {state for move in workflow.moves for state in move.source}
    missing = [f"{state} is never reached" for state in sorted(states - workflow.reachable(start))]
    missing += [f"{state} has no way on" for state in sorted(states - left - last)]
    missing += [f"{state} waits for nobody" for state in sorted(states - last) if workflow.turn(state) == "nobody"]
    missing += [
        f"{move.name} has no door" for move in workflow.moves if bool(move.label) != (move.name in workflow.doors)
    ]
    missing += [f"{move.name} says not whose it is" for move in workflow.moves if move.label and not move.whose]
    keys = [move.key for move in workflow.moves if move.label]
    return missing + [f"key {key} twice" for key in sorted(set(keys)) if keys.count(key) > 1]
