"""Sites as GeoJSON, CSV or Parquet; the page is in `sites_page`."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from anlan.analysis.commands.sites.document import Found, json_text
from anlan.tables import safe_cell

COLUMNS = (
    "kind",
    "rank",
    "lon",
    "lat",
    "radius_m",
    "reports",
    "episodes",
    "first",
    "last",
    "place_words",
    "chance",
    "members",
)


def writer_of(out: Path) -> Callable[[Found, Path], None]:
    """Return what writes a file of that extension."""
    makers = {".geojson": geojson, ".csv": as_csv, ".parquet": parquet, ".html": page}
    if out.suffix.lower() not in makers:
        raise ValueError(f"--out {out.name}: end the name with .geojson, .csv, .parquet or .html")
    make = makers[out.suffix.lower()]
    return lambda found, path: replace_file(path, make(found))


def replace_file(path: Path, content: bytes) -> None:
    """Write beside and move into place, so that a full disk never leaves half a file."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _rows(found: Found) -> list[dict[str, Any]]:
    first = "recurrent" if found.document["parameters"]["min_episodes"] > 1 else "dense"
    return [
        {"kind": kind, **place}
        for kind, ones in ((first, found.document["sites"]), ("watch", found.document["watch"]))
        for place in ones
    ]


def geojson(found: Found) -> bytes:
    """Return the sites as points, with the parameters and the input's hash beside them."""
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [place["lon"], place["lat"]]},
            "properties": {key: value for key, value in place.items() if key not in {"lon", "lat"}},
        }
        for place in _rows(found)
    ]
    about = {key: found.document[key] for key in ("parameters", "episodes", "chance", "left_out", "notes")}
    about["input"] = {key: value for key, value in found.document["input"].items() if key != "refused"}
    return (json_text({"type": "FeatureCollection", "anlan": about, "features": features}) + "\n").encode()


def as_csv(found: Found) -> bytes:
    """Return the sites as CSV for Excel: UTF-8 with a mark, formulas guarded."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for place in _rows(found):
        row = {**place, "members": " ".join(map(str, place["members"]))}
        writer.writerow([safe_cell(row[name]) for name in COLUMNS])
    return text.getvalue().encode("utf-8-sig")


def parquet(found: Found) -> bytes:
    """Return the sites as Parquet, with the parameters in the file's metadata."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = {"rank": pa.int64(), "reports": pa.int64(), "episodes": pa.int64(), "members": pa.list_(pa.int64())}
    kinds |= {name: pa.float64() for name in ("lon", "lat", "radius_m", "chance")}
    schema = pa.schema([(name, kinds.get(name, pa.string())) for name in COLUMNS])
    about = {key: json.dumps(found.document[key], ensure_ascii=False) for key in ("parameters", "episodes")}
    about["sha256"] = found.document["input"]["sha256"]
    table = pa.Table.from_pylist(_rows(found), schema=schema).replace_schema_metadata(about)
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
    return bytes(sink.getvalue().to_pybytes())


def page(found: Found) -> bytes:
    """Return the self-contained page."""
    from anlan.analysis.commands.sites.page import html

    return html(found).encode()
