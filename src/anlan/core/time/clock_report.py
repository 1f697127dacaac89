"""How long clocks ran, by rule and by what a later stage knows of their matters."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from django.db.models import BooleanField, Case, F, FloatField, Func, Value, When

from anlan.core.city.current import city_zone
from anlan.core.models import ClockRule, ClockRun, Timing
from anlan.core.models.clock import RUNS, ClockRunQuerySet
from anlan.core.time.calendar import working_calendar
from anlan.core.time.clock import now
from anlan.core.time.rules import Counting, worked_s

Grouping = Callable[[ClockRunQuerySet], Mapping[str, str]]
OWNER = "owner"
BEFORE_ALL = dt.datetime.min.replace(tzinfo=dt.UTC)
_groupings: dict[str, Grouping] = {}


class Took(Func):
    """Seconds between two moments, counted by the database: by the millisecond."""

    template = "EXTRACT(EPOCH FROM (%(expressions)s))"
    arg_joiner = " - "
    output_field: FloatField[float, float] = FloatField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Count with microseconds."""
        return self.as_sql(compiler, connection, template="ROUND((%(expressions)s) / 1000000.0, 3)", **context)


def grouping(name: str) -> Callable[[Grouping], Grouping]:
    """Register what tells the group of each subject of these runs: only a later stage knows what a subject is."""

    def register(function: Grouping) -> Grouping:
        _groupings[name] = function
        return function

    return register


def groupings() -> list[str]:
    """Return by what a report can be grouped."""
    return sorted([OWNER, *_groupings])


def clock_report(*, since: dt.datetime | None, until: dt.datetime | None, by: str = "") -> list[dict[str, Any]]:
    """Return one row for each clock (and group): runs that started from `since` on and before `until`.

    `targets` are the times that held in that period, the last one stands at `target_s` too. Durations are seconds as
    that one counts them: those of working days where it counts working days.
    A pause is counted too: a run does not keep how long it stood still, only that it was due later by so much.
    `n` runs have stopped; `missing` ones have no stop stamp, and are in no duration and in no share; of these,
    `running` ones can get one yet.
    """
    rules = {rule.pk: rule for rule in ClockRule.objects.prefetch_related("targets")}
    last = min(until - dt.timedelta.resolution, now()) if until else now()
    held = {pk: rule.timings(since or BEFORE_ALL, last) for pk, rule in rules.items()}
    working = {pk for pk, timings in held.items() if timings[-1].counting == Counting.WORKING}
    found = _grouped(_started(since, until), by, working)
    if not by:
        found = {(pk, ""): _Runs() for pk, rule in rules.items() if rule.active} | found
    rows = [_row(rules[pk], group, runs, held[pk]) for (pk, group), runs in found.items()]
    return sorted(rows, key=lambda row: (row["clock"], row["group"] or ""))


def _started(since: dt.datetime | None, until: dt.datetime | None) -> ClockRunQuerySet:
    runs = ClockRun.objects.all()
    runs = runs.filter(started_at__gte=since) if since else runs
    return runs.filter(started_at__lt=until) if until else runs


@dataclass
class _Runs:
    """Of one clock and group: seconds (None: no stamp), how many were in time, how many can get a stamp yet."""

    seconds: list[float | None] = field(default_factory=list)
    within: int = 0
    running: int = 0


def _grouped(runs: ClockRunQuerySet, by: str, working: set[int]) -> dict[tuple[int, str], _Runs]:
    in_time = Case(When(stopped_at__lte=F("due_at"), then=Value(True)), default=False, output_field=BooleanField())
    of = F("organisation__code") if by == OWNER else F("subject") if by else Value("")
    names = None if by in {"", OWNER} else _groupings[by](runs)
    columns = runs.annotate(of=of, took=Took(F("stopped_at"), F("started_at")))
    found: dict[tuple[int, str], _Runs] = {}
    over = Case(When(RUNS, then=Value(False)), default=True, output_field=BooleanField())
    rows = columns.values_list("rule_id", "of", "took", in_time, over, "started_at", "stopped_at")
    calendar, zone = working_calendar(), city_zone()
    for rule, subject, took, within, ended, started, stopped in rows.iterator(10_000):
        if rule in working and stopped is not None:
            took = worked_s(started, stopped, calendar, zone)
        group = names.get(subject, "") if names is not None else subject or ""
        held = found.setdefault((rule, group), _Runs())
        held.seconds.append(took)
        held.within += within
        held.running += not ended
    return found


def _row(rule: ClockRule, group: str, runs: _Runs, held: list[Timing]) -> dict[str, Any]:
    took = np.array(runs.seconds, dtype=float)  # a missing stamp becomes NaN
    stopped = took[~np.isnan(took)]
    n = len(stopped)
    median, p90 = np.quantile(stopped, [0.5, 0.9]) if n else (None, None)
    return {
        "clock": rule.code,
        "name": rule.name,
        "name_en": rule.name_en,
        "target_s": held[-1].target_s,
        "counting": held[-1].counting,
        "targets": [timing._asdict() for timing in held],
        "group": group or None,
        "median_s": None if median is None else round(float(median), 3),
        "p90_s": None if p90 is None else round(float(p90), 3),
        "n": n,
        "missing": len(took) - n,
        "running": runs.running,
        "within_target": round(runs.within / n, 4) if n else None,
    }
