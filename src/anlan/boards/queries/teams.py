"""The clocks of the mobile teams (1-3-5) over the last 24 hours; a stamp that nobody gave is missing, never zero."""

from __future__ import annotations

import datetime as dt
import statistics
from collections.abc import Iterable
from dataclasses import dataclass

from anlan.boards.scope import DAY, Scope
from anlan.core.models import ClockRule, ClockRun
from anlan.core.words import in_chinese
from anlan.dispatch.models import Assignment, Unit

MEETS = 90.0  # percent within the target: what the design of the page asks for


@dataclass(frozen=True)
class Pace:
    """How fast one step was: n ended or overdue, the median of those that ended, and how many have no stamp."""

    name: str
    target_s: int
    n: int
    median_s: float | None
    percent: float | None
    missing: int

    @property
    def mark(self) -> str:
        """Whether enough kept within the target."""
        return "idle" if self.percent is None else "done" if self.percent >= MEETS else "warn"


@dataclass(frozen=True)
class Teams:
    """Sendings of mobile teams in 24 hours, and the pace of each step."""

    sent: int
    paces: list[Pace]


def mobile_teams(scope: Scope) -> Teams:
    """Read the clocks of what mobile teams were sent to in the 24 hours before."""
    sent = _sent(scope)
    active = ClockRule.objects.filter(active=True).order_by("target_s", "code").prefetch_related("targets")
    rules = [rule for rule in active if is_mobile(rule)]
    # Asked by subject alone: with the rules beside it SQLite would walk every run of a rule.
    runs = ClockRun.objects.filter(subject__in=[f"assignment:{pk}" for pk in sent])
    stamped: dict[int, dict[str, ClockRun]] = {rule.pk: {} for rule in rules}
    for run in runs.only("rule_id", "subject", "started_at", "due_at", "stopped_at", "missing_at"):
        if run.rule_id in stamped:
            stamped[run.rule_id][run.subject] = run
    return Teams(len(sent), [_pace(rule, stamped[rule.pk], sent, scope.at) for rule in rules])


def is_mobile(rule: ClockRule) -> bool:
    """Whether a rule is about mobile teams."""
    wanted = dict(part.split("=", 1) for part in rule.scope.split())
    return str(Unit.Kind.MOBILE) in wanted.get("unit_kind", "").split(",")


def _sent(scope: Scope) -> dict[int, bool]:
    """Return the sendings, each with whether its unit is free again."""
    found = Assignment.objects.filter(
        dispatched_at__gte=scope.at - DAY, dispatched_at__lt=scope.at, unit__kind=Unit.Kind.MOBILE
    ).order_by()
    sendings = list(found.values_list("pk", "ended_at", "incident__lon", "incident__lat"))
    here = scope.covers((lon, lat) for _, _, lon, lat in sendings)
    return {
        pk: ended is not None and ended <= scope.at
        for (pk, ended, _, _), yes in zip(sendings, here, strict=True)
        if yes
    }


def _pace(rule: ClockRule, runs: dict[str, ClockRun], sent: dict[int, bool], at: dt.datetime) -> Pace:
    stopped = [(run, run.stopped_at) for run in runs.values() if run.stopped_at and run.stopped_at <= at]
    took = [(end - run.started_at).total_seconds() for run, end in stopped]
    within = sum(1 for run, end in stopped if end <= run.due_at)
    ended = {run.pk for run, _end in stopped} | {run.pk for run in runs.values() if _was_missing(run, at)}
    overdue = sum(1 for run in runs.values() if run.pk not in ended and run.due_at < at)
    n = len(took) + overdue
    missing = sum(1 for pk, free in sent.items() if _is_missing(runs.get(f"assignment:{pk}"), free, at))
    return Pace(
        rule.name if in_chinese() else rule.name_en, rule.timing(at).target_s, n, _median(took),
        100 * within / n if n else None, missing,
    )  # fmt: skip


def _was_missing(run: ClockRun, at: dt.datetime) -> bool:
    return run.missing_at is not None and run.missing_at <= at


def _is_missing(run: ClockRun | None, free: bool, at: dt.datetime) -> bool:
    """Whether no stamp can tell any more how long it took; a clock whose own start has no stamp never ran."""
    return free if run is None else _was_missing(run, at)


def _median(took: Iterable[float]) -> float | None:
    held = list(took)
    return statistics.median(held) if held else None
