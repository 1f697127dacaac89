"""Read, scan, and say all of it as one plain document; every output is written from that document."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from anlan.analysis import Events, ScanCluster, SpaceTimeScan, incidents_of, space_time_scan
from anlan.analysis.commands.sites.document import (
    Asked,
    Found,
    columns_used,
    input_summary,
    most_said,
    plain_number,
    read,
)
from anlan.geo import LocalProjection, to_wgs84
from anlan.tables import Points, TableError, guess_columns, open_records, parse_number

DAY_US = 86_400_000_000
HOUR_US = 3_600_000_000
EPOCH = date(1970, 1, 1)
CALLERS = (
    "Several callers about one event look like a cluster: scan incidents, or give --counts, before you trust a small p."
)
LATER = "p of clusters after the first is compared with the same maxima and never too small."


@dataclass(frozen=True)
class AskedScan:
    """What was asked for on the command line, besides the reading."""

    reading: Asked
    counts: str | None = None
    places: Path | None = None
    population: str | None = None
    strata: str | None = None
    day_of_week: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)
    incidents_m: float | None = None
    controls: Path | None = None

    @property
    def of_controls(self) -> Asked:
        """What is asked of the file of controls: the same, without ids."""
        assert self.controls is not None
        return replace(self.reading, file=self.controls, columns={**self.reading.columns, "id": None})


def scan_file(
    asked: AskedScan,
    *,
    reading: Callable[[int, int], None] | None = None,
    scanning: Callable[[int, int], None] | None = None,
) -> Found:
    """Read the file and scan it."""
    wanted = asked.reading
    points = read(wanted, tuple(name for name in (asked.counts, asked.strata) if name), reading)
    others = _controls(asked)
    lon, lat, people = _places(asked)
    all_points = [points] if others is None else [points, others]
    plane = LocalProjection.around(
        np.concatenate([*(some.lon for some in all_points), lon]),
        np.concatenate([*(some.lat for some in all_points), lat]),
    )
    period = _period(wanted, np.concatenate([_local_days(some, wanted.tz) for some in all_points]))
    _check(asked, period)
    events = _events(asked, points, plane)
    strata = np.asarray(points.extra[asked.strata]) if asked.strata else None
    if asked.incidents_m is not None:
        kept = _first_of_each(events, points, asked.incidents_m)
        strata = None if strata is None else strata[kept]
        events = _once_each(events, kept)
    found = space_time_scan(
        events,
        places=None if asked.places is None else np.column_stack(plane.forward(lon, lat)),
        population=people,
        controls=None if others is None else _control_events(asked, others, plane),
        strata="day_of_week" if asked.day_of_week else strata,
        study_period=period,
        progress=scanning,
        **asked.options,
    )
    document = _document(asked, points, plane, found, others)
    warned = () if others is None else tuple(f"{asked.of_controls.file.name}: {said}" for said in others.warnings)
    return Found(document, points.lon, points.lat, plane, points.warnings + warned)


def _events(asked: AskedScan, points: Points, plane: LocalProjection) -> Events:
    return Events(
        *plane.forward(points.lon, points.lat),
        _local_days(points, asked.reading.tz),
        counts=_counts(points, asked.counts),
        ids=points.record,  # type: ignore[arg-type]
    )


def _once_each(events: Events, kept: NDArray[np.bool_]) -> Events:
    return Events(events.x[kept], events.y[kept], events.day[kept], ids=events.ids[kept])  # type: ignore[arg-type]


def _controls(asked: AskedScan) -> Points | None:
    """Read the file of controls as the file of cases is read."""
    if asked.controls is None:
        return None
    try:
        return read(asked.of_controls, (asked.counts,) if asked.counts else (), None)
    except TableError as error:
        raise TableError(f"--controls {asked.controls.name}: {error}") from None


def _control_events(asked: AskedScan, others: Points, plane: LocalProjection) -> Events:
    events = _events(asked, others, plane)
    if asked.incidents_m is None:
        return events
    return _once_each(events, _first_of_each(events, others, asked.incidents_m))


def _first_of_each(events: Events, points: Points, radius_m: float) -> NDArray[np.bool_]:
    """Say which rows open an incident: by the moment and not by the day, since midnight parts none."""
    exact = Events(events.x, events.y, points.time, counts=events.counts, ids=events.ids)  # type: ignore[arg-type]
    return np.isin(events.ids, incidents_of(exact, radius_m=radius_m).ids)


def _check(asked: AskedScan, period: tuple[int, int]) -> None:
    length, options = period[1] - period[0] + 1, asked.options
    if options["over"] != "space" and options["max_days"] > length:
        better = max(1, min(7, length // 2))
        raise TableError(
            f"--max-days {options['max_days']} is longer than the data, which last {length} days; "
            f"write --max-days {better}, or widen the data's time by --since and --until"
        )
    if options["replications"] < 99:
        raise TableError(
            f"--replications {options['replications']} cannot tell chance from a cluster; "
            "write --replications 99 for a first look, 999 for p down to 0.001"
        )
    if not 0 < options["max_share"] <= 0.5:
        raise TableError(
            f"--max-share {options['max_share']:g}: a circle may hold at most half of all cases, since beyond that the "
            "rest would be the cluster; write --max-share 0.5 or less"
        )
    if asked.population and not asked.places:
        raise TableError("--population names a column of the file of places; write --places FILE too")
    if options["model"] == "bernoulli" and not asked.controls:
        raise TableError("--model bernoulli holds the cases against others; write --controls FILE too")
    if asked.strata and asked.day_of_week:
        raise TableError("write --strata or --day-of-week, not both")


def _local_days(points: Points, tz: str) -> NDArray[np.int64]:
    """Return local days since 1970."""
    moment_us = points.time.astype(np.int64)
    hours, which = np.unique(moment_us // HOUR_US, return_inverse=True)
    zone = ZoneInfo(tz)
    offsets = [datetime.fromtimestamp(int(hour) * 3600, UTC).astimezone(zone).utcoffset() for hour in hours]
    offset = np.array([(shift or timedelta()) // timedelta(microseconds=1) for shift in offsets], dtype=np.int64)
    return (moment_us + offset[which.reshape(-1)]) // DAY_US


def _period(reading: Asked, day: NDArray[np.int64]) -> tuple[int, int]:
    first = (reading.since - EPOCH).days if reading.since else int(day.min())
    last = (reading.until - EPOCH).days if reading.until else int(day.max())
    return first, last


def _counts(points: Points, column: str | None) -> NDArray[np.float64] | None:
    if column is None:
        return None
    try:
        return np.array([parse_number(cell) for cell in points.extra[column]])
    except ValueError as error:
        raise TableError(f"--counts {column}: {error}") from None


def _places(asked: AskedScan) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64] | None]:
    """Read the file of places, those without cases too."""
    if asked.places is None:
        return np.empty(0), np.empty(0), None
    records = open_records(asked.places)
    rows = [record.values for record in records]
    used = guess_columns(records.columns, rows[:200]).columns
    if not used.lon or not used.lat:
        raise TableError(f"{asked.places.name}: name the columns of places lon and lat (or x and y)")
    wanted = [used.lon, used.lat, *([asked.population] if asked.population else [])]
    if asked.population and asked.population not in records.columns:
        raise TableError(f"--population {asked.population}: {asked.places.name} has the columns {records.columns}")
    table = np.array([[parse_number(row.get(name)) for name in wanted] for row in rows]).reshape(len(rows), -1)
    lon, lat = to_wgs84(table[:, 0], table[:, 1], asked.reading.crs or "EPSG:4326")
    return lon, lat, table[:, 2] if asked.population else None


def _document(
    asked: AskedScan, points: Points, plane: LocalProjection, found: SpaceTimeScan, others: Points | None
) -> dict[str, Any]:
    listed = [cluster for cluster in found.clusters if cluster.p_value < 1]
    notes = [] if asked.incidents_m is not None else [CALLERS]
    if not listed and found.strongest is not None:
        p = found.strongest.p_value
        notes.append(f"The strongest cluster has p = {p:.3g}: nothing here that chance does not do as well.")
    clusters = [_cluster(cluster, points, plane) for cluster in listed]
    return {
        "parameters": _parameters(asked, points, plane, found),
        "input": input_summary(asked.reading, points),
        "controls": None if others is None else input_summary(asked.of_controls, others),
        "clusters": clusters,
        "simulated": _simulated(found),
        "weaker": found.weaker,
        "notes": [*found.warnings, *notes, *([LATER] if len(listed) > 1 else [])],
    }


def _cluster(cluster: ScanCluster, points: Points, plane: LocalProjection) -> dict[str, Any]:
    members = sorted(int(record) for record in cluster.members)
    order = np.argsort(points.record)
    rows = order[np.searchsorted(points.record, members, sorter=order)]
    lon, lat = plane.inverse(*cluster.centre)
    return {
        "rank": cluster.rank,
        "lon": round(float(lon), 6),
        "lat": round(float(lat), 6),
        "radius_m": round(cluster.radius_m, 1),
        "places": len(cluster.places),
        "first": str(EPOCH + timedelta(days=cluster.first_day)),
        "last": str(EPOCH + timedelta(days=cluster.last_day)),
        "observed": cluster.observed,
        "controls": cluster.controls,
        "expected": plain_number(cluster.expected),
        "ratio": plain_number(cluster.observed / cluster.expected),
        "statistic": plain_number(cluster.statistic),
        "p_value": plain_number(cluster.p_value),
        "gumbel_p_value": plain_number(cluster.gumbel_p_value),
        "recurrence_interval_days": plain_number(cluster.recurrence_interval_days),
        "recurrence": cluster.recurrence,
        "place_words": most_said(points, rows),
        "members": members,
    }


def _simulated(found: SpaceTimeScan) -> dict[str, Any]:
    ordered = np.sort(found.simulated_maxima)[::-1]
    return {
        "replications": len(ordered),
        "greatest": plain_number(float(ordered[0])),
        "at_p_0.05": plain_number(float(ordered[max(0, int(0.05 * (len(ordered) + 1)) - 1)])),
        "median": plain_number(float(np.median(ordered))),
    }


def _parameters(asked: AskedScan, points: Points, plane: LocalProjection, found: SpaceTimeScan) -> dict[str, Any]:
    reading = asked.reading
    first, last = (str(EPOCH + timedelta(days=day)) for day in found.parameters["study_period"])
    return {
        "method": "space_time_scan",
        **{key: plain_number(value) for key, value in found.parameters.items() if key not in {"strata", "metric"}},
        "study_period": [first, last],
        "strata": "day_of_week" if asked.day_of_week else asked.strata,
        "incidents_m": asked.incidents_m,
        "columns": columns_used(points) | {"counts": asked.counts},
        "controls_file": asked.controls.name if asked.controls else None,
        "places_file": asked.places.name if asked.places else None,
        "population": asked.population,
        "crs": points.crs,
        "tz": reading.tz,
        "where": list(reading.where),
        "since": reading.since.isoformat() if reading.since else None,
        "until": reading.until.isoformat() if reading.until else None,
        "plane": plane.parameters(),
    }
