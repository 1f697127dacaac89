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
    "rank", "lon", "lat", "radius_m", "places", "first", "last", "observed", "expected", "ratio", "statistic",
    "p_value", "gumbel_p_value", "recurrence_interval_days", "recurrence", "place_words", "members",
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
            "geometry": {"type": "Point", "coordinates": [one["lon"], one["lat"]]},
            "properties": {key: value for key, value in one.items() if key not in {"lon", "lat"}},
        }
        for one in found.document["clusters"]
    ]
    told = {key: found.document[key] for key in ("parameters", "simulated", "notes")}
    told["input"] = {key: value for key, value in found.document["input"].items() if key != "refused"}
    return (json_text({"type": "FeatureCollection", "anlan": told, "features": features}) + "\n").encode()


def as_csv(found: Found) -> bytes:
    """Return the clusters as CSV for Excel: UTF-8 with a mark, formulas guarded."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for one in found.document["clusters"]:
        row = {**one, "members": " ".join(map(str, one["members"]))}
        writer.writerow([safe_cell(row[name]) for name in COLUMNS])
    return text.getvalue().encode("utf-8-sig")


def summary(told: dict[str, Any]) -> list[str]:
    """Return the sentences that stand above the table."""
    read = f"{told['input']['file']}: {told['input']['rows_read']:,} rows read, {told['input']['rows_used']:,} used"
    if told["input"]["rows_refused"]:
        read += f", {told['input']['rows_refused']:,} refused"
    asked = told["parameters"]
    first, last = asked["study_period"]
    kind = "alive on the last day" if asked["prospective"] else "at any time"
    count = len(told["clusters"])
    sure = sum(one["p_value"] <= 0.05 for one in told["clusters"])
    noun = "cluster" if count == 1 else "clusters"
    return [
        read,
        f"{count:,} {noun} {kind}, {sure:,} with p <= 0.05, among {asked['cases']:,} cases of {first} to {last}",
        f"With no cluster at all, the strongest statistic is {told['simulated']['at_p_0.05']:g} or more once in twenty "
        f"times ({asked['replications']:,} replications)",
    ]


def page(found: Found) -> bytes:
    """Return the page; every text of the input is escaped, and the page may load and run nothing."""
    told = found.document
    marks = [{**one, "title": _title(one)} for one in told["clusters"]]
    view = drawing(replace(found, document={"sites": marks, "watch": []}))
    read, clusters, chance = (escape(one) for one in summary(told))
    notes = "".join(
        f'<p class="note"><b>▲</b> {escape(one)}</p>' for one in (*told["notes"], *told["input"]["warnings"])
    )
    text = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<title>Clusters: {escape(told["input"]["file"])}</title>
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
{_table(told["clusters"])}
<section><h2>How this was found</h2>{list_of(_parameters(told))}</section>
{refused_of(told)}
</main>
<footer>Anlan {escape(__version__)}. Input SHA-256 <code>{escape(told["input"]["sha256"])}</code></footer>
</body>
</html>
"""
    return text.encode()


def _title(one: dict[str, Any]) -> str:
    return f"{one['rank']}: {one['observed']} cases, {one['expected']:g} expected, {one['first']} to {one['last']}"


def _table(clusters: list[dict[str, Any]]) -> str:
    head = ("Rank", "Place words", "First day", "Last day", "Cases", "Expected", "Ratio", "Statistic", "p",
            "By chance once in", "Radius, m", "Longitude", "Latitude")  # fmt: skip
    rows = (
        (one["rank"], one["place_words"] or "—", one["first"], one["last"], one["observed"], f"{one['expected']:.2f}",
         f"{one['ratio']:.1f}", f"{one['statistic']:.2f}", f"{one['p_value']:.3g}", one["recurrence"] or "—",
         f"{one['radius_m']:.0f}", f"{one['lon']:.6f}", f"{one['lat']:.6f}")
        for one in clusters
    )  # fmt: skip
    return f'<section class="wide"><h2>Clusters</h2>{table_of(head, rows, {1, 2, 3, 9})}</section>'


def _parameters(told: dict[str, Any]) -> Iterable[tuple[str, str]]:
    asked = told["parameters"]
    yield "Method", f"{asked['method']} ({asked['model']}), revision {asked['revision']}"
    for key, value in asked.items():
        if key not in {"method", "model", "revision", "plane"} and value not in (None, [], {}):
            yield key.replace("_", " ").capitalize(), _words(value)


def _words(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} = {one}" for key, one in value.items() if one)
    return " to ".join(map(str, value)) if isinstance(value, list) else str(value)
