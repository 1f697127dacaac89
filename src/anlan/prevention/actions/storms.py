"""Storms as the gauges measured them: written down once they are over, and corrected where that was wrong."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _

from anlan.core import ledger
from anlan.core.ledger.verbs import verb
from anlan.core.people.actors import Actor
from anlan.core.people.roles import Role
from anlan.core.time.clock import stamp
from anlan.prevention.actions.results import tests_of
from anlan.prevention.models import Problem, Storm
from anlan.prevention.rules import PreventionRefused, ProblemState

RECORDS = (Role.ANALYST, Role.SUPERVISOR, Role.OPERATOR)


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
        raise PreventionRefused(
            _("This storm is recorded already, with other figures; correct it in the list."), "start"
        )
    if new:
        told = {"storm": storm.pk, "peak_mm_h": peak_mm_h}
        ledger.append("prevention.storm_recorded", actor=actor, at=at, subject=f"storm:{storm.pk}", payload=told)
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
    one = Storm.objects.select_for_update().filter(pk=storm).first()
    if one is None:
        raise PreventionRefused(_("This storm is not recorded."))
    _require_measured(one.start, end, peak_mm_h, at)
    if not reason.strip():
        raise PreventionRefused(_("Write what was wrong."), "reason")
    rested = _rested_on(one)
    told = {"from": [stamp(one.end), one.peak_mm_h], "to": [stamp(end), peak_mm_h]}
    one.end, one.peak_mm_h, one.source = end, peak_mm_h, source.strip()[:80] or one.source
    one.corrected_because = reason.strip()[:200]
    one.save()
    ledger.append("prevention.storm_corrected", actor=actor, at=at, subject=f"storm:{one.pk}", payload=told)
    return {"storm": one.pk, "doubtful": [problem.number for problem in rested if not _tested(problem)]}


def _rested_on(storm: Storm) -> list[Problem]:
    """Return the problems struck off since a storm that was strong enough for them."""
    off = Problem.objects.filter(state=ProblemState.STRUCK_OFF, accepted_at__lte=storm.start)
    return list(off.filter(rain_test_mm_h__lte=storm.peak_mm_h, struck_off_at__gte=storm.end))


def _tested(problem: Problem) -> bool:
    return problem.struck_off_at is not None and any(stood for _, stood in tests_of(problem, problem.struck_off_at))


def _require_measured(start: dt.datetime, end: dt.datetime, peak_mm_h: float, at: dt.datetime) -> None:
    if end <= start or end > at:
        raise PreventionRefused(_("A storm is recorded once it is over, with its end after its start."), "end")
    if not 0 < peak_mm_h <= 500:
        raise PreventionRefused(_("The peak lies between 0 and 500 mm/h."), "peak_mm_h")
