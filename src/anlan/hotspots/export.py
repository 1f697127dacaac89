"""A study as a file. Cells that a spreadsheet would run are written as text."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable

from anlan.hotspots.queries.studies import StudyView, places_geojson

COLUMNS = ("site", "rank", "change", "lon", "lat", "radius_m", "reports", "episodes", "first", "last", "name")


def as_csv(view: StudyView) -> bytes:
    """Return the places as CSV with a byte order mark, which spreadsheets need for Chinese."""
    from anlan.tables import safe_cell

    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for line in view.lines:
        place = line.place
        number = f"{line.number:03d}" if line.number is not None else ""
        counts = (0, 0) if line.change == "gone" else (place.reports, place.episodes)
        moments = (place.first_at.isoformat(), place.last_at.isoformat())
        row = [
            number,
            line.rank or "",
            line.change,
            place.lon,
            place.lat,
            place.radius_m,
            *counts,
            *moments,
            place.label,
        ]
        writer.writerow([safe_cell(cell) if isinstance(cell, str) else cell for cell in row])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def as_geojson(view: StudyView) -> bytes:
    """Return the places as GeoJSON."""
    return json.dumps(places_geojson(view), ensure_ascii=False).encode()


EXPORTS: dict[str, tuple[str, Callable[[StudyView], bytes]]] = {
    "csv": ("text/csv; charset=utf-8", as_csv),
    "geojson": ("application/geo+json", as_geojson),
}
