"""Clusters as GeoJSON, CSV or one self-contained page."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any

from anlan import __version__
from anlan.analysis.commands.sites.document import Found, json_text
from anlan.analysis.commands.sites.files import replace_file
from anlan.analysis.commands.sites.map import drawing
from anlan.analysis.commands.sites.page import list_of, refused_of, table_of
from anlan.analysis.commands.sites.style import STYLE
from anlan.tables import safe_cell

COLUMNS = (
    "rank", "lon", "lat", "radius_m", "places", "first", "last", "observed", "controls", "expected", "ratio",
    "statistic", "p_value", "gumbel_p_value", "recurrence_interval_days", "recurrence", "place_words", "members",
)  # fmt: skip


def writer_of(out: Path) -> Callable[[Found, Path], None]:
    """Return what writes a file of that extension."""
    makers = {".geojson": geojson, ".csv": as_csv, ".html": page}
    if out.suffix.lower() not in makers:
        raise ValueError(f"--out {out.name}: end the name with .geojson, .csv or .html")
    make = makers[out.suffix.lower()]
    return lambda found, path: replace_file(path, make(found))


def geojson(found: Found) -> bytes:
    """Return the centres as points, with the parameters and the input's hash beside them."""
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [cluster["lon"], cluster["lat"]]},
            "properties": {key: value for key, value in cluster.items() if key not in {"lon", "lat"}},
        }
        for cluster in found.document["clusters"]
    ]
    about = {key: found.document[key] for key in ("parameters", "simulated", "notes")}
    for name in ("input", "controls"):
        about[name] = {key: value for key, value in (found.document[name] or {}).items() if key != "refused"}
    return (json_text({"type": "FeatureCollection", "anlan": about, "features": features}) + "\n").encode()


def as_csv(found: Found) -> bytes:
    """Return the clusters as CSV for Excel: UTF-8 with a mark, formulas guarded."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for cluster in found.document["clusters"]:
        row = {**cluster, "members": " ".join(map(str, cluster["members"]))}
        writer.writerow([safe_cell(row[name]) for name in COLUMNS])
    return text.getvalue().encode("utf-8-sig")


def summary(document: dict[str, Any]) -> list[str]:
    """Return the sentences that stand above the table."""
    read = _read(document["input"])
    if document["controls"]:
        read += f"; controls of {_read(document['controls'])}"
    asked = document["parameters"]
    first, last = asked["study_period"]
    kind = "alive on the last day" if asked["prospective"] and asked["over"] != "space" else "at any time"
    count = len(document["clusters"])
    against = "" if asked["controls"] is None else f" and {asked['controls']:,} controls"
    noun = "cluster" if count == 1 else "clusters"
    return [
        read,
        f"{count:,} {noun} {kind} with p <= {asked['max_p']:g} ({document['weaker']:,} weaker ones left out),"
        f" among {asked['cases']:,} cases{against} of {first} to {last}",
        f"With no cluster at all, the strongest statistic is {document['simulated']['at_p_0.05']:g} or more"
        f" once in twenty times ({asked['replications']:,} replications)",
    ]


def _read(reading: dict[str, Any]) -> str:
    refused = f", {reading['rows_refused']:,} refused" if reading["rows_refused"] else ""
    return f"{reading['file']}: {reading['rows_read']:,} rows read, {reading['rows_used']:,} used{refused}"


def page(found: Found) -> bytes:
    """Return the page; every text of the input is escaped, and the page may load and run nothing."""
    document = found.document
    marks = [{**cluster, "title": _title(cluster)} for cluster in document["clusters"]]
    view = drawing(replace(found, document={"sites": marks, "watch": []}))
    read, clusters, chance = (escape(note) for note in summary(document))
    warned = (*document["notes"], *document["input"]["warnings"], *(document["controls"] or {}).get("warnings", ()))
    notes = "".join(f'<p class="note"><b>▲</b> {escape(note)}</p>' for note in warned)
    notes += "".join(f"<p>{escape(note)}</p>" for note in document["input"]["notes"])
    text = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<title>Clusters: {escape(document["input"]["file"])}</title>
<style>{STYLE}</style>
</head>
<body>
<header>
<p class="mark">Anlan 安澜</p>
<h1>{clusters.split(",")[0]}</h1>
<p class="lede">{clusters}.</p>
<p>{read}.</p>
<p>{chance}.</p>
{notes}
</header>
<main>
<section class="wide"><h2>Map</h2><div class="scroll" tabindex="0">{view}</div></section>
{_table(document["clusters"])}
<section><h2>How this was found</h2>{list_of(_parameters(document))}</section>
{refused_of(document)}
</main>
<footer>Anlan {escape(__version__)}. Input SHA-256 <code>{escape(document["input"]["sha256"])}</code></footer>
</body>
</html>
"""
    return text.encode()


def _title(cluster: dict[str, Any]) -> str:
    against = "" if cluster["controls"] is None else f" beside {cluster['controls']} controls"
    cases = f"{cluster['observed']} cases{against}, {cluster['expected']:g} expected"
    return f"{cluster['rank']}: {cases}, {cluster['first']} to {cluster['last']}"


def _table(clusters: list[dict[str, Any]]) -> str:
    head = ("Rank", "Place words", "First day", "Last day", "Cases", "Expected", "Ratio", "Statistic", "p",
            "By chance once in", "Radius, m", "Longitude", "Latitude")  # fmt: skip
    rows = (
        (cluster["rank"], cluster["place_words"] or "—", cluster["first"], cluster["last"], cluster["observed"],
         f"{cluster['expected']:.2f}", f"{cluster['ratio']:.1f}", f"{cluster['statistic']:.2f}",
         f"{cluster['p_value']:.3g}", cluster["recurrence"] or "—",
         f"{cluster['radius_m']:.0f}", f"{cluster['lon']:.6f}", f"{cluster['lat']:.6f}")
        for cluster in clusters
    )  # fmt: skip
    return f'<section class="wide"><h2>Clusters</h2>{table_of(head, rows, {1, 2, 3, 9})}</section>'


def _parameters(document: dict[str, Any]) -> Iterable[tuple[str, str]]:
    asked = document["parameters"]
    yield "Method", f"{asked['method']} ({asked['model']}), revision {asked['revision']}"
    for key, value in asked.items():
        if key not in {"method", "model", "revision", "plane"} and value not in (None, [], {}):
            yield key.replace("_", " ").capitalize(), _words(value)


def _words(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} = {number}" for key, number in value.items() if number)
    return " to ".join(map(str, value)) if isinstance(value, list) else str(value)
