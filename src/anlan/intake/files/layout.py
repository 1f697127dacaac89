"""Reading a file of reports: which column is what, and each record as the row that the verbs take."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from itertools import chain, islice
from pathlib import Path
from typing import Any

from anlan.core.chunks import each_once
from anlan.core.refusals import Refused
from anlan.intake.channels import Channel
from anlan.intake.files.numbers import number_twice
from anlan.tables import (
    AmbiguousTime,
    Columns,
    DayOrder,
    Note,
    Opening,
    Record,
    Records,
    TableError,
    as_text,
    clock_changes,
    column_of,
    guess_columns,
    note,
    open_records,
    parse_degrees,
    parse_number,
    parse_pair,
    plain_iso,
    plain_numbers,
    read_moment,
    texts_of,
)

SAMPLE = 200
AT_ONCE = 1000  # records
OTHER_COLUMNS = {
    "words": ("words", "description", "text", "内容", "描述", "诉求内容", "报警内容"),
    "category": ("category", "类别", "接报类别"),
    "channel": ("channel", "渠道"),
    "depth_cm": ("depth_cm", "积水深度", "水深"),
    "precision_m": ("precision_m", "定位误差"),
}


@dataclass(frozen=True)
class Layout:
    """How a file is read: a column for each field, and what holds for the whole file."""

    lon: str | None = None
    lat: str | None = None
    time: str | None = None
    time_of_day: str | None = None
    id: str | None = None
    place_words: str | None = None
    words: str | None = None
    category: str | None = None
    channel: str | None = None
    depth_cm: str | None = None
    precision_m: str | None = None
    crs: str = "EPSG:4326"
    tz: str = "UTC"
    source: str = "import"
    default_category: str = ""
    default_channel: str = str(Channel.IMPORT)
    crs_named: bool = False  # by whoever imports: it holds before the system that the file itself names
    pairs: str = ""  # the order of coordinates, where one cell holds both
    time_order: str | None = None
    sheet: str | None = None
    encoding: str | None = None
    head_row: int | None = None
    column_names: tuple[str, ...] = ()
    representative_points: bool = False

    @property
    def opening(self) -> Opening:
        """How the file is opened."""
        return Opening(self.sheet, self.encoding, self.head_row, tuple(self.column_names), self.representative_points)

    def columns(self) -> dict[str, str]:
        """Return the fields that have a column."""
        return {name: value for name in COLUMN_FIELDS if (value := getattr(self, name))}

    def plain(self) -> dict[str, Any]:
        """Return the layout as plain JSON."""
        return asdict(self)


OPENING_FIELDS = ("sheet", "encoding", "head_row", "column_names", "representative_points")
COLUMN_FIELDS = ("lon", "lat", "time", "time_of_day", "id", "place_words", *OTHER_COLUMNS)


@dataclass(frozen=True)
class Look:
    """A first look through a file: what it is and how it seems to be laid out."""

    sha256: str
    columns: tuple[str, ...]
    records: int
    layout: Layout
    first: tuple[Record, ...] = ()
    notes: tuple[Note, ...] = ()
    kind: str = ""
    sheets: tuple[str, ...] = ()


@dataclass
class Times:
    """Reads the times of one column; whether the day stands first is decided by the whole column, never by a row."""

    tz: str
    asked: str | None = None
    seen: DayOrder = field(default_factory=DayOrder)
    doubts: Counter[str] = field(default_factory=Counter)

    def see(self, value: Any) -> None:
        """Note what a cell says about the order of day and month."""
        self.seen.see(value)

    @property
    def order(self) -> str | None:
        """The order, or None where no cell needs one or none decides it."""
        return self.asked or self.seen.order

    def read(self, value: Any, name: str = "received_at") -> dt.datetime | Refused | None:
        """Return the moment, None for an empty cell, or why it cannot be read as this field."""
        if value is None or value == "":
            return None
        try:
            moment, doubt = read_moment(value, self.tz, self.order)
        except AmbiguousTime:
            return Refused("ambiguous_time", name)
        except (ValueError, TypeError, OverflowError):
            return Refused("not_a_time", name)
        self.doubts.update([doubt] if doubt else [])
        return moment

    def read_each(self, cells: list[Any]) -> list[dt.datetime | Refused | None]:
        """Read many cells as `read` does: plain ISO times all at once."""
        plain = plain_iso(cells, self.tz)
        if plain is None:
            return [self.read(cell) for cell in cells]
        moments, changes = plain
        for doubt, sign in (("skipped", -1), ("twice", 1)):
            self.doubts[doubt] += int((changes == sign).sum())
        return [moment.replace(tzinfo=dt.UTC) for moment in moments.tolist()]

    def notes(self, name: str) -> tuple[Note, ...]:
        """Say how many of the times that were read stand in an hour that clocks skipped or that came twice."""
        return clock_changes(self.doubts["skipped"], self.doubts["twice"], name, self.tz)


def look(
    path: Path, *, name: str, given: Mapping[str, Any], progress: Callable[[int], None] | None = None
) -> tuple[Look, Times]:
    """Go through the whole file once: hash, count, columns, and the order of day and month."""
    asked = Layout(**{key: value for key, value in given.items() if value is not None})
    times = Times(asked.tz, asked.time_order)
    with open_records(path, name=name, opening=asked.opening) as records:
        read, notes = records.rows(), records.notes
        first = [records.record(*row) for row in islice(read, SAMPLE)]
        if not first:
            raise TableError("the file holds no record", code="empty")
        layout, guessed = guess(records, first, given)
        at = records.columns.index(layout.time) if layout.time else len(records.columns)
        each = chain((record.cells for record in first), (cells for _, _, cells in read))
        for count, cells in enumerate(each, 1):
            if at < len(cells):
                times.see(cells[at])
            if progress:
                progress(count)
    twice = number_twice(records.columns, first) if layout.id is None and given.get("id") is None else ()
    said, about = (*notes, *guessed, *twice), (records.kind, records.sheets)
    return Look(records.sha256, records.columns, count, layout, tuple(first[:8]), said, *about), times


def guess(records: Records, sample: list[Record], given: Mapping[str, Any]) -> tuple[Layout, tuple[Note, ...]]:
    """Return the layout: what was given, and for the rest what the names and cells suggest; and what was guessed."""
    names = records.columns
    said = {key: value for key, value in given.items() if value is not None}
    for key in COLUMN_FIELDS:
        if said.get(key) and said[key] not in names:
            raise TableError(f"there is no column {said[key]!r}; the columns are: {', '.join(names)}")
    named = {key: said.get(key) or None for key in ("lon", "lat", "time", "time_of_day", "id")}
    found = guess_columns(names, [record.values for record in sample], Columns(**named, words=said.get("place_words")))
    guessed: dict[str, Any] = {key: getattr(found.columns, key) for key in named}
    guessed |= {"place_words": found.columns.words, "pairs": found.pairs or ""}
    lower = {name.strip().lower(): name for name in names}
    for key, known_names in OTHER_COLUMNS.items():
        guessed[key] = next((lower[known] for known in known_names if known in lower), None)
    none = {key: None for key, value in said.items() if key in COLUMN_FIELDS and value == ""}
    layout = Layout(**{**guessed, **said, **none, "pairs": found.pairs or ""})
    if layout.time != found.columns.time:
        layout = replace(layout, time_of_day=said.get("time_of_day") or None)
    if records.crs and not layout.crs_named:
        return replace(layout, crs=records.crs), (*found.notes, note("crs_of_file", crs=records.crs))
    return layout, found.notes


def rows(
    records: Records, layout: Layout, times: Times, categories: Mapping[str, str]
) -> Iterator[tuple[Record, dict[str, Any] | Refused]]:
    """Turn each record into the row that `receive_reports` takes, or a refusal."""
    read = iter(records)
    while some := list(islice(read, AT_ONCE)):
        whole = iter(_rows([record for record in some if not record.problem], layout, times, categories))
        read_each = [Refused(record.problem) if record.problem else next(whole) for record in some]
        yield from zip(some, read_each, strict=True)


def _rows(
    records: list[Record], layout: Layout, times: Times, categories: Mapping[str, str]
) -> list[dict[str, Any] | Refused]:
    """Read records column by column."""

    def cells(name: str) -> list[Any]:
        column = getattr(layout, name)
        return column_of(records, column) if column else [None] * len(records)

    def category(cell: Any) -> str:
        named = as_text(cell) or layout.default_category
        return categories.get(named.strip().casefold(), named)

    days, clocks = cells("time"), cells("time_of_day")
    received = times.read_each(list(map(_moment_cell, days, clocks)) if layout.time_of_day else days)
    lon, lat = _coordinates(cells("lon"), cells("lat"), layout.pairs)
    columns = {
        "record": [record.number for record in records],
        "line": [record.line for record in records],
        "channel": each_once(lambda cell: as_text(cell) or layout.default_channel, cells("channel")),
        "category": each_once(category, cells("category")),
        "received_at": received,
        "source": [layout.source] * len(records),
        "source_id": [as_text(cell) or None for cell in cells("id")],
        "lon": lon,
        "lat": lat,
        "crs": [layout.crs] * len(records),
        "depth_cm": each_once(read_number, cells("depth_cm")),
        "precision_m": each_once(read_number, cells("precision_m")),
        "place_words": texts_of(cells("place_words")),
        "words": texts_of(cells("words")),
    }
    sent = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    return [row if type(row["received_at"]) is dt.datetime else _unread(row["received_at"]) for row in sent]


def _unread(received: Refused | None) -> Refused:
    """Return why a record has no time of receipt."""
    return Refused("missing", "received_at") if received is None else received


def _moment_cell(day: Any, clock: Any) -> Any:
    """Return a day with its time of day; where one of the two is missing, the whole is."""
    return None if as_text(day) == "" or as_text(clock) == "" else (day, clock)


def _coordinates(lon: list[Any], lat: list[Any], pairs: str) -> tuple[list[Any], list[Any]]:
    """Return two columns as degrees, as `coordinates` reads each row: plain numbers all at once."""
    if pairs or not lon:
        points = [coordinates(*point, pairs) for point in zip(lon, lat, strict=True)]
        return [x for x, _ in points], [y for _, y in points]
    x, y = (plain_numbers(column) or [read_number(cell, parse_degrees) for cell in column] for column in (lon, lat))
    return x, y


def coordinates(lon: Any, lat: Any, pairs: str) -> tuple[Any, Any]:
    """Return both cells as degrees, or what one cell holds of both; what is none stays for the rules to refuse."""
    if not pairs:
        return read_number(lon, parse_degrees), read_number(lat, parse_degrees)
    if as_text(lon) == "":
        return None, None
    try:
        return parse_pair(lon, pairs)
    except ValueError:
        return lon, lon


def read_number(value: Any, parse: Callable[[Any], float] = parse_number) -> Any:
    """Return a cell as a number; what is none stays as it is, and the rules refuse it."""
    if not isinstance(value, str) or not value.strip():
        return value or None if isinstance(value, str) else value
    try:
        return parse(value)
    except ValueError:
        return value
