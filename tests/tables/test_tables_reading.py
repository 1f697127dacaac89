"""Files of every usual kind, read as records."""

from __future__ import annotations

import io
import json
from copy import deepcopy
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from anlan.tables import (
    Opening,
    TableError,
    as_text,
    open_records,
    parse_number,
    plain_numbers,
    read_points,
    texts_of,
)

pytestmark = pytest.mark.pure
HEADER = ["编号", "经度", "纬度", "接报时间", "地点"]
ROWS = [
    ["A1", "119.951", "31.772", "2015-06-26 08:05:00", "兰陵北路，铁路桥下"],
    ["A2", "119.962", "31.781", "2015-06-27 09:15:30", "关河西路"],
]


def text(delimiter: str) -> str:
    return "\r\n".join(delimiter.join(row) for row in [HEADER, *ROWS]) + "\r\n"


def values(path: Path | io.BytesIO) -> list[dict[str, Any]]:
    with open_records(path) as records:
        return [record.values for record in records]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_text_is_read_in_every_usual_encoding_and_delimiter(encoding: str, delimiter: str, tmp_path: Path) -> None:
    """Nobody has to name the encoding or the delimiter, and Chinese headers are understood."""
    file = tmp_path / "reports.csv"
    file.write_bytes(text(delimiter).encode(encoding))
    assert values(file) == [dict(zip(HEADER, row, strict=True)) for row in ROWS]
    points = read_points(file, tz="Asia/Shanghai")
    assert points.columns.time == "接报时间"
    assert points.lon.tolist() == [119.951, 119.962]
    assert points.ids == ("A1", "A2")
    assert points.words == ("兰陵北路，铁路桥下", "关河西路")
    assert str(points.time[0]) == "2015-06-26T00:05:00.000000"


def test_a_mark_inside_the_header_is_cleaned() -> None:
    """A byte order mark in the middle of the header is no part of a column's name."""
    with open_records(io.BytesIO("a,\ufeffid, b \n1,2,3\n".encode())) as records:
        assert records.columns == ("a", "id", "b")


def test_records_know_their_number_and_line(tmp_path: Path) -> None:
    """Numbers count records from 1; lines count lines, also past empty ones and cells of two lines."""
    file = tmp_path / "a.csv"
    file.write_text('id,words\n1,"two\nlines"\n\n2,one\n')
    with open_records(file) as records:
        assert [(one.number, one.line) for one in records] == [(1, 2), (2, 5)]
        assert len(records.sha256) == 64


def test_decimal_commas_are_numbers(tmp_path: Path) -> None:
    """`119,951;31,772` is read as degrees."""
    file = tmp_path / "a.csv"
    file.write_text("lon;lat;time\n119,951;31,772;26.06.2015 08:05\n")
    points = read_points(file)
    assert (points.lon[0], points.lat[0]) == (119.951, 31.772)
    assert str(points.time[0]).startswith("2015-06-26T08:05")


def test_excel_geojson_ndjson_and_parquet_give_the_same_points(tmp_path: Path) -> None:
    """The same two reports come out of every kind of file, whatever the name ends with."""
    at = [datetime.fromisoformat(row[3]) for row in ROWS]
    plain = [
        {"id": row[0], "lon": float(row[1]), "lat": float(row[2]), "time": str(t)}
        for row, t in zip(ROWS, at, strict=True)
    ]
    book = openpyxl.Workbook()
    book.active.append(["id", "lon", "lat", "time"])
    for one, moment in zip(plain, at, strict=True):
        book.active.append([one["id"], one["lon"], one["lat"], moment])
    book.save(tmp_path / "a.dat")
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [one["lon"], one["lat"]]},
            "properties": {"id": one["id"], "time": one["time"]},
        }
        for one in plain
    ]
    (tmp_path / "b.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}, indent=1))
    (tmp_path / "c.ndjson").write_text("\n".join(map(json.dumps, plain)))
    (tmp_path / "d.json").write_text(json.dumps(plain))
    pq.write_table(
        pa.Table.from_pylist([{**one, "time": t} for one, t in zip(plain, at, strict=True)]), tmp_path / "e.parquet"
    )
    found = [
        read_points(tmp_path / name, tz="Asia/Shanghai")
        for name in ("a.dat", "b.geojson", "c.ndjson", "d.json", "e.parquet")
    ]
    for points in found:
        assert points.lon.tolist() == [119.951, 119.962]
        assert points.time.tolist() == found[0].time.tolist()
        assert points.ids == ("A1", "A2")


LATE = [json.dumps({"id": n}) for n in range(1200)] + ['{"id": 1200, "depth": 40}']


@pytest.mark.parametrize("file", ["\n".join(LATE), f"[{','.join(LATE)}]"])
def test_what_only_the_last_object_has_is_a_column_too(file: str) -> None:
    """However many objects came before it, by lines or in a list."""
    assert [one["depth"] for one in values(io.BytesIO(file.encode()))[-2:]] == [None, 40]


def test_a_line_that_is_no_object_is_told_when_it_is_reached() -> None:
    """What stands before it is read."""
    read = []
    file = io.BytesIO("\n".join([*LATE, "{"]).encode())
    with open_records(file) as records, pytest.raises(TableError, match="line 1202"):
        read.extend(one.values for one in records)
    assert len(read) == 1201


def test_a_sheet_is_found_by_name_and_a_wrong_name_lists_them(tmp_path: Path) -> None:
    """Excel has sheets: the first by default, another by name, a wrong name says which there are."""
    book = openpyxl.Workbook()
    book.active.append(["a"])
    book.create_sheet("报表").append(["b"])
    book.save(tmp_path / "a.xlsx")
    with open_records(tmp_path / "a.xlsx", opening=Opening(sheet="报表")) as records:
        assert records.columns == ("b",)
    with pytest.raises(TableError, match="报表"):
        open_records(tmp_path / "a.xlsx", opening=Opening(sheet="none"))


@pytest.mark.parametrize(
    ("content", "say"),
    [
        (b"", "empty"),
        (b"\n\n", "empty lines"),
        (b"lon,lat,time\n", "no record"),
        (b"lon,lat,lat\n1,2,3\n", "lat (1), lat (2)"),
        (b"lon,lat\0,time\n1,2,3\n", "NUL"),
        (b'lon,lat,time\n1,"2,3\n4,5,6\n', "line 2: a quote"),
        (b'lon,lat,time\n1,"2"x,3\n', "line 2: a quote"),
        (b"lon,lat,time\n1,2," + b"x" * 10_000_000 + b"\n", "line 2"),
        (b'lon,lat,time\n1,2,"' + b"x\n" * 5_000_000, "line 2"),
        ("lon,lat,time,地点\n1,2,2015-01-01,长虹路\n1,2,2015-01-01,".encode() + b"\xff\n", "line 3 cannot be read"),
        (b"\xd0\xcf\x11\xe0rest", "old Excel"),
        (b"\x1f\x8brest", "unpack"),
        (b"PK\x03\x04rest", "Excel"),
        (b"PAR1rest", "Parquet"),
        (b"{broken", "no JSON"),
        (b"[" * 100_000, "nested"),
        (b'{"a": 1}\n{"a"\n', "line 2"),
        (b"east,north,when\n1,2,3\n", "The columns are: east, north, when"),
    ],
)
def test_a_broken_file_says_what_is_wrong_with_it(content: bytes, say: str, tmp_path: Path) -> None:
    """Every broken file ends in one clear TableError, never in another exception."""
    file = tmp_path / "reports.csv"
    file.write_bytes(content)
    with pytest.raises(TableError) as caught:
        read_points(file)
    assert say in str(caught.value)


def test_what_is_said_of_a_file_has_a_code_and_limits() -> None:
    """So that a page says it in words of its own; in English it stands as before, and a copy keeps both."""
    titled = (
        b"Floods;;;\nExported;;;\nid;date;lon;lat\n1;2016-01-01 10:00;-76.3;36.85\n2;2016-01-03 10:00;-76.3;36.85\n"
    )
    (found,) = deepcopy(open_records(io.BytesIO(titled), name="x.csv").notes)
    assert (found.code, found.limits, "--head-row" in found) == ("head_found", {"row": 3}, True)
    with pytest.raises(TableError) as error:
        open_records(io.BytesIO(b"1,2016-01-01,3.5\n2,2016-01-02,4.5\n"), name="x.csv")
    limits = error.value.limits
    assert (error.value.code, limits["line"], limits["count"], limits["first"][1]) == (
        "headless", 1, 3, [2, "2", "2016-01-02", "4.5"],
    )  # fmt: skip


def test_columns_of_one_name_keep_all_their_cells() -> None:
    """A number that another column has in its own name is left to it."""
    for head in ("x,x,x (1)", "x (1),x,x", "x,x (2),x", "x,x,x (1),x (1)"):
        width = head.count(",") + 1
        cells = [str(n) for n in range(width)]
        with open_records(io.BytesIO(f"{head}\n{','.join(cells)}\n".encode())) as records:
            assert len(set(records.columns)) == width
            assert [list(record.values.values()) for record in records] == [cells]
    with open_records(io.BytesIO(b"x,x,x (1)\n1,2,3\n")) as records:
        assert records.columns == ("x (2)", "x (3)", "x (1)")


@pytest.mark.parametrize(
    "odd",
    [
        "",
        " 1",
        "1_000",
        "nan",
        "inf",
        "1e400",
        "1,5",
        "1 000",
        "−1",
        "+.5E3",
        "-0.0",
        "１２",
        "٣",
        "0x10",
        None,
        7,
        7.0,
        True,
    ],
)
def test_a_column_read_at_once_is_read_as_cell_by_cell(odd: Any) -> None:
    """Plain numbers and texts are what each by itself is; a column that holds anything else is left to its cells."""
    column = ["119.97", "-31.5", "1e2", odd]
    numbers = plain_numbers(column)
    assert plain_numbers(column[:3]) == [119.97, -31.5, 100.0]
    assert numbers is None or [*map(repr, numbers)] == [repr(parse_number(cell)) for cell in column]
    assert texts_of(column) == [as_text(cell) for cell in column]
    assert texts_of([" 长虹路 ", "x\u3000"]) == ["长虹路", "x"]
