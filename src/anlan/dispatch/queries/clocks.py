"""The clocks of one incident and its crews as a page shows them: how long, of how long, and what is missing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from anlan.core.models import ClockRule, ClockRun, Timing
from anlan.core.time.clocks import city_rules, ruled
from anlan.core.time.rules import mark_of
from anlan.dispatch.models import Assignment
from anlan.dispatch.rules import kinds_to_come
from anlan.triage.models import Incident
from anlan.triage.queries.clocks import facts

METER = 80  # where the target's tick stands on a meter of 100


@dataclass(frozen=True)
class Face:
    """One clock: `state` is waiting, running, met, late, or missing; a clock without a time has no seconds."""

    rule: ClockRule
    run: ClockRun | None
    state: str
    mark: str
    seconds: float | None
    timing: Timing  # what it allowed when it began, else now

    @property
    def filled(self) -> float:
        """How much of the meter is filled, of 100."""
        return round(min(100.0, METER * (self.seconds or 0) / self.timing.target_s), 1)


def faces_of(
    incident: Incident, assignments: Sequence[Assignment], at: dt.datetime
) -> tuple[list[Face], dict[int, list[Face]]]:
    """Return the clocks of an incident, and for each of its assignments those of its crew, read together."""
    runs = _last([incident.subject, *(assignment.subject for assignment in assignments)])
    own = [_face(run.rule, run, at, False) for (of, _rule), run in runs.items() if of == incident.subject]
    return own, _of_crews(assignments, runs, at)


def _of_crews(
    assignments: Sequence[Assignment], runs: dict[tuple[str, int], ClockRun], at: dt.datetime
) -> dict[int, list[Face]]:
    """Return for each assignment the clocks of its kind of unit; one that never started has no time."""
    return {
        assignment.pk: [
            _face(rule, runs.get((assignment.subject, rule.pk)), at,
                  any(map(rule.starts_with, kinds_to_come(assignment.state))))
            for rule in _crew_rules(assignment)
        ]
        for assignment in assignments
    }  # fmt: skip


def facts_of(assignment: Assignment) -> dict[str, str | None]:
    """Return what the scopes of clocks may ask for."""
    return facts(assignment.incident) | {"unit_kind": assignment.unit.kind}


def _crew_rules(assignment: Assignment) -> list[ClockRule]:
    """Return the clocks of its kind of unit, the shortest first."""
    known = {name: value for name, value in facts_of(assignment).items() if value is not None}
    active = (rule for rule in city_rules().by_key.values() if rule.active)
    of_crews = [rule for rule in active if rule.start.startswith("dispatch.unit_") and rule.applies_to(known)]
    return sorted(of_crews, key=lambda rule: (rule.target_s, rule.code))


def _last(subjects: Sequence[str]) -> dict[tuple[str, int], ClockRun]:
    """Return the last run of each clock on some subjects, in the order in which they began."""
    runs = ClockRun.objects.filter(subject__in=subjects).order_by("started_at", "pk")
    return {(run.subject, run.rule_id): run for run in ruled(runs)}


def _face(rule: ClockRule, run: ClockRun | None, at: dt.datetime, can_start: bool) -> Face:
    timing = rule.timing(run.started_at if run else at)
    if run is None:
        return Face(rule, None, "waiting" if can_start else "missing", "idle", None, timing)
    if run.missing_at:
        return Face(rule, run, "missing", "idle", None, timing)
    seconds = ((run.stopped_at or at) - run.started_at).total_seconds()
    if run.stopped_at is None:
        return Face(rule, run, "running", mark_of(run.started_at, run.due_at, at), seconds, timing)
    kept = run.stopped_at <= run.due_at
    return Face(rule, run, "met" if kept else "late", "done" if kept else "late", seconds, timing)
