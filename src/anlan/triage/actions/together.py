"""Live reports that wait at the same time, taken as one; what opens an incident is taken by itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from anlan.core.city.current import kept
from anlan.core.ledger import canonical
from anlan.core.ledger.calls import ALONE, Answer, Call, keep, known
from anlan.core.ledger.verbs import ERASED, fingerprint_of, scope_of
from anlan.intake.actions import receive_together
from anlan.intake.models import Category
from anlan.triage.rules import AT_ONCE, urgency_at_call

RECEIVED: Final = "intake.receive_report"
UNSAID: Final[dict[str, Any]] = {"urgency": None, "answers": [], "tells_of": ""}  # no part of what is received


def take_together(calls: Sequence[Call]) -> list[Any]:
    """Take reports as `take_report` does; those that it has to see by itself are left to it."""
    plain = _plain(calls)
    received = receive_together([(_received(call.asked), call.scope) for call in plain])
    answers: dict[int, dict[str, Any]] = {}
    stored = []
    for call, report in zip(plain, received, strict=True):
        if report is not None:
            answer = answers[id(call)] = report.answer | {"incident": None, "refused": ""}
            stored += [
                Answer(_inner(call), ERASED, canonical(report.answer)),
                Answer(call.scope, fingerprint_of(call.asked), canonical(answer)),
            ]
    keep(stored)
    return [answers.get(id(call), ALONE) for call in calls]


def _plain(calls: Sequence[Call]) -> list[Call]:
    """Return the calls whose keys are new and that open nothing at once."""
    urgent, fresh = kept(_urgent), dict[str, Call]()
    for call in calls:
        if call.asked["category"] not in urgent:
            fresh.setdefault(call.scope, call)
    asked_before = known([scope for call in fresh.values() for scope in (call.scope, _inner(call))])
    return [call for call in fresh.values() if not {call.scope, _inner(call)} & asked_before]


def _inner(call: Call) -> str:
    """Return the key of the verb that receives, which `take_report` calls first under its own."""
    return scope_of(RECEIVED, call.asked["actor"], call.asked["key"])


def _received(asked: dict[str, Any]) -> dict[str, Any]:
    """Return what `receive_report` is asked by it."""
    return {name: value for name, value in asked.items() if UNSAID.get(name, ()) != value}


def _urgent() -> frozenset[str]:
    """Return the categories of which a report opens an incident at once."""
    return frozenset(
        each.code
        for each in Category.objects.all()
        if urgency_at_call(3, each.urgency, each.exclusion_gate, [each.urgent_at_least]) == AT_ONCE
    )
