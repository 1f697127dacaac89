"""Importing a file of reports: in chunks that are stored one by one, so that a broken run goes on where it was."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any

from anlan.core.people.actors import Actor
from anlan.core.refusals import Refused, in_words
from anlan.intake.actions.batches import check_each, receive_reports, refused_row, report_in
from anlan.intake.actions.reports import require_channel
from anlan.intake.actions.storage import facts
from anlan.intake.files.counts import Counts
from anlan.intake.files.layout import AT_ONCE, Layout, Look, Times, look, rows
from anlan.intake.models import Category
from anlan.intake.queries.repeats import Repeat, alike, repeats_of
from anlan.intake.rules.reports import Checked, check
from anlan.tables import REFUSED_HEADER, Record, TableError, guarded, open_records, safe_cell

Progress = Callable[[int, int], None]
Row = tuple[Record, "dict[str, Any] | Refused"]


class RefusedRows:
    """The file of refused rows: line, field and reason, then the original cells, guarded; mended it can be imported."""

    def __init__(self, file: IO[str], columns: tuple[str, ...]) -> None:
        self.columns = columns
        self.writer = csv.writer(file)
        self.writer.writerow([*REFUSED_HEADER, *map(guarded, columns)])

    def write(self, refused: dict[str, Any], record: Record) -> None:
        """Write one refused row."""
        reason = in_words(refused["code"], refused["limits"])
        cells = [guarded(record.values.get(name)) for name in self.columns]
        head = [refused["record"], refused["line"], refused["field"], refused["code"], reason]
        self.writer.writerow([*map(safe_cell, head), *cells])


def import_file(
    path: Path,
    *,
    name: str,
    given: dict[str, Any],
    renamed: Mapping[str, str] = MappingProxyType({}),
    actor: Actor,
    at: dt.datetime,
    key: str | None = None,
    refused_to: IO[str] | None = None,
    progress: Progress | None = None,
    dry_run: bool = False,
) -> tuple[Look, Counts]:
    """Import a file; with a `key` each chunk is stored once under it, however often the import is run.

    A dry run stores nothing. `renamed` says which categories of the city the list means by names of its own.
    """
    seen, times = look(path, name=name, given=given)
    require_usable(seen.layout, seen.columns)
    counts = Counts()
    out = RefusedRows(refused_to, seen.columns) if refused_to else None
    known = category_names(renamed)
    for number, chunk in enumerate(_chunks(path, name, seen.layout, times, known)):
        refused = [refused_record(record, row) for record, row in chunk if isinstance(row, Refused)]
        readable = [row for _, row in chunk if not isinstance(row, Refused)]
        if dry_run:
            answer = tried(readable, actor, at).answer
        else:
            chunk_key = f"{key}:{AT_ONCE}:{number}" if key else None  # begun in other chunks, its rows are repeated
            answer = receive_reports(rows=readable, actor=actor, at=at, key=chunk_key, past=True)
        refused = sorted([*refused, *answer["refused"]], key=lambda row: row["record"])
        counts.add(answer, refused)
        if out:
            by_number = {record.number: record for record, _ in chunk}
            for row in refused:
                out.write(row, by_number[row["record"]])
        if progress:
            progress(min((number + 1) * AT_ONCE, seen.records), seen.records)
    return replace(seen, notes=(*seen.notes, *times.notes(seen.layout.time or ""))), counts


def category_names(renamed: Mapping[str, str] = MappingProxyType({})) -> dict[str, str]:
    """Return every name under which a list may call a category, with its code; `renamed` has the list's own names."""
    known: dict[str, str] = {}
    for category in Category.objects.filter(active=True).order_by("-sort", "-code"):
        names = (category.public_name_en, category.public_name, category.name_en, category.name, category.code)
        known |= {name.strip().casefold(): category.code for name in names if name}
    return known | {theirs.strip().casefold(): ours for theirs, ours in renamed.items()}


def require_usable(layout: Layout, columns: Iterable[str] = ()) -> None:
    """Raise TableError when the columns cannot make a report."""
    listed = f"The columns are: {', '.join(columns)}"
    if not layout.time:
        raise TableError(f"no column of times was found; name it with --time. {listed}")
    if not (layout.lon and layout.lat) and not layout.place_words:
        raise TableError(
            "neither coordinates nor place words were found; name the columns of coordinates with --lon and --lat, or "
            f"that of the place in words with --place. {listed}"
        )
    if not (layout.category or layout.default_category):
        raise TableError(
            "no column of categories was found; name it with --category-column, or say the category of all rows with "
            f"--category. {listed}"
        )


def _chunks(path: Path, name: str, layout: Layout, times: Times, categories: Mapping[str, str]) -> Iterator[list[Row]]:
    read = rows(open_records(path, name=name, opening=layout.opening), layout, times, categories)
    while chunk := list(islice(read, AT_ONCE)):
        yield chunk


def refused_record(record: Record, refusal: Refused) -> dict[str, Any]:
    """Return a record that could not be read, as the answer of a batch lists it."""
    return refused_row({"record": record.number, "line": record.line}, refusal)


@dataclass(frozen=True)
class Trial:
    """What would become of some rows: the answer of a batch, and the rows that say otherwise than what is here.

    `alike` of the rows that can go in have the moment, category and point of a report that is here.
    """

    answer: dict[str, Any]
    others: list[tuple[dict[str, Any], Repeat]]
    alike: int


def tried(sent: list[dict[str, Any]], actor: Actor, at: dt.datetime) -> Trial:
    """Check rows without storing any."""
    known = facts(at)

    def checked(row: dict[str, Any]) -> Checked:
        require_channel(actor, row["channel"])
        return check(report_in(row), known)

    good, refused = check_each(sent, checked)
    repeats = repeats_of([checked for _, checked in good])
    new = [checked for (_, checked), repeat in zip(good, repeats, strict=True) if repeat is None]
    others = [(row, repeat) for (row, _), repeat in zip(good, repeats, strict=True) if repeat and not repeat.is_same]
    refused += [refused_row(row, Refused("id_used", "source_id")) for row, _ in others]
    counts = {"accepted": len(new), "repeated": len(good) - len(new) - len(others)}
    masked = sum(bool(checked.masked) for checked in new)
    return Trial({**counts, "masked": masked, "refused": refused}, others, alike(new))
