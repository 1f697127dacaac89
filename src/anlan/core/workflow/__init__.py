"""Life cycles: a stage declares each move once, and pages, verbs, entries and history read that declaration."""

from __future__ import annotations

from anlan.core.workflow.cycle import Workflow
from anlan.core.workflow.moves import Change, Move, NotYours, Step, move
from anlan.core.workflow.terms import Terms
from anlan.core.workflow.who import Who, anybody, holder, no_part, roles

__all__ = ["Change", "Move", "NotYours", "Step", "Terms", "Who", "Workflow", "anybody", "holder", "move", "no_part",
           "roles"]  # fmt: skip
