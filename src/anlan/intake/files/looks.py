"""Looking through an uploaded file: what it holds, and what would become of its rows; nothing is stored."""

from __future__ import annotations

import datetime as dt
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

from anlan.core.people.actors import Actor
from anlan.core.refusals import Refused
from anlan.intake.files.chunks import Row, category_names, refused_record, require_usable, tried
from anlan.intake.files.counts import Counts
from anlan.intake.files.layout import AT_ONCE, COLUMN_FIELDS, Layout, look, rows
from anlan.intake.files.limits import Watch, require_bounded
from anlan.intake.files.mappings import reader
from anlan.intake.files.survey import Spread, Survey, cell_of, names_of, plain_value
from anlan.intake.queries.repeats import Repeat
from anlan.tables import TableError, open_records

TRIED: Final = 200_000  # rows of a long file that are tried
SHOWN_ROWS: Final = 8
MOST_CONFLICTS: Final = 50
UNREADABLE: Final = (
    TableError,
    Refused,
    OSError,
    ValueError,
    LookupError,
    SyntaxError,
    EOFError,
    MemoryError,
    BadZipFile,
    zlib.error,
)  # fmt: skip - whatever a broken part makes a reader stumble over


def survey(
    path: Path, *, name: str, given: Mapping[str, Any], renamed: Mapping[str, str], actor: Actor, at: dt.datetime,
    watch: Watch,
) -> Survey:  # fmt: skip
    """Look through a whole file and try its first rows; nothing is stored, and what is wrong is told, not raised."""
    seen = Survey()
    try:
        require_bounded(path)
        seen.layout = Layout(**{key: value for key, value in given.items() if value is not None}).plain()
        found, times = look(path, name=name, given=given, progress=watch)
        seen.columns, seen.records, seen.layout = list(found.columns), found.records, found.layout.plain()
        seen.kind, seen.sheets = found.kind, list(found.sheets)
        seen.note(found.notes)
        seen.guessed = [key for key in COLUMN_FIELDS if found.layout.columns().get(key) and not given.get(key)]
        seen.first = [[cell_of(value) for value in record.values.values()] for record in found.first[:SHOWN_ROWS]]
        try:
            require_usable(found.layout)
        except TableError:
            seen.problem = "unusable"
            return seen
        with open_records(path, name=name, opening=found.layout.opening) as records:
            _try(seen, rows(records, found.layout, times, category_names(renamed)), found.layout, actor, at, watch)
        seen.note(times.notes(found.layout.time or ""))
    except UNREADABLE as error:
        seen.fail(error)
    return seen


def _try(seen: Survey, read: Iterator[Row], layout: Layout, actor: Actor, at: dt.datetime, watch: Watch) -> None:
    """Try rows as the import would."""
    counts, spread, unknown, categories = Counts(), Spread(), Counter[str](), set[str]()
    first = last = None
    total = min(seen.records, TRIED)
    while seen.tried < total and (chunk := list(islice(read, AT_ONCE))):
        readable = [row for _, row in chunk if not isinstance(row, Refused)]
        trial = tried(readable, actor, at)
        answer = trial.answer
        seen.conflicts += [
            _conflict(row, repeat) for row, repeat in trial.others[: MOST_CONFLICTS - len(seen.conflicts)]
        ]
        refused = [refused_record(record, row) for record, row in chunk if isinstance(row, Refused)]
        counts.add(answer, refused + answer["refused"])
        strange = {row["record"] for row in answer["refused"] if row["code"] == "unknown_category"}
        left_out = {row["record"] for row in answer["refused"]}
        for row in readable:
            if row["record"] not in left_out:
                first = min(first or row["received_at"], row["received_at"])
                last = max(last or row["received_at"], row["received_at"])
                categories.add(row["category"])
            spread.add(row["lon"], row["lat"])
            if row["record"] in strange:
                unknown[row["category"].strip()] += 1
        seen.tried, seen.alike = seen.tried + len(chunk), seen.alike + trial.alike
        watch(seen.tried, total)
    seen.counts, seen.examples, seen.unknown = counts.plain(), counts.examples(), names_of(unknown)
    seen.since, seen.until = (moment.isoformat() if moment else "" for moment in (first, last))
    seen.categories = sorted(categories)
    seen.placed, seen.points = spread.count, spread.converted(layout.crs)


def _conflict(row: dict[str, Any], repeat: Repeat) -> dict[str, Any]:
    """Return what a row says otherwise than the report under its number, of both; words stay sealed."""
    differs = {name: [plain_value(value) for value in pair] for name, pair in repeat.differs.items()}
    where = {"line": row["line"] or row["record"], "source_id": row["source_id"], "number": repeat.report.number}
    return {**where, "differs": differs, "other_words": repeat.other_words}


def survey_calls(path: Path, *, name: str, mapping: str, at: dt.datetime, watch: Watch) -> Survey:
    """Look through a whole file of calls and try its first records; nothing is stored."""
    seen = Survey()
    try:
        require_bounded(path)
        found = reader().preview(path, name=name, mapping=mapping, at=at, watch=watch)
    except UNREADABLE as error:
        seen.fail(error)
        return seen
    seen.records, seen.tried, seen.mapped = found.records, found.tried, dict(found.columns)
    if found.counts:
        seen.counts, seen.examples = found.counts.plain(), found.counts.examples()
    if found.problem:
        limits = {name: str(value) for name, value in found.limits.items()}
        seen.problem, seen.limits = "mapping", {"words": list(found.problem), "of": limits}
    return seen
