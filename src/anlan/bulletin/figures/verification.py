"""Recomputing every printed number: do the stored rows still give it, and what does the measure give today."""

from __future__ import annotations

import json
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

import numpy as np

from anlan.bulletin.figures.changes import Later, changed_rows, moved
from anlan.bulletin.figures.composition import PUBLISHED, code_of, definitions_hash, words_hash
from anlan.bulletin.figures.districts import by_district
from anlan.bulletin.figures.drawn import Drawn, interval_of
from anlan.bulletin.figures.measure import MEASURES
from anlan.bulletin.figures.period import Period
from anlan.bulletin.figures.rows import hash_of
from anlan.bulletin.figures.verdicts import IssueVerdict, Verdict, is_same
from anlan.bulletin.models import Figure, Issue, RowSet
from anlan.core.models import LedgerEntry


def verify(issue: Issue, figures: list[Verdict] | None = None) -> IssueVerdict:
    """Recompute an issue; the verdicts of its figures may be read already."""
    if figures is None:
        figures = [figure for some in verdicts(issue) for figure in some]
    stored = list(issue.figures.all())
    fixed = _entry("bulletin.measures_fixed", f"plan:{issue.plan.number}").get("measures", issue.plan.codes)
    return IssueVerdict(
        issue.number, code_of(issue.number, stored) == issue.code, _is_published(issue, stored),
        [code for code in fixed if code not in {figure.measure for figure in stored if not figure.area}], figures,
    )  # fmt: skip


def verdicts(issue: Issue, known: Collection[str] = ()) -> Iterator[list[Verdict]]:
    """Recompute measure by measure those that are not known yet: never more than one measure's rows are held."""
    later = Later(issue.position)
    for code, some in groupby(issue.figures.all(), key=lambda figure: figure.measure):
        if code not in known:
            yield list(_measure(code, list(some), issue.plan.period, later))


def gone() -> list[str]:
    """Return the issues that the ledger says were published and that are no longer stored."""
    published = LedgerEntry.objects.filter(kind=PUBLISHED).order_by("pk").values_list("subject", flat=True)
    stored = set(Issue.objects.values_list("number", flat=True))
    return [number for number in (subject.partition(":")[2] for subject in published) if number not in stored]


def _is_published(issue: Issue, stored: Sequence[Figure]) -> bool:
    """Whether the ledger says that this issue was published with this code, these figures and these words."""
    entry = _entry(PUBLISHED, f"bulletin:{issue.number}")
    words = {"words": words_hash(issue), "definitions": definitions_hash(stored)}
    published = {name: entry.get(name, mine) for name, mine in words.items()}  # the first issues have none there
    return (entry.get("code"), entry.get("figures"), published) == (issue.code, len(stored), words)


def _entry(kind: str, subject: str) -> dict[str, Any]:
    """Return what the first entry of a kind about a subject says, or nothing."""
    found = LedgerEntry.objects.filter(kind=kind, subject=subject).order_by("pk").first()
    return dict(json.loads(found.payload)) if found else {}


def _measure(code: str, figures: list[Figure], period: Period, later: Later) -> Iterator[Verdict]:
    """Judge a measure's figures, of the city and of the districts: its rows are drawn once and divided once."""
    of = MEASURES[code]
    now, before = of.draw(period), of.base(period)
    parts: tuple[dict[str, Drawn], dict[str, Drawn]] = ({}, {})
    if any(figure.area for figure in figures):
        parts = by_district(of, now, period.until), by_district(of, before, period.until)
    sets = RowSet.objects.in_bulk({name for figure in figures for name in (figure.rows_id, figure.base_rows_id)})
    stored = {figure.key: _stored(figure, sets) for figure in figures}
    torn = _is_torn(figures, stored)
    for figure in figures:
        found = (now, before)
        if figure.area:
            none, none_before = Drawn(absent=now.absent), Drawn(absent=before.absent)
            found = parts[0].get(figure.area, none), parts[1].get(figure.area, none_before)
        yield _figure(figure, stored[figure.key], found, later, ["districts"] if torn and not figure.area else [])


Sides = tuple[Drawn | None, Drawn | None]  # the rows of a figure and of its base; None where they are lost or changed


def _stored(figure: Figure, sets: Mapping[str, RowSet]) -> Sides:
    return _kept(sets, figure.rows_id, figure.absent), _kept(sets, figure.base_rows_id, figure.base_absent)


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
    whole = next((stored[figure.key] for figure in figures if not figure.area), None)
    parts = [stored[figure.key] for figure in figures if figure.area]
    if whole is None or not parts:
        return False
    return any(
        not np.array_equal(np.sort(np.concatenate([figure[side].ids for figure in parts if figure[side]])), city.ids)  # type: ignore[union-attr]
        for side, city in enumerate(whole)
        if city is not None
    )


def _figure(figure: Figure, stored: Sides, found: tuple[Drawn, Drawn], later: Later, faults: list[str]) -> Verdict:
    of, (now, before) = figure.of, found
    rows, base = (side or Drawn() for side in stored)
    changes, base_changes = moved(rows, now), moved(base, before)
    ids = np.unique(np.concatenate([each.ids for each in (rows, now, base, before)]))
    # Another revision, or lost rows: then rows move without anything having happened to them.
    not_comparable = figure.revision != of.revision or None in stored
    return Verdict(
        measure=figure.key, faults=[*faults, *_faults(figure, stored)], value=figure.value, value_now=of.value(now),
        base=figure.base, base_now=of.value(before), revision=figure.revision, revision_now=of.revision,
        rows_entered=len(changes[0]), rows_left=len(changes[1]), rows_revalued=len(changes[2]),
        base_rows_changed=sum(map(len, base_changes)),
        changed=changed_rows(of.of, () if not_comparable else (changes, base_changes), ids, later),
    )  # fmt: skip


def _faults(figure: Figure, stored: Sides) -> list[str]:
    """Name what of a printed figure its stored rows do not give."""
    rows, base = stored
    if rows is None or base is None:
        return ["rows"]
    of = figure.of
    low, high = interval_of(of.aggregate, rows.values) or (None, None)
    checks = {"value": is_same(of.value(rows), figure.value), "base": is_same(of.value(base), figure.base),
              "n": (rows.n, base.n) == (figure.n, figure.base_n),
              "interval": is_same(low, figure.low, 1e-6) and is_same(high, figure.high, 1e-6)}  # fmt: skip
    return [name for name, holds in checks.items() if not holds]
