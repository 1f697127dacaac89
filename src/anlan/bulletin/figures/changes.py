"""What changed behind a figure since it was drawn: the rows that moved, and the ledger's later entries about them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from anlan.bulletin.figures.drawn import AT_ONCE, Drawn, Ids
from anlan.bulletin.figures.kinds import KINDS, touched
from anlan.core.models import LedgerPosition

NAMED = 20
WORDS = ("entered", "left", "revalued")  # how a row moved, see `moved`


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
        about = self._entries().filter(entry__subject__in=subjects)
        for subject, kind in about.values_list("entry__subject", "entry__kind"):
            found[subject][kind] += 1
        return found

    def _entries(self) -> Any:
        return LedgerPosition.objects.filter(position__gt=self.position)


def moved(stored: Drawn, now: Drawn) -> tuple[Ids, Ids, Ids]:
    """Return the rows that entered, left, and count otherwise than they did."""
    both, at_stored, at_now = np.intersect1d(stored.ids, now.ids, assume_unique=True, return_indices=True)
    revalued = np.abs(stored.values[at_stored] - now.values[at_now]) > 1e-9
    return np.setdiff1d(now.ids, both, True), np.setdiff1d(stored.ids, both, True), both[revalued]


def changed_rows(name: str, moved: Sequence[tuple[Ids, ...]], ids: Ids, later: Later) -> list[dict[str, Any]]:
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
    return [_changed(pk, how.get(pk, ""), names.get(pk), entries) for pk in mine]


def _changed(pk: int, how: str, name: tuple[str, str] | None, entries: Mapping[str, Counter[str]]) -> dict[str, Any]:
    """Say what became of one row; one whose record is no longer stored has only its number."""
    if name is None:
        return {"row": f"#{pk}", "how": "gone", "entries": {}}
    return {"row": name[0], "how": how, "entries": dict(entries[name[1]])}
