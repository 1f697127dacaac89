"""Every write of bulletin, by noun."""

from __future__ import annotations

from anlan.bulletin.actions.issues import compose, correct
from anlan.bulletin.actions.plans import fix_measures
from anlan.bulletin.actions.requests import ask_to_compose, ask_to_correct, ask_to_recompute, finish_recompute

__all__ = [
    "ask_to_compose",
    "ask_to_correct",
    "ask_to_recompute",
    "compose",
    "correct",
    "finish_recompute",
    "fix_measures",
]
