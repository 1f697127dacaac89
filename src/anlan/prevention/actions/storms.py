"""Storms as the gauges measured them: written down once they are over, and corrected where that was wrong."""

from __future__ import annotations

import datetime as dt
from typing import Any

from anlan.core import ledger
from anlan.core.ledger.verbs import verb
from anlan.core.people.actors import Actor
from anlan.core.refusals import Refused
from anlan.core.time.clock import stamp
from anlan.prevention.access import RECORDS
from anlan.prevention.models import Problem, Storm
from anlan.prevention.queries.storms import tests_of
from anlan.prevention.rules import HEAVIEST_MM_H
from anlan.prevention.states import ProblemState


@verb("prevention.raining.record_storm")
def record_storm(
    *,
    start: dt.datetime,
    end: dt.datetime,
    peak_mm_h: float,
    source: str = "",
    actor: Actor,
    at: dt.datetime,
    key: str | None = None,
) -> dict[str, Any]:
    """Record a storm as measured; the same start again is the same storm."""
    actor.require(*RECORDS)
    _require_measured(start, end, peak_mm_h, at)
    storm, new = Storm.objects.get_or_create(
        start=start, defaults={"end": end, "peak_mm_h": peak_mm_h, "source": source.strip()[:80]}
    )
    if not new and (storm.end, storm.peak_mm_h) != (end, peak_mm_h):
        raise Refused("storm_recorded_already", "start")
    if new:
        payload = {"storm": storm.pk, "peak_mm_h": peak_mm_h}
        ledger.append("prevention.storm_recorded", actor=actor, at=at, subject=f"storm:{storm.pk}", payload=payload)
    waiting = Problem.objects.filter(state=ProblemState.ACCEPTED, accepted_at__lte=start, rain_test_mm_h__lte=peak_mm_h)
    return {"storm": storm.pk, "repeated": not new, "waiting": waiting.count()}


@verb("prevention.raining.correct_storm")
def correct_storm(
    *,
    storm: int,
    end: dt.datetime,
    peak_mm_h: float,
    reason: str,
    source: str = "",
    actor: Actor,
    at: dt.datetime,
    key: str | None = None,
) -> dict[str, Any]:
    """Correct what was written down wrongly; `doubtful` are problems struck off that no storm has tested any more."""
    actor.require(*RECORDS)
    known = Storm.objects.select_for_update().filter(pk=storm).first()
    if known is None:
        raise Refused("unknown_storm")
    _require_measured(known.start, end, peak_mm_h, at)
    if not reason.strip():
        raise Refused("storm_correction_missing", "reason")
    rested = _rested_on(known)
    payload = {"from": [stamp(known.end), known.peak_mm_h], "to": [stamp(end), peak_mm_h]}
    known.end, known.peak_mm_h, known.source = end, peak_mm_h, source.strip()[:80] or known.source
    known.corrected_because = reason.strip()[:200]
    known.save()
    ledger.append("prevention.storm_corrected", actor=actor, at=at, subject=f"storm:{known.pk}", payload=payload)
    return {"storm": known.pk, "doubtful": [problem.number for problem in rested if not _tested(problem)]}


def _rested_on(storm: Storm) -> list[Problem]:
    """Return the problems struck off since a storm that was strong enough for them."""
    off = Problem.objects.filter(state=ProblemState.STRUCK_OFF, accepted_at__lte=storm.start)
    return list(off.filter(rain_test_mm_h__lte=storm.peak_mm_h, struck_off_at__gte=storm.end))


def _tested(problem: Problem) -> bool:
    return problem.struck_off_at is not None and any(stood for _, stood in tests_of(problem, problem.struck_off_at))


def _require_measured(start: dt.datetime, end: dt.datetime, peak_mm_h: float, at: dt.datetime) -> None:
    if end <= start or end > at:
        raise Refused("storm_not_over", "end")
    if not 0 < peak_mm_h <= HEAVIEST_MM_H:
        raise Refused("peak_out_of_range", "peak_mm_h")
