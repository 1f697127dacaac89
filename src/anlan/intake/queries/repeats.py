"""Rows of a list beside the reports that are here under their numbers: the same again, or something else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from anlan.core.chunks import chunks
from anlan.intake.models import Report
from anlan.intake.queries.identity import differing, earlier, identity, said_before
from anlan.intake.rules.reports import Checked

ALIKE = ("received_at", "category_id", "lon", "lat")


@dataclass(frozen=True)
class Repeat:
    """The report that is here, and what the row says otherwise: of both, words apart."""

    report: Report
    differs: dict[str, tuple[Any, Any]]
    other_words: bool

    @property
    def is_same(self) -> bool:
        """Whether the row says the same again."""
        return not self.differs and not self.other_words


def repeats_of(rows: Sequence[Checked]) -> list[Repeat | None]:
    """Return for each row what it repeats; nothing is stored or locked."""
    before = earlier(rows)
    found = [before.get(identity(row) or ()) for row in rows]
    pairs = [(report, row) for report, row in zip(found, rows, strict=True) if report]
    said = iter(said_before(pairs))
    return [_repeat(report, row, next(said)) if report else None for report, row in zip(found, rows, strict=True)]


def _repeat(report: Report, row: Checked, is_said: bool) -> Repeat:
    other_words = row.columns["source_id"] is not None and not is_said
    return Repeat(report, differing(report, row, time_told=True), other_words)


def alike(rows: Sequence[Checked]) -> int:
    """Count the rows with the moment, category and point of a stored report, where one of both has no number.

    They have not its identity, so they would be stored beside it.
    """
    placed = [row.columns for row in rows if row.columns["lon"] is not None]
    stored: dict[tuple[Any, ...], bool] = {}  # whether each is here under no number
    for some in chunks(list({columns["received_at"] for columns in placed})):
        found = Report.objects.filter(received_at__in=some, lon__isnull=False)
        for *same, source_id in found.values_list(*ALIKE, "source_id"):
            stored[tuple(same)] = stored.get(tuple(same), False) or source_id is None
    return sum(
        same in stored and (columns["source_id"] is None or stored[same])
        for columns in placed
        if (same := tuple(columns[name] for name in ALIKE))
    )
