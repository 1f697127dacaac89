"""Points of a file: what is refused, what is left out, and what is said about a file that looks wrong."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import pytest

from anlan.geo import from_wgs84
from anlan.tables import Columns, Refusal, TableError, guess_columns, read_points, safe_cell, write_refused

pytestmark = pytest.mark.pure
GOOD = "119.95,31.77,2015-06-26 08:05"


def file_of(tmp_path: Path, *rows: str, header: str = "lon,lat,time") -> Path:
    file = tmp_path / "reports.csv"
    file.write_text("\n".join([header, *rows]) + "\n")
    return file


@pytest.mark.parametrize(
    ("row", "code", "field"),
    [
        (",31.77,2015-06-26", "missing_coordinates", "lon"),
        ("119.95,north,2015-06-26", "not_a_number", "lat"),
        ("119.95,nan,2015-06-26", "missing_coordinates", "lat"),
        ("119.95,inf,2015-06-26", "not_a_number", "lat"),
        ("0,0,2015-06-26", "zero_coordinates", "lon and lat"),
        ("500,31.77,2015-06-26", "outside_world", "lon and lat"),
        ("119.95,31.77,", "missing_time", "time"),
        ("119.95,31.77,soon", "not_a_time", "time"),
        ("119.95,31.77,2015-02-30", "not_a_time", "time"),
        ("119,95,31,77,2015-06-26", "too_many_cells", ""),
    ],
)
def test_a_bad_row_is_refused_with_its_place_and_reason(row: str, code: str, field: str, tmp_path: Path) -> None:
    """Good rows go in; the bad one comes back with record, line, field, code and reason."""
    points = read_points(file_of(tmp_path, GOOD, GOOD, row, GOOD))
    (refused,) = points.summary.refused
    assert (refused.record, refused.line, refused.field, refused.code) == (3, 4, field, code)
    assert refused.reason
    assert points.record.tolist() == [1, 2, 4]
    assert (points.summary.rows_read, points.summary.rows_used) == (4, 3)


def test_swapped_columns_are_said_and_never_repaired(tmp_path: Path) -> None:
    """A file whose columns are exchanged is refused with the options that read it; single such rows are refused."""
    with pytest.raises(TableError, match=r"exchanged.*--lon 'lat' --lat 'lon'"):
        read_points(file_of(tmp_path, *["31.77,119.95,2015-06-26"] * 3))
    points = read_points(file_of(tmp_path, GOOD, GOOD, "31.77,119.95,2015-06-26"))
    assert [one.code for one in points.summary.refused] == ["outside_world"]
    assert "exchanged" in points.warnings[0]


def test_exchanged_names_are_said(tmp_path: Path) -> None:
    """Reading `lat` as longitude is done as told, and said."""
    points = read_points(file_of(tmp_path, "36.8,-76.2,2015-06-26"), columns=Columns(lon="lat", lat="lon"))
    assert points.lon[0] == -76.2
    assert "are the two exchanged?" in points.warnings[0]


def test_a_wrong_coordinate_system_is_recognised(tmp_path: Path) -> None:
    """Metres without `crs`, degrees with a projected one, and a zone elsewhere all say that the system looks wrong."""
    x, y = from_wgs84(119.95, 31.77, "EPSG:4528")
    metres = file_of(tmp_path, f"{float(x)},{float(y)},2015-06-26")
    with pytest.raises(TableError, match=r"coordinate system looks wrong.*EPSG:4528"):
        read_points(metres)
    assert read_points(metres, crs="EPSG:4528").lon[0] == pytest.approx(119.95, abs=1e-6)
    with pytest.raises(TableError, match="look like degrees"):
        read_points(file_of(tmp_path, GOOD), crs="EPSG:4549")
    with pytest.raises(TableError, match="outside the area where GCJ-02 is used"):
        read_points(file_of(tmp_path, "-76.2,36.8,2015-06-26"), crs="GCJ-02")


def test_bounds_refuse_rows_outside_and_a_file_outside(tmp_path: Path) -> None:
    """A row outside the city is refused; a file outside says that the coordinate system looks wrong."""
    city = (119.0, 31.0, 121.0, 32.5)
    points = read_points(file_of(tmp_path, GOOD, GOOD, "100,31.77,2015-06-26"), bounds=city)
    assert [one.code for one in points.summary.refused] == ["outside_bounds"]
    with pytest.raises(TableError, match="outside the city"):
        read_points(file_of(tmp_path, "100,31.77,2015-06-26"), bounds=city)


def test_days_are_decided_by_the_whole_column(tmp_path: Path) -> None:
    """One date that can only be day first decides for all; without one the rows are refused, not guessed."""
    rows = ["119.95,31.77,3/4/2015 08:00", "119.95,31.77,25/4/2015 08:00"]
    assert [str(one)[:10] for one in read_points(file_of(tmp_path, *rows)).time] == ["2015-04-03", "2015-04-25"]
    with pytest.raises(TableError, match="--time-order"):
        read_points(file_of(tmp_path, rows[0]))
    assert str(read_points(file_of(tmp_path, rows[0]), order="mdy").time[0])[:10] == "2015-03-04"
    both = read_points(file_of(tmp_path, *rows, "119.95,31.77,4/25/2015 08:00"))
    assert [(one.record, one.code) for one in both.summary.refused] == [(1, "ambiguous_time")]


def test_what_was_asked_for_is_counted_apart_from_what_was_refused(tmp_path: Path) -> None:
    """Rows that `where`, `since` and `until` leave out are no refused rows."""
    rows = [f"{GOOD},A", "119.95,31.77,2015-06-27 00:00, a ", "119.95,31.77,2015-07-01 08:00,a", ",,x,B"]
    file = file_of(tmp_path, *rows, header="lon,lat,time,kind")
    points = read_points(file, where=["kind=a"], since=date(2015, 6, 27), until=date(2015, 6, 27))
    assert points.record.tolist() == [2]
    assert points.summary.left_out == {"where": 1, "since": 1, "until": 1}
    assert points.summary.refused == ()
    either = read_points(file, where=[("kind", "a"), ("kind", "c")])
    assert len(either) == 3
    for day in ({"until": date(9999, 12, 31)}, {"since": date(1, 1, 1)}):
        with pytest.raises(TableError, match="beyond the calendar"):
            read_points(file, tz="Asia/Shanghai", **day)


def test_clock_times_of_1900_are_not_taken_for_the_time() -> None:
    """A column named time that holds 1900-01-01 is passed over, even where nothing else is there."""
    row = {"lon": 1, "lat": 2, "time": "1900-01-01 07:32:00", "when": "2010-09-30 07:32:00"}
    assert guess_columns(row, [row]).columns.time == "when"


def test_refused_rows_are_written_without_live_formulas() -> None:
    """The file of refused rows has one line a row, and no cell runs."""
    out = io.StringIO()
    write_refused(out, [Refusal(3, 4, "=lon", "not_a_number", "'+1' is no number"), Refusal(5, None, "t", "c", "-x")])
    rows = list(csv.reader(io.StringIO(out.getvalue())))
    assert rows[0] == ["record", "line", "field", "code", "reason"]
    assert rows[1] == ["3", "4", "'=lon", "not_a_number", "'+1' is no number"]
    assert rows[2] == ["5", "", "t", "c", "'-x"]


@pytest.mark.parametrize("text", ["=1+1", "+1+1", "-1-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\ufeff=1", "＝1"])
def test_formulas_are_guarded(text: str) -> None:
    """Whatever a spreadsheet would run gets an apostrophe before it; numbers and words stay as they are."""
    assert safe_cell(text) == "'" + text
    assert (safe_cell(-1.5), safe_cell("a=b"), safe_cell("-75.25"), safe_cell(None)) == (-1.5, "a=b", "-75.25", None)
