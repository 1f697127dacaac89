"""From a file to points in space and time; what does not fit is refused with a reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from anlan.tables._cells import as_text
from anlan.tables._columns import LAT, LON, Columns, Guess, guess_columns
from anlan.tables._degrees import LON_LAT, parse_degrees, parse_pair
from anlan.tables._errors import TableError, note
from anlan.tables._location import exchanged, parsed_crs, require_fitting
from anlan.tables._plain_times import plain_iso
from anlan.tables._records import Records, has_too_many, open_records
from anlan.tables._refused import Refusal
from anlan.tables._source import AS_IT_IS, Opening
from anlan.tables._time_columns import plain_name
from anlan.tables._times import AmbiguousTime, clock_changes, order_of, parse_time, read_moment, zone

Bounds = tuple[float, float, float, float]
Progress = Callable[[int, int], None]
SAMPLE = 500
CHUNK = 20_000


@dataclass(frozen=True)
class InputSummary:
    """What came of a file: its hash, and how many rows were read, used, left out on request, and refused."""

    sha256: str
    rows_read: int
    rows_used: int
    left_out: Mapping[str, int]
    refused: tuple[Refusal, ...]


@dataclass(frozen=True)
class Points:
    """Points in WGS 84 with UTC times, in the order of the file."""

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    time: NDArray[np.datetime64]
    record: NDArray[np.int64]
    ids: tuple[str, ...] | None
    words: tuple[str, ...] | None
    extra: Mapping[str, tuple[str, ...]]
    summary: InputSummary
    columns: Columns
    warnings: tuple[str, ...] = ()
    crs: str = "EPSG:4326"
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.lon)


@dataclass
class _Read:
    """Columns of the rows that were chosen, as they stand in the file."""

    number: list[int] = field(default_factory=list)
    line: list[int | None] = field(default_factory=list)
    cells: dict[str, list[Any]] = field(default_factory=dict)
    read: int = 0
    not_chosen: int = 0
    refused: list[Refusal] = field(default_factory=list)
    seen: dict[str, Counter[str]] = field(default_factory=dict)


def read_points(
    where_from: str | Path | BinaryIO,
    *,
    columns: Columns | None = None,
    crs: str | None = None,
    tz: str = "UTC",
    where: Iterable[str | tuple[str, str]] = (),
    since: date | None = None,
    until: date | None = None,
    bounds: Bounds | None = None,
    order: str | None = None,
    extra: Sequence[str] = (),
    name: str | None = None,
    opening: Opening = AS_IT_IS,
    progress: Progress | None = None,
) -> Points:
    """Read the points of a file; columns that are not named are guessed, and `notes` say what was guessed.

    Without `crs` the file's own holds, where it names one, else WGS 84.

    `where` keeps rows whose cell equals the value, case and blanks around aside; several values of one column are
    alternatives. `since` and `until` are whole local days in `tz`, both included.
    """
    zone(tz)
    with open_records(where_from, name=name, opening=opening) as records:
        rows = records.rows()
        first = list(islice(rows, SAMPLE))
        if not first:
            raise TableError(f"{records.name} holds a header and no record", code="empty")
        guess = _columns(records, first, columns or Columns())
        wanted = _conditions(where, records.columns)
        _require_known([*extra], records.columns)
        read = _take(records, chain(first, rows), [*_named(guess.columns), *extra], wanted, progress)
        digest, own, notes = records.sha256, records.crs, records.notes
    if wanted and read.read and not read.number and not read.refused:
        raise TableError(_nothing_chosen(wanted, read))
    system = parsed_crs(crs or own or "EPSG:4326")
    if own and not crs:
        notes = (*notes, note("crs_of_file", crs=own))
    points = _points(read, guess, digest, system, tz, since, until, bounds, order, tuple(extra))
    return replace(points, notes=(*notes, *guess.notes))


def _named(used: Columns) -> list[str]:
    return [name for name in (used.lon, used.lat, used.time, used.time_of_day, used.id, used.words) if name]


def _columns(records: Records, first: Sequence[tuple[int, int | None, Sequence[Any]]], columns: Columns) -> Guess:
    _require_known([name for name in columns.__dict__.values() if name], records.columns)
    width = len(records.columns)
    whole = [cells for _, _, cells in first if not has_too_many(cells, width)]
    sample = [dict(zip(records.columns, cells, strict=False)) for cells in whole]
    guess = guess_columns(records.columns, sample, columns)
    for key, option in (("lon", "--lon"), ("lat", "--lat"), ("time", "--time")):
        if not getattr(guess.columns, key):
            raise TableError(
                f"no column of {records.name} looks like the {_WORDS[key]}; name it with {option}. "
                f"The columns are: {', '.join(records.columns)}",
                code="no_column",
            )
    return guess


_WORDS = {"lon": "longitude", "lat": "latitude", "time": "time of a report"}


def _require_known(names: Sequence[str], columns: tuple[str, ...]) -> None:
    for name in names:
        if name not in columns:
            raise TableError(f"there is no column {name!r}; the columns are: {', '.join(columns)}", code="no_column")


def _conditions(where: Iterable[str | tuple[str, str]], columns: tuple[str, ...]) -> dict[str, set[str]]:
    wanted: dict[str, set[str]] = {}
    for condition in where:
        column, sign, value = (
            condition.partition("=") if isinstance(condition, str) else (condition[0], "=", condition[1])
        )
        if not sign:
            raise TableError(f"{condition!r} is no condition; write COLUMN=VALUE", code="bad_condition")
        _require_known([column.strip()], columns)
        wanted.setdefault(column.strip(), set()).add(value.strip().casefold())
    return wanted


def _take(
    records: Records,
    rows: Iterable[tuple[int, int | None, Sequence[Any]]],
    names: list[str],
    wanted: dict[str, set[str]],
    progress: Progress | None,
) -> _Read:
    """Go through the file once and keep the cells that are needed of the rows that are chosen."""
    at = {name: records.columns.index(name) for name in [*names, *wanted]}
    read = _Read(cells={name: [] for name in names}, seen={name: Counter() for name in wanted})
    kept = [(at[name], read.cells[name]) for name in read.cells]
    width = len(records.columns)
    for number, line, cells in rows:
        read.read = number
        if progress and number % CHUNK == 0:
            progress(records.read_bytes, records.total_bytes)
        if len(cells) != width:
            if has_too_many(cells, width):
                reason = f"{len(cells)} cells under {width} columns: is there a comma without quotes?"
                read.refused.append(Refusal(number, line, "", "too_many_cells", reason))
                continue
            cells = [*cells, *[None] * (width - len(cells))]
        if wanted and not _is_chosen(cells, at, wanted, read):
            read.not_chosen += 1
            continue
        read.number.append(number)
        read.line.append(line)
        for position, column in kept:
            column.append(cells[position])
    if progress:
        progress(records.total_bytes, records.total_bytes)
    return read


def _is_chosen(cells: Sequence[Any], at: dict[str, int], wanted: dict[str, set[str]], read: _Read) -> bool:
    for name, values in wanted.items():
        text = as_text(cells[at[name]])
        if text.casefold() not in values:
            if len(read.seen[name]) < 1000:
                read.seen[name][text] += 1
            return False
    return True


def _nothing_chosen(wanted: dict[str, set[str]], read: _Read) -> str:
    column = next((name for name in wanted if read.seen[name]), next(iter(wanted)))
    common = sorted(read.seen[column].items(), key=lambda counted: (-counted[1], counted[0]))[:8]
    return f"no row has {column} = {' or '.join(sorted(wanted[column]))}; values there are: " + "; ".join(
        f"{value or '(empty)'} ({count})" for value, count in common
    )


def _points(
    read: _Read,
    guess: Guess,
    digest: str,
    crs: str,
    tz: str,
    since: date | None,
    until: date | None,
    bounds: Bounds | None,
    order: str | None,
    extra: tuple[str, ...],
) -> Points:
    used = guess.columns
    refusals: dict[int, tuple[str, str, str]] = {}
    lon, lat, warnings = _located(read, guess, crs, bounds, refusals)
    whens, name = _whens(read, used)
    time, times_warn = _times(whens, name, tz, order, refusals)
    good = np.ones(len(read.number), dtype=bool)
    good[list(refusals)] = False
    left_out = {"where": read.not_chosen} if read.not_chosen else {}
    for key, keep in _days(time, tz, since, until):
        left_out[key] = int((good & ~keep).sum())
        good &= keep
    refused = [*read.refused, *(Refusal(read.number[i], read.line[i], *why) for i, why in refusals.items())]
    refused.sort(key=lambda refusal: refusal.record)
    if not good.any():
        raise TableError(_nothing_left(refused, left_out))
    rows = np.flatnonzero(good)

    def texts(column: str | None) -> tuple[str, ...] | None:
        return tuple(as_text(read.cells[column][i]) for i in rows) if column else None

    return Points(
        lon=lon[rows],
        lat=lat[rows],
        time=time[rows],
        record=np.array(read.number, dtype=np.int64)[rows],
        ids=texts(used.id),
        words=texts(used.words),
        extra={column: texts(column) or () for column in extra},
        summary=InputSummary(digest, read.read, len(rows), left_out, tuple(refused)),
        columns=used,
        warnings=(*_exchanged_names(used), *warnings, *exchanged(lon[rows], lat[rows], tz), *times_warn),
        crs=crs,
    )


def _located(
    read: _Read, guess: Guess, crs: str, bounds: Bounds | None, refusals: dict[int, tuple[str, str, str]]
) -> tuple[NDArray[np.float64], NDArray[np.float64], tuple[str, ...]]:
    """Return longitudes and latitudes in WGS 84, of two columns or of one."""
    used = guess.columns
    assert used.lon
    assert used.lat
    if used.lon == used.lat:
        x, y = _pairs(read.cells[used.lon], used.lon, guess.pairs or LON_LAT, refusals)
    else:
        x = _numbers(read.cells[used.lon], used.lon, refusals)
        y = _numbers(read.cells[used.lat], used.lat, refusals)
    return require_fitting(x, y, used.lon, used.lat, crs, bounds, refusals)


def _whens(read: _Read, used: Columns) -> tuple[list[Any], str]:
    """Return the cells of times, and what to call them."""
    assert used.time
    if not used.time_of_day:
        return read.cells[used.time], used.time
    joined = _joined(read.cells[used.time], read.cells[used.time_of_day])
    return joined, f"{used.time} + {used.time_of_day}"


def _nothing_left(refused: Sequence[Refusal], left_out: Mapping[str, int]) -> str:
    asked = ", ".join(f"{count:,} left out by --{key}" for key, count in left_out.items())
    if not refused or sum(left_out.values()) > len(refused):
        return f"no report is left: {asked}" + (f", {len(refused):,} refused" if refused else "")
    most, count = Counter((refusal.field, refusal.code) for refusal in refused).most_common(1)[0]
    example = next(refusal for refusal in refused if (refusal.field, refusal.code) == most)
    most_refused = f"{count} of {len(refused)} refused rows are such as record {example.record}"
    return f"no row can be used: {most_refused}: {example.reason}"


def _exchanged_names(used: Columns) -> tuple[str, ...]:
    if plain_name(used.lon or "") in LAT and plain_name(used.lat or "") in LON:
        return (f"longitude is read from {used.lon!r} and latitude from {used.lat!r}: are the two exchanged?",)
    return ()


def _numbers(cells: list[Any], name: str, refusals: dict[int, tuple[str, str, str]]) -> NDArray[np.float64]:
    try:
        numbers = np.array(cells, dtype=np.float64)
        if np.isfinite(numbers).all():
            return numbers
    except (ValueError, TypeError):
        pass
    numbers = np.full(len(cells), np.nan)
    for i, cell in enumerate(cells):
        if as_text(cell) in {"", "nan", "NaN", "NULL", "null", "None"}:
            refusals.setdefault(i, (name, "missing_coordinates", f"{name} is empty"))
            continue
        try:
            numbers[i] = parse_degrees(cell)
        except ValueError:
            refusals.setdefault(i, (name, "not_a_number", f"{as_text(cell)[:40]!r} in {name} is no number"))
    return numbers


def _pairs(
    cells: list[Any], name: str, order: str, refusals: dict[int, tuple[str, str, str]]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return longitudes and latitudes that stand in one cell."""
    both = np.full((2, len(cells)), np.nan)
    for i, cell in enumerate(cells):
        if not as_text(cell):
            refusals.setdefault(i, (name, "missing_coordinates", f"{name} is empty"))
            continue
        try:
            both[:, i] = parse_pair(cell, order)
        except ValueError:
            refusals.setdefault(i, (name, "not_a_number", f"{as_text(cell)[:40]!r} in {name} is no pair of numbers"))
    return both[0], both[1]


def _joined(days: list[Any], clocks: list[Any]) -> list[Any]:
    """Return days with their times of day; where one of the two is missing the whole is."""
    return [(day, clock) if as_text(day) and as_text(clock) else "" for day, clock in zip(days, clocks, strict=True)]


def _times(
    cells: list[Any], name: str, tz: str, order: str | None, refusals: dict[int, tuple[str, str, str]]
) -> tuple[NDArray[np.datetime64], tuple[str, ...]]:
    known = order is not None
    time = np.full(len(cells), np.datetime64("NaT"), dtype="datetime64[us]")
    doubts = np.zeros(len(cells), dtype=np.int8)
    for start in range(0, len(cells), CHUNK):
        chunk = cells[start : start + CHUNK]
        plain = plain_iso(chunk, tz)
        if plain is not None:
            time[start : start + CHUNK], doubts[start : start + CHUNK] = plain
            continue
        order, known = order if known else order_of(cells), True
        for i, cell in enumerate(chunk, start):
            time[i], doubts[i] = _moment(i, cell, name, tz, order, refusals)
    warnings: tuple[str, ...] = clock_changes(int((doubts < 0).sum()), int((doubts > 0).sum()), name, tz)
    if cells and np.sum(time < np.datetime64("1901-01-01")) > len(cells) / 2:
        warnings = (*warnings, f"most times in {name!r} lie in 1900: it seems to hold clock times without a date")
    return time, warnings


def _moment(
    i: int, cell: Any, name: str, tz: str, order: str | None, refusals: dict[int, tuple[str, str, str]]
) -> tuple[np.datetime64, int]:
    shown = " ".join(map(as_text, cell)) if isinstance(cell, tuple) else as_text(cell)
    if not shown:
        refusals.setdefault(i, (name, "missing_time", f"{name} is empty"))
        return np.datetime64("NaT"), 0
    try:
        moment, doubt = read_moment(cell, tz, order)
        return np.datetime64(moment.replace(tzinfo=None), "us"), {"skipped": -1, "twice": 1}.get(doubt or "", 0)
    except AmbiguousTime:
        reason = f"{shown[:40]!r} in {name} could be day/month or month/day: say which with --time-order"
        refusals.setdefault(i, (name, "ambiguous_time", reason))
    except (ValueError, TypeError, OverflowError):
        refusals.setdefault(i, (name, "not_a_time", f"{shown[:40]!r} in {name} is no time"))
    return np.datetime64("NaT"), 0


def _days(
    time: NDArray[np.datetime64], tz: str, since: date | None, until: date | None
) -> Iterable[tuple[str, NDArray[np.bool_]]]:
    """Yield which rows lie within the whole local days asked for."""
    if since:
        yield "since", time >= _midnight(since, tz)
    if until:
        yield "until", time < _midnight(until, tz, days=1)


def _midnight(day: date, tz: str, days: int = 0) -> np.datetime64:
    """Return the moment at which a local day begins, or one that comes so many days later."""
    try:
        moment = parse_time(datetime(day.year, day.month, day.day) + timedelta(days=days), tz)  # noqa: DTZ001 - local
    except OverflowError:
        raise TableError(f"the day {day} lies beyond the calendar; leave it out") from None
    return np.datetime64(moment.replace(tzinfo=None), "us")
