"""Recomputing every printed number: do the stored rows still give it, and which rows changed since, and why."""

from __future__ import annotations

import json
import zlib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from itertools import groupby
from typing import Any

import numpy as np

from anlan.bulletin.figures.composition import PUBLISHED, code_of, definitions_hash, words_hash
from anlan.bulletin.figures.districts import by_district
from anlan.bulletin.figures.kinds import KINDS, touched
from anlan.bulletin.figures.measure import MEASURES, Drawn, Ids, Period, interval_of
from anlan.bulletin.figures.rows import hash_of
from anlan.bulletin.models import Figure, Issue, RowSet
from anlan.core.models import LedgerEntry, LedgerPosition

NAMED = 20
WORDS = ("entered", "left", "revalued")  # how a row moved, see `_moved`
AT_ONCE = 20_000


@dataclass
class Verdict:
    """What became of one figure."""

    measure: str
    faults: list[str]  # what of it the stored rows do not give: rows, value, base, n, interval, districts
    value: float | None
    value_now: float | None  # what the same measure gives today
    base: float | None
    base_now: float | None
    revision: int
    revision_now: int
    rows_entered: int = 0  # rows that are in it today and were not
    rows_left: int = 0
    rows_revalued: int = 0
    base_rows_changed: int = 0  # rows of the base that entered, left or count otherwise today
    changed: list[dict[str, Any]] = field(default_factory=list)  # rows that moved, or have a later entry

    @property
    def holds(self) -> bool:
        """Whether the stored rows give what was printed."""
        return not self.faults

    @property
    def same(self) -> bool:
        """Whether today's figure and base have the same rows with the same contributions."""
        moved = self.rows_entered or self.rows_left or self.rows_revalued or self.base_rows_changed
        return not moved and _same(self.value, self.value_now) and _same(self.base, self.base_now)

    def told(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        return asdict(self) | {"holds": self.holds, "same": self.same}

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Verdict:
        """Return what was told."""
        return cls(**{one.name: told[one.name] for one in fields(cls)})


@dataclass(frozen=True)
class IssueVerdict:
    """What became of one issue."""

    issue: str
    code_holds: bool  # the figures give the verification code
    ledger_holds: bool  # the ledger says that this code was published, with these words
    missing: list[str]  # measures of the plan, as the ledger has it, without a figure
    figures: list[Verdict]

    @property
    def holds(self) -> bool:
        """Whether everything printed follows from what was stored, and is what the ledger says was published."""
        return self.code_holds and self.ledger_holds and not self.missing and all(one.holds for one in self.figures)

    def told(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        return {"issue": self.issue, "holds": self.holds, "code_holds": self.code_holds,
                "ledger_holds": self.ledger_holds, "missing": self.missing,
                "figures": [one.told() for one in self.figures]}  # fmt: skip


def verify(issue: Issue, figures: list[Verdict] | None = None) -> IssueVerdict:
    """Recompute an issue; the verdicts of its figures may be read already."""
    if figures is None:
        figures = [one for some in verdicts(issue) for one in some]
    stored = list(issue.figures.all())
    fixed = _entry("bulletin.measures_fixed", f"plan:{issue.plan.number}").get("measures", issue.plan.codes)
    return IssueVerdict(
        issue.number, code_of(issue.number, stored) == issue.code, _is_published(issue, stored),
        [code for code in fixed if code not in {one.measure for one in stored if not one.area}], figures,
    )  # fmt: skip


def verdicts(issue: Issue, known: Collection[str] = ()) -> Iterator[list[Verdict]]:
    """Recompute measure by measure those that are not known yet: never more than one measure's rows are held."""
    later = Later(issue.position)
    for code, some in groupby(issue.figures.all(), key=lambda one: one.measure):
        if code not in known:
            yield list(_measure(code, list(some), issue.plan.period, later))


def gone() -> list[str]:
    """Return the issues that the ledger says were published and that are no longer stored."""
    told = LedgerEntry.objects.filter(kind=PUBLISHED).order_by("pk").values_list("subject", flat=True)
    here = set(Issue.objects.values_list("number", flat=True))
    return [number for number in (one.partition(":")[2] for one in told) if number not in here]


def _is_published(issue: Issue, stored: Sequence[Figure]) -> bool:
    """Whether the ledger says that this issue was published with this code, these figures and these words."""
    told = _entry(PUBLISHED, f"bulletin:{issue.number}")
    words = {"words": words_hash(issue), "definitions": definitions_hash(stored)}
    as_told = {name: told.get(name, mine) for name, mine in words.items()}  # the first issues have none in the ledger
    return (told.get("code"), told.get("figures"), as_told) == (issue.code, len(stored), words)


def _entry(kind: str, subject: str) -> dict[str, Any]:
    """Return what the first entry of a kind about a subject says, or nothing."""
    found = LedgerEntry.objects.filter(kind=kind, subject=subject).order_by("pk").first()
    return dict(json.loads(found.payload)) if found else {}


class Later:
    """What was written after a position: which rows of each kind it is about, and what happened to one of them."""

    def __init__(self, position: int) -> None:
        self.position = position
        self.subjects = set(self._entries().values_list("entry__subject", flat=True).iterator(AT_ONCE))
        self._rows: dict[str, Ids] = {}

    def rows(self, name: str) -> Ids:
        """Return the ids of the rows of a kind that later entries are about, in order."""
        if name not in self._rows:
            self._rows[name] = np.array(sorted(touched(KINDS[name], self.subjects)), np.int64)
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
    sets = RowSet.objects.in_bulk({name for one in figures for name in (one.rows_id, one.base_rows_id)})
    stored = {one.key: (_kept(sets, one.rows_id, one.absent), _kept(sets, one.base_rows_id, one.base_absent))
              for one in figures}  # fmt: skip
    torn = _is_torn(figures, stored)
    for one in figures:
        found = (now, before)
        if one.area:
            none, none_before = Drawn(absent=now.absent), Drawn(absent=before.absent)
            found = parts[0].get(one.area, none), parts[1].get(one.area, none_before)
        yield _figure(one, stored[one.key], found, later, ["districts"] if torn and not one.area else [])


Sides = tuple[Drawn | None, Drawn | None]  # the rows of a figure and of its base; None where they are lost or changed


def _kept(sets: Mapping[str, RowSet], name: str, absent: str) -> Drawn | None:
    """Return stored rows, if they are there and are what their hash says."""
    kept = sets.get(name)
    try:
        if kept is None or hash_of(kept.packed) != name:
            return None
        return replace(kept.drawn(), absent=absent)
    except (ValueError, zlib.error):
        return None


def _is_torn(figures: Sequence[Figure], stored: Mapping[str, Sides]) -> bool:
    """Whether the districts' rows are not together the city's, in one of the two years."""
    whole = next((stored[one.key] for one in figures if not one.area), None)
    parts = [stored[one.key] for one in figures if one.area]
    if whole is None or not parts:
        return False
    return any(
        not np.array_equal(np.sort(np.concatenate([one[side].ids for one in parts if one[side]])), city.ids)  # type: ignore[union-attr]
        for side, city in enumerate(whole)
        if city is not None
    )


def _figure(one: Figure, stored: Sides, found: tuple[Drawn, Drawn], later: Later, faults: list[str]) -> Verdict:
    of, (now, before) = one.of, found
    rows, base = (side or Drawn() for side in stored)
    moved, base_moved = _moved(rows, now), _moved(base, before)
    ids = np.unique(np.concatenate([each.ids for each in (rows, now, base, before)]))
    untold = one.revision != of.revision or None in stored  # then rows move without anything having happened to them
    return Verdict(
        measure=one.key, faults=[*faults, *_faults(one, stored)], value=one.value, value_now=of.value(now),
        base=one.base, base_now=of.value(before), revision=one.revision, revision_now=of.revision,
        rows_entered=len(moved[0]), rows_left=len(moved[1]), rows_revalued=len(moved[2]),
        base_rows_changed=sum(map(len, base_moved)),
        changed=_changed(of.of, () if untold else (moved, base_moved), ids, later),
    )  # fmt: skip


def _faults(one: Figure, stored: Sides) -> list[str]:
    """Name what of a printed figure its stored rows do not give."""
    rows, base = stored
    if rows is None or base is None:
        return ["rows"]
    of = one.of
    low, high = interval_of(of.aggregate, rows.values) or (None, None)
    checks = {"value": _same(of.value(rows), one.value), "base": _same(of.value(base), one.base),
              "n": (rows.n, base.n) == (one.n, one.base_n),
              "interval": _same(low, one.low, 1e-6) and _same(high, one.high, 1e-6)}  # fmt: skip
    return [name for name, holds in checks.items() if not holds]


def _moved(stored: Drawn, now: Drawn) -> tuple[Ids, Ids, Ids]:
    """Return the rows that entered, left, and count otherwise than they did."""
    both, at_stored, at_now = np.intersect1d(stored.ids, now.ids, assume_unique=True, return_indices=True)
    revalued = np.abs(stored.values[at_stored] - now.values[at_now]) > 1e-9
    return np.setdiff1d(now.ids, both, True), np.setdiff1d(stored.ids, both, True), both[revalued]


def _changed(name: str, moved: Sequence[tuple[Ids, ...]], ids: Ids, later: Later) -> list[dict[str, Any]]:
    """Name the rows that moved, those of the base last, then those with a later entry, with what happened to each."""
    kind, how = KINDS[name], dict[int, str]()
    for side in moved:
        for word, some in zip(WORDS, side, strict=True):
            how |= {pk: word for pk in some[:NAMED].tolist() if pk not in how}
    touched_ids = later.rows(name)
    touched_here = touched_ids[np.isin(touched_ids, ids)][:NAMED].tolist()
    mine = list(dict.fromkeys([*how, *touched_here]))[:NAMED]
    if not mine:
        return []
    rows = kind.model._default_manager.filter(pk__in=mine).values_list("pk", kind.label, kind.key)
    names = {pk: (str(label), f"{kind.subject}:{key}" if kind.subject else str(key)) for pk, label, key in rows}
    entries = later.entries([subject for _, subject in names.values()])
    return [_told(pk, how.get(pk, ""), names.get(pk), entries) for pk in mine]


def _told(pk: int, how: str, name: tuple[str, str] | None, entries: Mapping[str, Counter[str]]) -> dict[str, Any]:
    """Say what became of one row; one whose record is no longer stored has only its number."""
    if name is None:
        return {"row": f"#{pk}", "how": "gone", "entries": {}}
    return {"row": name[0], "how": how, "entries": dict(entries[name[1]])}


def _same(one: float | None, other: float | None, within: float = 1e-9) -> bool:
    return one is other or (one is not None and other is not None and abs(one - other) < within * max(1.0, abs(one)))
