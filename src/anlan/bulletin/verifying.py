"""Recomputing every printed number: do the stored rows still give it, and which rows changed since, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any

import numpy as np

from anlan.bulletin.composing import code_of
from anlan.bulletin.districts import by_district
from anlan.bulletin.kinds import KINDS, Kind, touched
from anlan.bulletin.measuring import MEASURES, Drawn, Ids, Period
from anlan.bulletin.models import Figure, Issue
from anlan.bulletin.rows import hash_of, unpacked
from anlan.core.models import LedgerPosition

NAMED = 20
AT_ONCE = 20_000
Tell = Callable[[int, int], None]


@dataclass
class Verdict:
    """What became of one figure."""

    measure: str
    holds: bool  # the stored rows give the printed value and base
    value: float | None
    value_now: float | None  # what the same measure gives today
    base: float | None
    base_now: float | None
    revision: int
    revision_now: int
    entered: int = 0  # rows that are in it today and were not
    left: int = 0
    revalued: int = 0
    base_moved: int = 0  # rows of the base that entered, left or count otherwise today
    changed: list[dict[str, Any]] = field(default_factory=list)  # rows with a later entry: name, kinds of entries

    @property
    def same(self) -> bool:
        """Whether today's figure and base have the same rows with the same contributions."""
        moved = self.entered or self.left or self.revalued or self.base_moved
        return not moved and _same(self.value, self.value_now) and _same(self.base, self.base_now)

    def told(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        return {
            "measure": self.measure, "holds": self.holds, "value": self.value, "value_now": self.value_now,
            "base": self.base, "base_now": self.base_now, "revision": self.revision, "revision_now": self.revision_now,
            "rows_entered": self.entered, "rows_left": self.left, "rows_revalued": self.revalued,
            "base_rows_changed": self.base_moved, "changed": self.changed,
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

    def told(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        return {"issue": self.issue, "holds": self.holds, "code_holds": self.code_holds,
                "figures": [one.told() for one in self.figures]}  # fmt: skip


def verify(issue: Issue, tell: Tell = lambda done, total: None) -> IssueVerdict:
    """Recompute an issue, measure by measure: never more than one measure's rows are held."""
    figures = list(issue.figures.defer("rows", "base_rows"))
    later = Later(issue.position)
    found: list[Verdict] = []
    total = len({one.measure for one in figures})
    for done, (code, some) in enumerate(groupby(figures, key=lambda one: one.measure)):
        tell(done, total)
        rows = Figure.objects.filter(pk__in=[one.pk for one in some]).order_by("pk")
        found += _measure(code, list(rows), issue.plan.period, later)
    tell(total, total)
    return IssueVerdict(issue.number, code_of(issue.number, figures) == issue.code, found)


class Later:
    """What was written after a position: which rows of each kind it is about, and what happened to one of them."""

    def __init__(self, position: int) -> None:
        self.position = position
        self.subjects = set(self._entries().values_list("entry__subject", flat=True).iterator(AT_ONCE))
        self._rows: dict[str, tuple[Ids, dict[int, str]]] = {}

    def rows(self, name: str) -> tuple[Ids, dict[int, str]]:
        """Return the rows of a kind that later entries are about: their ids in order, and their names."""
        if name not in self._rows:
            found = touched(KINDS[name], self.subjects)
            self._rows[name] = np.array(sorted(found), np.int64), found
        return self._rows[name]

    def entries(self, subjects: list[str]) -> dict[str, Counter[str]]:
        """Return the kinds of the later entries about a few subjects."""
        found = {subject: Counter[str]() for subject in subjects}
        rows = self._entries().filter(entry__subject__in=subjects)
        for subject, kind in rows.values_list("entry__subject", "entry__kind"):
            found[subject][kind] += 1
        return found

    def _entries(self) -> Any:
        return LedgerPosition.objects.filter(position__gt=self.position)


def _measure(code: str, figures: list[Figure], period: Period, later: Later) -> Iterator[Verdict]:
    """Judge a measure's figures, of the city and of the districts: its rows are drawn once and divided once."""
    of = MEASURES[code]
    now, before = of.draw(period), of.draw(period.year_before())
    parts: tuple[dict[str, Drawn], dict[str, Drawn]] = ({}, {})
    if any(one.area for one in figures):
        parts = by_district(of, now, period.until), by_district(of, before, period.until)
    for one in figures:
        if not one.area:
            yield _figure(one, now, before, later)
            continue
        none, none_before = Drawn(absent=now.absent), Drawn(absent=before.absent)
        yield _figure(one, parts[0].get(one.area, none), parts[1].get(one.area, none_before), later)


def _figure(one: Figure, now: Drawn, before: Drawn, later: Later) -> Verdict:
    stored = replace(unpacked(one.rows), absent=one.absent)
    base = replace(unpacked(one.base_rows), absent=one.base_absent)
    of = one.of
    holds = (
        _same(of.value(stored), one.value)
        and _same(of.value(base), one.base)
        and (hash_of(one.rows), hash_of(one.base_rows)) == (one.rows_hash, one.base_rows_hash)
        and (stored.n, base.n) == (one.n, one.base_n)
    )
    entered, left, revalued = _moved(stored, now)
    ids = [np.union1d(stored.ids, now.ids), np.union1d(base.ids, before.ids)]
    return Verdict(
        measure=one.key, holds=holds, value=one.value, value_now=of.value(now), base=one.base,
        base_now=of.value(before), revision=one.revision, revision_now=of.revision, entered=entered, left=left,
        revalued=revalued, base_moved=sum(_moved(base, before)), changed=_changed(KINDS[of.of], of.of, ids, later),
    )  # fmt: skip


def _moved(stored: Drawn, now: Drawn) -> tuple[int, int, int]:
    """Return how many rows entered, left, and count otherwise than they did."""
    both, at_stored, at_now = np.intersect1d(stored.ids, now.ids, assume_unique=True, return_indices=True)
    revalued = int((np.abs(stored.values[at_stored] - now.values[at_now]) > 1e-9).sum())
    return now.n - len(both), stored.n - len(both), revalued


def _changed(kind: Kind, name: str, ids: list[Ids], later: Later) -> list[dict[str, Any]]:
    """Name the rows whose records have a later entry, and what happened to them."""
    touched_ids, names = later.rows(name)
    mine = touched_ids[np.isin(touched_ids, ids[0]) | np.isin(touched_ids, ids[1])][:NAMED].tolist()
    if not mine:
        return []
    prefix = f"{kind.subject}:" if kind.subject else ""
    keys = dict(kind.model._default_manager.filter(pk__in=mine).values_list("pk", kind.key))
    entries = later.entries([f"{prefix}{keys[pk]}" for pk in mine])
    return [{"row": names[pk], "entries": dict(entries[f"{prefix}{keys[pk]}"])} for pk in mine]


def _same(one: float | None, other: float | None) -> bool:
    return one is other or (one is not None and other is not None and abs(one - other) < 1e-9 * max(1.0, abs(one)))
