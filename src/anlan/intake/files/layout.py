"""Reading a file of reports: which column is what, and each record as the row that the verbs take."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from anlan.core.refusals import Refused
from anlan.intake.channels import Channel
from anlan.tables import (
    AmbiguousTime,
    Record,
    TableError,
    as_text,
    guess_columns,
    open_records,
    order_of,
    parse_number,
    parse_time,
)

SAMPLE = 200
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

    def columns(self) -> dict[str, str]:
        """Return the fields that have a column."""
        return {name: value for name in COLUMN_FIELDS if (value := getattr(self, name))}

    def plain(self) -> dict[str, Any]:
        """Return the layout as plain JSON."""
        return asdict(self)


COLUMN_FIELDS = tuple(column.name for column in fields(Layout))[:10]


@dataclass(frozen=True)
class Look:
    """A first look through a file: what it is and how it seems to be laid out."""

    sha256: str
    columns: tuple[str, ...]
    records: int
    layout: Layout
    first: tuple[Record, ...] = ()


@dataclass
class Times:
    """Reads the times of one column; whether the day stands first is decided by the whole column, never by a row."""

    tz: str
    seen: set[str] = field(default_factory=set)

    def see(self, value: Any) -> None:
        """Note what a cell says about the order of day and month."""
        if order := order_of([value]):
            self.seen.add(order)

    @property
    def order(self) -> str | None:
        """The order, or None where no cell needs one or none decides it."""
        return next(iter(self.seen)) if len(self.seen) == 1 else None

    def read(self, value: Any, name: str = "received_at") -> dt.datetime | Refused | None:
        """Return the moment, None for an empty cell, or why it cannot be read as this field."""
        if value is None or value == "":
            return None
        try:
            return parse_time(value, self.tz, order=self.order)
        except AmbiguousTime:
            return Refused("ambiguous_time", name)
        except (ValueError, TypeError, OverflowError):
            return Refused("not_a_time", name)


def look(path: Path, *, name: str, given: Mapping[str, Any]) -> tuple[Look, Times]:
    """Go through the whole file once: hash, count, columns, and the order of day and month."""
    records = open_records(path, name=name)
    first: list[Record] = []
    layout, times, count = Layout(), Times(str(given.get("tz") or "UTC")), 0
    for record in records:
        count += 1
        if len(first) < SAMPLE:
            first.append(record)
            layout = guess(records.columns, first, given) if len(first) in {1, 20, SAMPLE} else layout
        if layout.time:
            times.see(record.values.get(layout.time))
    if not count:
        raise TableError("the file holds no record")
    layout = guess(records.columns, first, given)
    for record in first:
        times.see(record.values.get(layout.time or ""))
    return Look(records.sha256, tuple(records.columns), count, layout, tuple(first[:8])), times


def guess(columns: Iterable[str], sample: list[Record], given: Mapping[str, Any]) -> Layout:
    """Return the layout: what was given, and for the rest what the names and cells suggest."""
    names = tuple(columns)
    for key in COLUMN_FIELDS:
        if given.get(key) and given[key] not in names:
            known = ", ".join(names)
            raise TableError(f"there is no column {given[key]!r}; the columns are: {known}")
    found = guess_columns(names, [record.values for record in sample])
    guessed: dict[str, Any] = {key: getattr(found, key) for key in ("lon", "lat", "time", "id")}
    guessed["place_words"] = found.words
    lower = {name.strip().lower(): name for name in names}
    for key, known_names in OTHER_COLUMNS.items():
        guessed[key] = next((lower[known] for known in known_names if known in lower), None)
    said = {key: value for key, value in given.items() if value is not None}
    none = {key: None for key, value in said.items() if key in COLUMN_FIELDS and value == ""}
    return Layout(**{**guessed, **said, **none})


def rows(
    records: Iterable[Record], layout: Layout, times: Times, categories: Mapping[str, str]
) -> Iterator[tuple[Record, dict[str, Any] | Refused]]:
    """Turn each record into the row that `receive_reports` takes, or a refusal."""
    for record in records:
        yield record, _row(record, layout, times, categories)


def _row(record: Record, layout: Layout, times: Times, categories: Mapping[str, str]) -> dict[str, Any] | Refused:
    def cell(name: str) -> Any:
        column = getattr(layout, name)
        return record.values.get(column) if column else None

    if record.problem:
        return Refused(record.problem)
    received = times.read(cell("time"))
    if received is None:
        return Refused("missing", "received_at")
    if isinstance(received, Refused):
        return received
    category = as_text(cell("category")) or layout.default_category
    return {
        "record": record.number,
        "line": record.line,
        "channel": as_text(cell("channel")) or layout.default_channel,
        "category": categories.get(category.strip().casefold(), category),
        "received_at": received,
        "source": layout.source,
        "source_id": as_text(cell("id")) or None,
        "lon": read_number(cell("lon")),
        "lat": read_number(cell("lat")),
        "crs": layout.crs,
        "depth_cm": read_number(cell("depth_cm")),
        "precision_m": read_number(cell("precision_m")),
        "place_words": as_text(cell("place_words")),
        "words": as_text(cell("words")),
    }


def read_number(value: Any) -> Any:
    """Return a cell as a number; what is none stays as it is, and the rules refuse it."""
    if not isinstance(value, str) or not value.strip():
        return value or None if isinstance(value, str) else value
    try:
        return parse_number(value)
    except ValueError:
        return value
