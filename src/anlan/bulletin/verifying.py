"""Recomputing every printed number: do the stored rows still give it, and which rows changed since, and why."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from anlan.bulletin.actions import code_of
from anlan.bulletin.districts import by_district
from anlan.bulletin.kinds import KINDS, touched
from anlan.bulletin.measuring import NOTHING, Drawn, value_of
from anlan.bulletin.models import Figure, Issue
from anlan.bulletin.rows import hash_of, unpacked
from anlan.core.models import LedgerPosition

NAMED = 20


@dataclass
class Verdict:
    """What became of one figure."""

    measure: str
    holds: bool  # the stored rows give the printed value and base
    value: float | None
    value_now: float | None  # what the same measure gives today
    base_now: float | None
    revision_now: int
    entered: int = 0  # rows that are in it today and were not
    left: int = 0
    revalued: int = 0
    changed: list[dict[str, Any]] = field(default_factory=list)  # rows with a later entry: name, kinds of entries

    @property
    def same(self) -> bool:
        """Whether today's figure has the same rows with the same contributions."""
        return not (self.entered or self.left or self.revalued)

    def told(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        return {
            "measure": self.measure, "holds": self.holds, "value": self.value, "value_now": self.value_now,
            "base_now": self.base_now, "revision_now": self.revision_now, "rows_entered": self.entered,
            "rows_left": self.left, "rows_revalued": self.revalued, "changed": self.changed,
        }  # fmt: skip


@dataclass(frozen=True)
class IssueVerdict:
    """What became of one issue."""

    issue: str
    code_holds: bool
    figures: list[Verdict]

    @property
    def holds(self) -> bool:
        """Whether everything printed follows from what was stored."""
        return self.code_holds and all(one.holds for one in self.figures)


def verify(issue: Issue) -> IssueVerdict:
    """Recompute an issue."""
    figures = list(issue.figures.all())
    later = _later(issue.position)
    today = _Today(issue)
    found = [_figure(one, today, later) for one in figures]
    return IssueVerdict(issue.number, code_of(issue.number, figures) == issue.code, found)


class _Today:
    """What each measure gives now, drawn once and divided once."""

    def __init__(self, issue: Issue) -> None:
        self.until, period = issue.plan.until, issue.plan.period
        self.periods = (period, period.year_before())
        self.whole: dict[str, tuple[Drawn, Drawn]] = {}
        self.parts: dict[str, tuple[dict[str, Drawn], dict[str, Drawn]]] = {}

    def of(self, one: Figure) -> tuple[Drawn, Drawn]:
        """Return the rows of a figure's measure and district in both years."""
        now, before = self._whole(one)
        if not one.area:
            return now, before
        if one.measure not in self.parts:
            self.parts[one.measure] = by_district(one.of, now, self.until), by_district(one.of, before, self.until)
        parts, base = self.parts[one.measure]
        return parts.get(one.area, NOTHING), base.get(one.area, NOTHING)

    def _whole(self, one: Figure) -> tuple[Drawn, Drawn]:
        if one.measure not in self.whole:
            self.whole[one.measure] = one.of.draw(self.periods[0]), one.of.draw(self.periods[1])
        return self.whole[one.measure]


def _figure(one: Figure, today: _Today, later: dict[str, Counter[str]]) -> Verdict:
    stored, base = unpacked(one.rows), unpacked(one.base_rows)
    of = one.of
    holds = (
        _same(value_of(of.aggregate, stored.values), one.value)
        and _same(value_of(of.aggregate, base.values), one.base)
        and (hash_of(one.rows), hash_of(one.base_rows)) == (one.rows_hash, one.base_rows_hash)
        and (stored.n, base.n) == (one.n, one.base_n)
    )
    now, before = today.of(one)
    both, at_stored, at_now = np.intersect1d(stored.ids, now.ids, return_indices=True)
    return Verdict(
        measure=one.key, holds=holds, value=one.value, value_now=value_of(of.aggregate, now.values),
        base_now=value_of(of.aggregate, before.values), revision_now=of.revision,
        entered=now.n - len(both), left=stored.n - len(both),
        revalued=int((np.abs(stored.values[at_stored] - now.values[at_now]) > 1e-9).sum()),
        changed=_changed(one, np.union1d(stored.ids, now.ids), later),
    )  # fmt: skip


def _changed(
    one: Figure, ids: np.ndarray[Any, np.dtype[np.int64]], later: dict[str, Counter[str]]
) -> list[dict[str, Any]]:
    """Name the rows whose records have a later entry, and what happened to them."""
    kind = KINDS[one.of.of]
    prefix = f"{kind.subject}:" if kind.subject else ""
    rows = touched(kind, later)
    mine = sorted(set(rows) & set(ids.tolist()))
    return [{"row": rows[pk], "entries": dict(later[f"{prefix}{rows[pk]}"])} for pk in mine[:NAMED]]


def _later(position: int) -> dict[str, Counter[str]]:
    """Return what was written after a position, by subject."""
    found: dict[str, Counter[str]] = {}
    rows = LedgerPosition.objects.filter(position__gt=position).values_list("entry__subject", "entry__kind")
    for subject, kind in rows.iterator(20_000):
        found.setdefault(subject, Counter())[kind] += 1
    return found


def _same(one: float | None, other: float | None) -> bool:
    return one is other or (one is not None and other is not None and abs(one - other) < 1e-9 * max(1.0, abs(one)))


def verified_at(at: dt.datetime) -> str:
    """Return when it was verified, as text."""
    return at.isoformat(timespec="seconds")
