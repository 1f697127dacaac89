"""Files as people have them, read by `anlan spots`: what is guessed is said, and what cannot be is asked."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from anlan.cli import app
from anlan.tables import guarded, open_records, safe_cell
from anlan.tables._cells import unguarded

pytestmark = pytest.mark.pure
PLACE = (-76.3, 36.85)


def spots(file: Path, *options: str) -> Result:
    return CliRunner().invoke(app, ["spots", str(file), "--json", *options])


def told(content: str | bytes, folder: Path, *options: str, name: str = "in.csv") -> dict[str, Any]:
    """Write a file, read it, and return the document."""
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return of(spots(file, *options))


def of(answer: Result) -> dict[str, Any]:
    assert answer.exit_code == 0, answer.output
    return dict(json.loads(answer.stdout))


def columns(document: dict[str, Any]) -> dict[str, Any]:
    return dict(document["parameters"]["columns"])


@pytest.mark.parametrize(
    ("end", "begin"),
    [
        ("completion_date", "creation_date"), ("ClosedDate", "OpenDate"), ("Date Resolved", "Date Reported"),
        ("CMPLNT_TO_DT", "CMPLNT_FR_DT"), ("last_updated", "submitted_on"), ("due_date", "logged_date"),
        ("enddate", "startdate"), ("办结时间", "受理时间"), ("完成日期", "创建日期"), ("结案时间", "立案时间"),
        ("截止日期", "登记日期"), ("到达时间", "接警时间"), ("回复时间", "留言时间"), ("closing", "when"),
    ],
)  # fmt: skip
def test_the_time_of_an_end_never_goes_before_that_of_a_beginning(end: str, begin: str, tmp_path: Path) -> None:
    """However they are called, wherever they stand; the other column is named beside the one that was taken."""
    document = told(f"{end},{begin},lon,lat\n2016-05-01,2016-01-01,-76.3,36.85\n2016-05-01,2016-01-03,-76.3,36.85\n",
                    tmp_path)  # fmt: skip
    assert columns(document)["time"] == begin
    assert len(document["episodes"]) == 2
    assert any(repr(end) in note for note in document["input"]["notes"])


def test_where_only_an_end_is_there_it_is_taken_and_said(tmp_path: Path) -> None:
    """A file that tells nothing else is read, with the doubt in words."""
    document = told("closed,lon,lat\n2016-01-01,-76.3,36.85\n2016-01-03,-76.3,36.85\n", tmp_path)
    assert any("end" in note and "--time" in note for note in document["input"]["notes"])


def test_the_terminal_names_columns_system_and_zone(tmp_path: Path) -> None:
    """Nobody has to guess what was guessed."""
    file = tmp_path / "in.csv"
    file.write_text("when,lng,lat\n2016-01-01,-76.3,36.85\n2016-01-03,-76.3,36.85\n")
    said = CliRunner().invoke(app, ["spots", str(file)]).stdout.replace("\n", " ")
    assert all(words in said for words in ("lon = lng", "lat = lat", "time = when", "EPSG:4326", "UTC"))


@pytest.mark.parametrize(
    ("names", "first", "second", "hour"),
    [
        ("ACCIDENTDATE,ACCIDENTTIME", "3/01/2006,23.50.00", "14/01/2006,08.15.00", 23),
        ("CRASH DATE,CRASH TIME", "2016-01-03T00:00:00,23:50", "2016-01-14T00:00:00,8:15", 23),
        ("日期,时间", "2016年1月3日,23时50分", "2016年1月14日,8时15分", 23),
        ("时间,日期", "23.50.00,2016年1月3日", "08.15.00,2016年1月14日", 23),
        ("date,ALARM_TM", "2016-01-03,2350", "2016-01-14,815", None),
    ],
)
def test_days_are_joined_with_their_times_of_day(
    names: str, first: str, second: str, hour: int | None, tmp_path: Path
) -> None:
    """By a common name on their own; otherwise it is said that hours are not used, and two --time join them."""
    content = f"{names},lon,lat\n{first},-76.3,36.85\n{second},-76.3,36.85\n"
    document = told(content, tmp_path)
    day, clock = sorted(names.split(","), key=lambda name: name == "时间" or "TIME" in name or "TM" in name)
    if hour is None:
        assert "time_of_day" not in columns(document)
        assert any("--time" in note and clock in note for note in document["input"]["notes"])
        document = told(content, tmp_path, "--time", day, "--time", clock)
    assert columns(document)["time_of_day"] == clock
    assert document["episodes"][0]["first"][11:16] == "23:50"


def test_a_day_whose_time_of_day_is_missing_is_refused(tmp_path: Path) -> None:
    """It is not taken for midnight."""
    rows = "2016-01-03,23:50,-76.3,36.85\n2016-01-04,,-76.3,36.85\n2016-01-05,01:00,-76.3,36.85\n"
    assert told(f"date,time,lon,lat\n{rows}", tmp_path)["input"]["reasons"] == {"missing_time": 1}


@pytest.mark.parametrize("bad", ["2014-07-01 25:05", "soon", ""])
def test_one_bad_cell_of_three_hides_no_column(bad: str, tmp_path: Path) -> None:
    """The column is found, and that row alone is refused."""
    rows = f"1,2014-07-01 10:00,-76.25,36.9\n2,2014-07-01 10:05,-76.25,36.9\n3,{bad},-76.25,36.9\n"
    document = told(f"id,received,lon,lat\n{rows}", tmp_path)
    assert (columns(document)["time"], document["input"]["rows_refused"]) == ("received", 1)


def test_degrees_in_each_other_s_column_are_said_where_both_orders_are_possible(tmp_path: Path) -> None:
    """Points that lie far from every town, and near one the other way round; nothing is repaired."""
    rows = "".join(f"{{0}},{{1}},2016-04-{day} 07:54\n" for day in (12, 13, 15))
    wrong = told("Latitude,Longitude,dt\n" + rows.format(-76.10625, 43.05527), tmp_path)
    assert any("exchanged" in warning for warning in wrong["input"]["warnings"])
    for lon, lat in [(-76.10625, 43.05527), (119.97, 31.77), (13.4, 52.5), (36.8, -1.28), (72.8, 19.0)]:
        assert told("Longitude,Latitude,dt\n" + rows.format(lon, lat), tmp_path)["input"]["warnings"] == []


def test_single_rows_in_each_other_s_column_are_counted(tmp_path: Path) -> None:
    """Among many good ones, though each is a possible place."""
    good = "".join(f"-76.1,43.0{n},2016-04-{n + 10} 07:54\n" for n in range(9))
    document = told(f"lon,lat,dt\n{good}43.05,-76.1,2016-04-20 07:54\n", tmp_path)
    assert any(warning.startswith("1 rows") for warning in document["input"]["warnings"])


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("Lat/Long", "36.85 -76.3"), ("Lat/Long", "36.85,   -76.3"), ("location", "(36.85, -76.3)"),
        ("the_geom", "POINT (-76.3 36.85)"), ("经纬度", "-76.3，36.85"), ("Location 1", "9 Main St\n(36.85, -76.3)"),
        ("坐标", "36°51'00\"N, 76°18'00\"W"), ("where", "N36°51'0\" W76°18'0\""), ("坐标", "西经76度18分北纬36度51分"),
        ("geo", '{"type": "Point", "coordinates": [-76.3, 36.85]}'),
    ],
)  # fmt: skip
def test_both_coordinates_of_one_cell_are_read(name: str, cell: str, tmp_path: Path) -> None:
    """Whatever stands between them, in the order that the cell or its column's name says."""
    quoted = '"' + cell.replace('"', '""') + '"'
    document = told(f"time,{name}\n2016-01-01,{quoted}\n2016-01-03,{quoted}\n", tmp_path)
    site = document["sites"][0]
    assert (round(site["lon"], 4), round(site["lat"], 4)) == PLACE
    assert columns(document)["lon"] == columns(document)["lat"] == name


def test_an_order_that_nothing_proves_is_said(tmp_path: Path) -> None:
    """Latitude is taken first, and a reader is told so."""
    document = told('time,place\n2016-01-01,"36.85, 76.3"\n2016-01-03,"36.85, 76.3"\n', tmp_path)
    assert any("latitude before longitude" in note for note in document["input"]["notes"])


def test_degrees_minutes_and_seconds_are_read_in_two_columns(tmp_path: Path) -> None:
    """With signs of degrees, and sides of the world in letters or characters."""
    rows = "2016-01-01,76°18'00\"W,36°51'00\"N\n2016-01-03,西经76°18′,北纬36°51′\n".replace('"', '""')
    quoted = "".join(",".join(f'"{cell}"' for cell in row.split(",")) + "\n" for row in rows.splitlines())
    site = told(f"time,lon,lat\n{quoted}", tmp_path)["sites"][0]
    assert (round(site["lon"], 4), round(site["lat"], 4)) == PLACE


GOOD = "1,2016-01-01 10:00,-76.3,36.85\n2,2016-01-03 10:00,-76.3,36.85\n"


def test_names_are_found_below_titles(tmp_path: Path) -> None:
    """Also where the title has no delimiter of its own; the row is said, and another can be named."""
    for delimiter in ",;\t":
        for title in (f"Floods{delimiter * 3}\nExported{delimiter * 3}\n", "Floods 2016\nExported 2017-01-01\n"):
            content = title + ("id,date,lon,lat\n" + GOOD).replace(",", delimiter)
            document = told(content, tmp_path)
            assert (document["input"]["rows_used"], columns(document)["id"]) == (2, "id")
            assert any("row 3" in note for note in document["input"]["notes"])
            assert told(content, tmp_path, "--head-row", "3")["input"]["rows_used"] == 2


def test_a_file_without_names_is_told_and_can_be_named(tmp_path: Path) -> None:
    """Its first row is no head, and no report of it is lost."""
    file = tmp_path / "in.csv"
    file.write_text(GOOD)
    answer = spots(file)
    assert answer.exit_code == 2
    assert all(words in answer.stderr for words in ("line 1 looks like data", "--columns"))
    assert of(spots(file, "--columns", "id,time,lon,lat"))["input"]["rows_used"] == 2
    assert spots(file, "--columns", "id,time").exit_code == 2


def test_an_office_s_workbook_is_read(tmp_path: Path) -> None:
    """A merged title, heads in two rows, and a day that is merged over the rows below it."""
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["2016年积水点登记表"], ["编号", "日期", "坐标", None, "地点"], [None, None, "经度", "纬度", None],
                ["A1", "2016年6月17日", 119.97, 31.77, "长虹路"], ["A2", None, 119.97, 31.77, "长虹路"],
                ["A3", "2016年6月19日", 119.97, 31.77, "长虹路"]):  # fmt: skip
        sheet.append(row)
    for cells in ("A1:E1", "A2:A3", "B2:B3", "C2:D2", "E2:E3", "B4:B5"):
        sheet.merge_cells(cells)
    book.create_sheet("说明")
    book.save(tmp_path / "in.xlsx")
    document = of(spots(tmp_path / "in.xlsx"))
    assert columns(document) == {"lon": "经度", "lat": "纬度", "time": "日期", "id": "编号", "episode": None}
    assert (document["input"]["rows_read"], document["input"]["rows_used"]) == (3, 3)
    assert any("说明" in note for note in document["input"]["notes"])


def test_a_name_used_twice_hinders_only_its_own_use(tmp_path: Path) -> None:
    """Columns of one name are told apart by a number."""
    assert told("id,time,lon,lat,x,x\n" + GOOD.replace("\n", ",a,b\n"), tmp_path)["input"]["rows_used"] == 2
    file = tmp_path / "twice.csv"
    file.write_text("id,time,lon,lat,lat\n" + GOOD.replace("\n", ",0\n"))
    assert "lat (1), lat (2)" in spots(file).stderr
    assert of(spots(file, "--lat", "lat (1)"))["sites"][0]["lat"] == 36.85


@pytest.mark.parametrize(
    ("encoding", "words"),
    [("gb18030", "长虹路 3 号"), ("big5", "忠孝東路一段"), ("cp1252", "Café – Straße"), ("latin-1", "Ñuñoa \x81")],
)
def test_an_encoding_is_told_by_its_letters(encoding: str, words: str, tmp_path: Path) -> None:
    """And said; naming it gives the same."""
    content = f"id,time,lon,lat,location\n{GOOD}".replace("36.85\n", f"36.85,{words}\n").encode(encoding)
    document = told(content, tmp_path)
    assert document["sites"][0]["place_words"] == " ".join(words.replace("\x81", "").split())
    assert any("--encoding" in note for note in document["input"]["notes"])
    named = told(content, tmp_path, "--encoding", encoding)
    assert named["sites"] == document["sites"]


def test_the_line_that_an_encoding_cannot_read_is_the_true_one(tmp_path: Path) -> None:
    """However far the file is read ahead."""
    lines = [f"{n},2016-01-01 10:00,-76.3,36.85,a" for n in range(4_000)]
    lines[3_000] = "3000,2016-01-01 10:00,-76.3,36.85,\xe9"
    file = tmp_path / "in.csv"
    file.write_bytes("\n".join(["id,time,lon,lat,words", *lines]).encode("latin-1"))
    answer = spots(file, "--encoding", "utf-8")
    assert (answer.exit_code, "line 3002" in answer.stderr) == (2, True)
    assert spots(file, "--encoding", "klingon").exit_code == 2


def test_an_open_quote_is_told_with_the_line_on_which_it_opens(tmp_path: Path) -> None:
    """Also far down a file whose rest it swallows."""
    lines = [f'{n},2016-01-01 10:00,-76.3,36.85,"a{n}"' for n in range(500)]
    lines[300] = '300,2016-01-01 10:00,-76.3,36.85,"open'
    file = tmp_path / "in.csv"
    file.write_text("\n".join(["id,time,lon,lat,words", *lines, ""]))
    answer = spots(file)
    assert (answer.exit_code, "line 302" in answer.stderr) == (2, True)


def feature(n: int, day: int, **geometry: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": {"id": n, "date": f"2016-01-0{day}T10:00:00Z"},
            "geometry": geometry or {"type": "Point", "coordinates": list(PLACE)}}  # fmt: skip


ROWS = [{"id": 1, "lng": -76.3, "lat": 36.85, "time": "2016-01-01"},
        {"id": 2, "lng": -76.3, "lat": 36.85, "time": "2016-01-03"}]  # fmt: skip
ESRI = [{"attributes": {"OBJECTID": n, "date": f"2016-01-0{n}T10:00:00Z"}, "geometry": {"x": x, "y": y}}
        for n, x, y in [(1, -8493677.1, 4418219.3), (3, -8493677.1, 4418219.3)]]  # fmt: skip
SQUARE = [[[-76.31, 36.84], [-76.29, 36.84], [-76.29, 36.86], [-76.31, 36.86], [-76.31, 36.84]]]


@pytest.mark.parametrize(
    ("whole", "options"),
    [
        ({"issues": ROWS, "metadata": {"total": 2}, "errors": []}, []),
        ({"response": {"data": {"items": ROWS}}}, []),
        ({"success": True, "result": {"fields": [{"id": "lng"}], "records": ROWS}}, []),
        ({"kept": ROWS, "dropped": ROWS}, ["--sheet", "kept"]),
        ([{"time": row["time"], "location": {"latitude": "36.85", "longitude": "-76.3"}} for row in ROWS], []),
        ({"features": ESRI, "spatialReference": {"wkid": 102100, "latestWkid": 3857}}, []),
        ({"type": "FeatureCollection", "features": [feature(n, n, type="Polygon", coordinates=SQUARE) for n in (1, 3)]},
         ["--representative-points"]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("indent", [None, 1])
def test_lists_inside_objects_are_found(whole: Any, options: list[str], indent: int | None, tmp_path: Path) -> None:
    """On one line or on many; ArcGIS's coordinates in its own system; areas by a point on each, when asked."""
    document = told(json.dumps(whole, indent=indent), tmp_path, *options, name="in.json")
    site = document["sites"][0]
    assert (round(site["lon"], 3), round(site["lat"], 3), site["reports"]) == (*PLACE, 2)


def test_several_lists_and_areas_are_asked_about(tmp_path: Path) -> None:
    """Which list, and whether a point may stand for an area, is not guessed."""
    for whole, words in [
        ({"kept": ROWS, "dropped": ROWS}, "--sheet: kept, dropped"),
        ({"type": "FeatureCollection", "features": [feature(1, 1, type="Polygon", coordinates=SQUARE)]}, "lon is e"),
    ]:  # fmt: skip
        file = tmp_path / "in.json"
        file.write_text(json.dumps(whole))
        answer = spots(file)
        assert (answer.exit_code, words in answer.stderr) == (2, True)


def test_a_page_that_is_called_a_workbook_is_named(tmp_path: Path) -> None:
    """As many systems export: a table of HTML under the name of a workbook."""
    file = tmp_path / "export.xls"
    file.write_text("<html><table><tr><td>lon</td></tr></table></html>")
    assert "HTML" in spots(file).stderr


def test_hours_that_clocks_skipped_or_repeated_are_said(tmp_path: Path) -> None:
    """In the zone of the file, whichever way its times are written."""
    for pattern in ("{}-{}-{} {}", "{1}/{2}/{0} {3}"):
        days = [("2016", "03", "13", "02:30"), ("2016", "11", "06", "01:30"), ("2016", "11", "25", "01:30")]
        rows = "".join(f"{pattern.format(*day)},-76.3,36.85\n" for day in days)
        document = told(f"time,lon,lat\n{rows}", tmp_path, "--tz", "America/New_York")
        said = " ".join(document["input"]["warnings"])
        assert "1 times in 'time' lie in an hour that does not exist" in said
        assert "1 times in 'time' lie in an hour that came twice" in said
        assert told(f"time,lon,lat\n{rows}", tmp_path)["input"]["warnings"] == []


def test_years_of_two_digits_are_read_once_their_order_is_known(tmp_path: Path) -> None:
    """Day, month and year are told by the whole column, or asked for."""
    for cells, options, first in [
        (["4/12/16 7:54", "4/13/16 7:54"], [], "2016-04-12"),
        (["12.04.16 7:54", "14.04.16 7:54"], [], "2016-04-12"),
        (["15-06-26 7:54", "15-06-28 7:54"], ["--time-order", "ymd"], "2015-06-26"),
    ]:
        rows = "".join(f"{cell},-76.3,36.85\n" for cell in cells)
        assert told(f"time,lon,lat\n{rows}", tmp_path, *options)["episodes"][0]["first"][:10] == first
    file = tmp_path / "asked.csv"
    file.write_text("time,lon,lat\n15-06-26 7:54,-76.3,36.85\n15-06-28 7:54,-76.3,36.85\n")
    answer = spots(file)
    assert (answer.exit_code, "--time-order" in answer.stderr) == (2, True)


CELLS = st.text("'=+-@＝－\t\r\n 1２.e\u00a0\ufeffx", max_size=6) | st.text() | st.integers() | st.none()


@given(CELLS)
@example("'-5")
@example("''=1")
@example("''-")
@example("-２")
def test_a_guarded_cell_has_one_way_back(cell: object) -> None:
    """Whatever a cell holds, apostrophes of its own too, it comes back as it was, and runs nothing on its way."""
    on_paper = guarded(cell)
    assert unguarded(on_paper) == cell
    assert safe_cell(on_paper) == on_paper


def test_refused_rows_of_a_list_with_their_own_names_are_known(tmp_path: Path) -> None:
    """A list may have a column that is called `record` or `line` itself; the first five are still left out."""
    file = tmp_path / "refused.csv"
    file.write_text("record,line,field,code,reason,line,x\n1,2,a,b,c,7,'=1\n", encoding="utf-8")
    with open_records(file) as records:
        assert [record.values for record in records] == [{"line": "7", "x": "=1"}]


def test_a_refused_file_is_read_without_what_was_said_of_its_rows() -> None:
    """Its own columns go, guards too, also those that an earlier version put before numbers."""
    cells = ["-76.25", "-", "=SUM(1)", "'=x", "'a", "''-1", "+8613800138000", "-bad", ""]
    head = "record,line,field,code,reason," + ",".join(f"c{n}" for n in range(len(cells)))
    row = "1,2,lon,outside_city,Why.," + ",".join(map(guarded, cells))
    with open_records(io.BytesIO(f"\ufeff{head}\n{row}\n".encode())) as records:
        assert records.columns == tuple(f"c{n}" for n in range(len(cells)))
        assert [value or "" for record in records for value in record.values.values()] == cells
    with open_records(io.BytesIO(b"record,line,field,code,reason,x\n1,2,a,b,c,'-76.25\n")) as records:
        assert [record.values for record in records] == [{"x": "-76.25"}]
