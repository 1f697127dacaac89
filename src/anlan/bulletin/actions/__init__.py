"""Every write of bulletin, by noun."""

from __future__ import annotations

from anlan.bulletin.actions.issues import (
    compose,
    correct,
    drawn,
    fix_measures,
    issuer_of,
    require_composable,
    require_correctable,
)
from anlan.bulletin.actions.requests import ask_to_compose, ask_to_correct, ask_to_recompute, finish_recompute

__all__ = [
    "ask_to_compose",
    "ask_to_correct",
    "ask_to_recompute",
    "compose",
    "correct",
    "drawn",
    "finish_recompute",
    "fix_measures",
    "issuer_of",
    "require_composable",
    "require_correctable",
]
