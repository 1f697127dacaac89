"""Read, mine, and say all of it as one plain document; every output is written from that document."""

from __future__ import annotations

import json
import math
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from anlan.analysis import Events, Place, RecurrentPlaces, recurrent_places
from anlan.geo import LocalProjection
from anlan.tables import Columns, Opening, Points, TableError, read_points

ONE_EPISODE = "one episode only; `--min-episodes 1` ranks dense places of one storm, which is not recurrence"
NOT_RECURRENT = "with `--min-episodes 1` these are dense places; one episode is not recurrence"
DAY_US = 86_400_000_000


@dataclass(frozen=True)
class Asked:
    """What was asked for on the command line."""

    file: Path
    columns: Mapping[str, str | None]
    crs: str | None = None
    tz: str = "UTC"
    time_order: str | None = None
    where: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    opening: Opening = field(default_factory=Opening)
    radius_m: float = 100.0
    min_episodes: int = 2
    episode_gap_h: float = 24.0
    episode: str | None = None
    min_reports: int | None = None
    places: int | None = None
    seed: int = 0


@dataclass(frozen=True)
class Found:
    """The document that `--json` prints, and what the map needs besides."""

    document: dict[str, Any]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    plane: LocalProjection
    warnings: tuple[str, ...]


def find(
    asked: Asked,
    *,
    reading: Callable[[int, int], None] | None = None,
    mining: Callable[[Points], None] | None = None,
) -> Found:
    """Read the file and find its places."""
    points = read(asked, (asked.episode,) if asked.episode else (), reading)
    if mining:
        mining(points)
    plane = LocalProjection.around(points.lon, points.lat)
    x, y = plane.forward(points.lon, points.lat)
    result = recurrent_places(
        Events(x, y, points.time.astype(np.int64) / DAY_US, ids=points.record),  # type: ignore[arg-type]
        episode=_storms(points, asked.episode),
        radius_m=asked.radius_m,
        min_episodes=asked.min_episodes,
        episode_gap_h=asked.episode_gap_h,
        min_reports=asked.min_reports,
        places=asked.places,
        seed=asked.seed,
    )
    return Found(_document(asked, points, plane, result), points.lon, points.lat, plane, points.warnings)


def read(asked: Asked, extra: tuple[str, ...], progress: Callable[[int, int], None] | None) -> Points:
    """Read the points that were asked for."""
    if asked.since and asked.until and asked.until < asked.since:
        raise TableError(f"--until {asked.until} lies before --since {asked.since}")
    return read_points(
        asked.file,
        columns=Columns(**asked.columns),
        crs=asked.crs,
        tz=asked.tz,
        where=asked.where,
        since=asked.since,
        until=asked.until,
        order=asked.time_order,
        opening=asked.opening,
        extra=extra,
        progress=progress,
    )


def columns_used(points: Points) -> dict[str, str | None]:
    """Return the columns that were read, named or guessed."""
    used = points.columns
    columns = {"lon": used.lon, "lat": used.lat, "time": used.time, "id": used.id}
    return columns | ({"time_of_day": used.time_of_day} if used.time_of_day else {})


def json_text(document: Mapping[str, Any]) -> str:
    """Return the document as JSON: the same bytes for the same file and options."""
    return json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False)


def _storms(points: Points, column: str | None) -> Sequence[str] | None:
    if column is None:
        return None
    storms = [" ".join(name.split()).casefold() for name in points.extra[column]]
    if empty := sum(not name for name in storms):
        raise TableError(f"{empty} reports have no episode in {column!r}; leave --episode out or fill the column")
    return storms


def _document(asked: Asked, points: Points, plane: LocalProjection, result: RecurrentPlaces) -> dict[str, Any]:
    order = np.argsort(points.record)
    sites = [_site(place, points, plane, asked.tz, order) for place in result.places]
    return {
        "parameters": _parameters(asked, points, plane, result),
        "input": input_summary(asked, points),
        "episodes": _episodes(points, result, asked),
        "sites": sites,
        "watch": [_site(place, points, plane, asked.tz, order) for place in result.watch],
        "chance": _chance(result),
        "left_out": dict(sorted(result.left_out.items())),
        "notes": _notes(asked, result),
    }


def _notes(asked: Asked, result: RecurrentPlaces) -> list[str]:
    if len(result.episodes) == 1:
        return [ONE_EPISODE if asked.min_episodes > 1 else NOT_RECURRENT]
    return [NOT_RECURRENT] if asked.min_episodes <= 1 else []


def _parameters(asked: Asked, points: Points, plane: LocalProjection, result: RecurrentPlaces) -> dict[str, Any]:
    return {
        "method": "recurrent_places",
        **{key: plain_number(value) for key, value in result.parameters.items()},
        "min_reports_used": int(result.min_reports),
        "places": asked.places,
        "columns": columns_used(points) | {"episode": asked.episode},
        "crs": points.crs,
        "tz": asked.tz,
        "where": list(asked.where),
        "since": asked.since.isoformat() if asked.since else None,
        "until": asked.until.isoformat() if asked.until else None,
        "plane": plane.parameters(),
    }


def input_summary(asked: Asked, points: Points) -> dict[str, Any]:
    """Say what came of the file."""
    summary = points.summary
    reasons = Counter(refusal.code for refusal in summary.refused)
    return {
        "file": asked.file.name,
        "sha256": summary.sha256,
        "rows_read": summary.rows_read,
        "rows_used": summary.rows_used,
        "rows_refused": len(summary.refused),
        "rows_left_out": dict(summary.left_out),
        "reasons": dict(sorted(reasons.items())),
        "refused": [
            {
                "record": refusal.record,
                "line": refusal.line,
                "field": refusal.field,
                "code": refusal.code,
                "reason": refusal.reason,
            }
            for refusal in summary.refused
        ],
        "warnings": list(points.warnings),
        "notes": [_read_as(points, asked.tz), *points.notes],
    }


def _read_as(points: Points, tz: str) -> str:
    """Say which columns, coordinate system and zone were used."""
    columns = ", ".join(f"{key} = {name}" for key, name in columns_used(points).items() if name)
    return f"read as {columns}; {points.crs}, {tz} (others by --lon --lat --time --crs --tz)"


def _episodes(points: Points, result: RecurrentPlaces, asked: Asked) -> list[dict[str, Any]]:
    first = np.full(len(result.episodes), np.iinfo(np.int64).max)
    last = np.full(len(result.episodes), np.iinfo(np.int64).min)
    moments = points.time.astype(np.int64)
    np.minimum.at(first, result.episode_of - 1, moments)
    np.maximum.at(last, result.episode_of - 1, moments)
    return [
        {
            "number": episode.number,
            "first": local_time(first[i], asked.tz),
            "last": local_time(last[i], asked.tz),
            "reports": episode.reports,
            "name": episode.name,
        }
        for i, episode in enumerate(result.episodes)
    ]


def _site(place: Place, points: Points, plane: LocalProjection, tz: str, order: NDArray[np.int64]) -> dict[str, Any]:
    members = sorted(int(member) for member in place.members)
    rows = order[np.searchsorted(points.record, members, sorter=order)]
    moments = points.time[rows].astype(np.int64)
    lon, lat = plane.inverse(place.x, place.y)
    return {
        "rank": place.rank,
        "lon": round(float(lon), 6),
        "lat": round(float(lat), 6),
        "radius_m": round(float(place.radius_m), 1),
        "reports": place.reports,
        "episodes": place.episodes,
        "first": local_time(moments.min(), tz),
        "last": local_time(moments.max(), tz),
        "place_words": most_said(points, rows),
        "chance": plain_number(place.chance),
        "members": members,
    }


def most_said(points: Points, rows: NDArray[np.int64]) -> str | None:
    """Return the words that most members share; of equally many the first in the alphabet."""
    if points.words is None:
        return None
    counts = Counter(text for i in rows if (text := readable(points.words[i])))
    return min(counts, key=lambda text: (-counts[text], text)) if counts else None


def readable(text: str, most: int = 120) -> str:
    """Return text without control characters, which could move a terminal's cursor, and not too long."""
    kept = "".join(" " if unicodedata.category(sign)[0] in "CZ" else sign for sign in text[: most * 4])
    kept = " ".join(kept.split())
    return kept if len(kept) <= most else kept[: most - 1] + "…"


def _chance(result: RecurrentPlaces) -> dict[str, Any]:
    chance = result.chance
    return {
        "expected_places": plain_number(chance.expected_places),
        "expected_watch": plain_number(chance.expected_watch),
        "by_reports": {str(key): plain_number(value) for key, value in sorted(chance.by_reports.items())},
        "sentence": chance.sentence,
    }


def local_time(moment_us: Any, tz: str) -> str:
    """Return a moment in microseconds as local time."""
    seconds, rest = divmod(int(moment_us), 1_000_000)
    moment = datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest)
    return moment.astimezone(ZoneInfo(tz)).isoformat(timespec="seconds")


def plain_number(value: Any) -> Any:
    """Return a number as JSON knows it, rounded to six significant digits so that the last bit never shows."""
    if isinstance(value, float | np.floating):
        return float(f"{value:.6g}") if math.isfinite(value) else None
    return value.item() if isinstance(value, np.generic) else value
