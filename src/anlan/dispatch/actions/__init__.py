"""Every write of dispatch, by noun."""

from __future__ import annotations

from anlan.dispatch.actions.assignments import (
    REVIEWS,
    SHIFT_BEGAN,
    archive,
    ask_backup,
    begin_shift,
    dispatch_unit,
    facts_of,
    kinds_to_come,
    may_stamp,
    reassign,
    require_shift,
    resolve_on_scene,
    review,
    shift_told,
    stamp,
)
from anlan.dispatch.actions.bulk import run_incidents, write_rota
from anlan.dispatch.actions.calls import receive_calls

__all__ = [
    "REVIEWS",
    "SHIFT_BEGAN",
    "archive",
    "ask_backup",
    "begin_shift",
    "dispatch_unit",
    "facts_of",
    "kinds_to_come",
    "may_stamp",
    "reassign",
    "receive_calls",
    "require_shift",
    "resolve_on_scene",
    "review",
    "run_incidents",
    "shift_told",
    "stamp",
    "write_rota",
]
