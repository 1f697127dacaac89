"""How a file is read: the options that every command on a file has."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from anlan.tables import Opening

FILE_HELP = "CSV, Excel, GeoJSON, NDJSON, Parquet; with anlan[gis] Shapefile, KML, GPX."
TimeOption = Annotated[
    list[str] | None,
    typer.Option(help="Column of times; a second --time names the time of day where it stands apart."),
]
CrsOption = Annotated[
    str | None, typer.Option(help="EPSG:nnnn, WGS84, CGCS2000, GCJ-02 or BD-09; else the file's own, else WGS84.")
]
TimeOrderOption = Annotated[
    str | None, typer.Option(help="dmy, mdy, or ymd of years with two digits, where no date of the column proves it.")
]
SheetOption = Annotated[
    str | None, typer.Option(help="Sheet of a workbook, list of a JSON file, layer of a map; default the first.")
]
EncodingOption = Annotated[
    str | None, typer.Option(help="Encoding of a text: windows-1252, latin-1, big5, gb18030; else it is guessed.")
]
HeadRowOption = Annotated[
    int | None, typer.Option(min=1, help="Row on which the names of the columns stand; else it is guessed.")
]
ColumnsOption = Annotated[str | None, typer.Option(help="Names of the columns of a file that has none: NAME,NAME,...")]
RepresentativeOption = Annotated[
    bool, typer.Option("--representative-points", help="Take lines and areas by a point on each.")
]


def columns_of(lon: str | None, lat: str | None, time: Sequence[str] | None, id_: str | None) -> Mapping[str, Any]:
    """Return the columns that were named."""
    return {"lon": lon, "lat": lat, "id": id_} | times_of(time)


def times_of(time: Sequence[str] | None) -> dict[str, str | None]:
    """Return the column of times, and that of times of day where two were named."""
    named = list(time or ())
    if len(named) > 2:
        raise ValueError("--time stands at most twice: for the day, and for the time of day")
    day, clock = (*named, None, None)[:2]
    return {"time": day, "time_of_day": clock}


def opening_of(
    sheet: str | None, encoding: str | None, head_row: int | None, columns: str | None, representative: bool
) -> Opening:
    """Return how the file is opened."""
    from anlan.tables import Opening

    names = tuple(name.strip() for name in next(csv.reader([columns]))) if columns else ()
    return Opening(sheet, encoding, head_row, names, representative)
