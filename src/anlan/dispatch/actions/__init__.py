"""Every write of dispatch, by noun."""

from __future__ import annotations

from anlan.dispatch.actions.assignments import (
    archive,
    ask_backup,
    dispatch_unit,
    reassign,
    resolve_on_scene,
    review,
    stamp,
)
from anlan.dispatch.actions.bulk import run_incidents
from anlan.dispatch.actions.calls import receive_calls
from anlan.dispatch.actions.logins import give_unit, take_unit
from anlan.dispatch.actions.openings import open_in_hand
from anlan.dispatch.actions.shifts import begin_shift, write_rota
from anlan.dispatch.actions.undos import undo

__all__ = [
    "archive",
    "ask_backup",
    "begin_shift",
    "dispatch_unit",
    "give_unit",
    "open_in_hand",
    "reassign",
    "receive_calls",
    "resolve_on_scene",
    "review",
    "run_incidents",
    "stamp",
    "take_unit",
    "undo",
    "write_rota",
]
