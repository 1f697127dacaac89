"""Which steps the inbox offers with a problem."""

from __future__ import annotations

import datetime as dt

from anlan.core.city.areas import local_day
from anlan.core.people.actors import Actor
from anlan.prevention.models import Problem
from anlan.prevention.moves import PROBLEMS
from anlan.prevention.offers.steps import Offer, Sent, shown


def offers(problem: Problem, actor: Actor, at: dt.datetime, sent: Sent = None) -> list[Offer]:
    """Return the steps that this person can take now."""
    due = [move for move in PROBLEMS.moves if problem.state in move.due]
    return shown(
        PROBLEMS.moves, PROBLEMS.offers(actor, problem, at), due,
        lambda move: move.form.of(problem, local_day(at), auto_id=f"{move.name}-%s"), sent,
    )  # fmt: skip
