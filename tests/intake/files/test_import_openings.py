"""A file that does not say how it is read is asked about on the page: heads, encoding, sheet, day and month, points."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.utils import translation

from anlan.core import jobs
from anlan.core.time.clock import frozen
from anlan.intake.forms.notes import NOTES, PROBLEMS
from anlan.intake.models import ImportRun, Report
from anlan.tables import NOTES as GUESSED
from tests import make
from tests.architecture.source import ROOT
from tests.flat import flat

HEADS = ["工单编号", "受理时间", "经度", "纬度", "事发地址", "类别"]
ROWS = [[n, f"2016-06-{n:02d} 13:00", 119.97, 31.76, f"长虹路{n}号", "waterlogging"] for n in range(1, 11)]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _town(settings: Any, tmp_path: Any) -> Iterator[None]:
    settings.DATA_DIR = tmp_path / "data"
    make.city()
    with frozen(make.AT):
        yield


@pytest.fixture
def analyst(client: Client) -> Client:
    """Somebody who may import, signed in."""
    return make.sign_in(client, "analyst")


def workbook(**sheets: list[list[Any]]) -> bytes:
    """Return a workbook with these sheets."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def lines(rows: list[list[Any]], encoding: str = "utf-8") -> bytes:
    """Return the rows as CSV."""
    return "\n".join(",".join(map(str, row)) for row in rows).encode(encoding)


def uploaded(client: Client, content: bytes, name: str) -> str:
    """Upload a file, let the worker look through it, and return the address of its page."""
    address = client.post("/imports/", {"file": SimpleUploadedFile(name, content)})["Location"]
    jobs.drain()
    return address


def pressed(client: Client, address: str, button: str = "look", **more: str) -> HttpResponse:
    """Send the page's form with other choices, let the worker look again, and return the page."""
    form = client.get(address).context["form"]
    sent = {name: form.initial.get(name) or "" for name in form.fields} | more | {button: ""}
    assert client.post(address, sent).status_code == 302
    jobs.drain()
    return client.get(address)


def notes(page: HttpResponse) -> list[str]:
    """Return the codes of what was guessed."""
    return [note["code"] for note in page.context["seen"].notes]


def asked(page: HttpResponse) -> list[str]:
    """Return the choices that stand open on the page."""
    return [field.name for field in page.context["form"].reading_fields()]


def test_what_needs_no_choice_keeps_them_folded(analyst: Client) -> None:
    """A plain list has them within a fold, and those of other kinds nowhere."""
    page = analyst.get(uploaded(analyst, lines([HEADS, *ROWS]), "list.csv"))
    others = [field.name for field in page.context["form"].other_reading_fields()]
    assert (asked(page), others) == ([], ["head_row", "column_names", "encoding", "time_order"])
    assert "<details><summary>How the file is read</summary>" in flat(page)
    assert 'type="hidden" name="sheet"' in flat(page)


def test_the_row_of_the_heads_is_chosen(analyst: Client) -> None:
    """Above the heads stand a title and a row of names that are none; the choice holds for the import."""
    rows = [["接", "报", "清", "单", "2016", "年"], ["出", "自", "指", "挥", "中", "心"], HEADS, *ROWS]
    address = uploaded(analyst, workbook(六月=rows), "list.xlsx")
    page = analyst.get(address)
    assert page.context["problem"]
    assert 'name="head_row"' in flat(page)
    page = pressed(analyst, address, head_row="3")
    assert (page.context["seen"].counts["accepted"], page.context["problem"]) == (10, "")
    assert "head_row" in asked(page)
    pressed(analyst, address, "start")
    assert (Report.objects.count(), ImportRun.objects.get().state) == (10, "done")


def test_a_row_that_is_not_there_is_said_beside_the_choice(analyst: Client) -> None:
    """The file cannot be read so; what was chosen is there to change."""
    address = uploaded(analyst, lines([HEADS, *ROWS]), "list.csv")
    page = pressed(analyst, address, head_row="40")
    assert page.context["seen"].limits["code"] == "no_head_row"
    assert (asked(page), "--" in page.context["problem"]) == (["head_row"], False)
    assert b'name="start"' not in page.content
    assert pressed(analyst, address, head_row="").context["seen"].counts["accepted"] == 10


def test_a_title_that_was_left_out_is_said(analyst: Client) -> None:
    """The note leads to the choice."""
    page = analyst.get(uploaded(analyst, workbook(六月=[["接报清单"], [], HEADS, *ROWS]), "list.xlsx"))
    assert (notes(page), asked(page)) == (["head_found"], ["head_row"])
    assert '<a href="#id_head_row">' in flat(page)
    assert page.context["seen"].counts["accepted"] == 10


def test_the_columns_of_a_file_without_heads_are_named(analyst: Client) -> None:
    """No row is lost as heads, and the wrong number of names is said with both numbers."""
    address = uploaded(analyst, lines(ROWS), "list.csv")
    page = analyst.get(address)
    assert (page.context["seen"].limits["code"], asked(page)) == ("headless", ["head_row", "column_names"])
    assert ("--columns" in flat(page), page.context["seen"].first[1][:3]) == (False, ["2", "2", "2016-06-02 13:00"])
    page = pressed(analyst, address, column_names="编号,受理时间")
    limits = page.context["seen"].limits
    assert (limits["code"], limits["named"], limits["count"]) == ("column_count", 2, 6)
    page = pressed(analyst, address, column_names="，".join(HEADS))
    assert page.context["seen"].counts["accepted"] == 10
    pressed(analyst, address, "start")
    assert Report.objects.count() == 10


def test_the_encoding_is_guessed_said_and_chosen(analyst: Client) -> None:
    """Letters of western Europe are no Chinese; another encoding is one choice away."""
    rows = [["id", "time", "lon", "lat", "place", "category"], *ROWS]
    western = [rows[0], *([*row[:4], "Rue de l'Été", row[5]] for row in rows[1:])]
    address = uploaded(analyst, lines(western, "cp1252"), "list.csv")
    page = analyst.get(address)
    assert (notes(page), asked(page)) == (["encoding_western"], ["encoding"])
    assert page.context["seen"].first[0][4] == "Rue de l'Été"
    page = pressed(analyst, address, encoding="utf-8")
    assert (page.context["seen"].limits["code"], "--" in page.context["problem"]) == ("encoding", False)
    page = pressed(analyst, address, encoding="cp1252")
    assert (page.context["seen"].first[0][4], notes(page)) == ("Rue de l'Été", [])


def test_day_and_month_are_asked_for_and_not_guessed(analyst: Client) -> None:
    """Where no row proves the order none goes in, and the refusal leads to the choice."""
    rows = [[*row[:1], f"{n}/11/2015 13:00", *row[2:]] for n, row in enumerate(ROWS, 1)]
    address = uploaded(analyst, lines([HEADS, *rows]), "list.csv")
    page = analyst.get(address)
    assert page.context["seen"].counts["reasons"] == {"ambiguous_time": 10}
    assert (asked(page), '<a href="#id_time_order">' in flat(page)) == (["time_order"], True)
    page = pressed(analyst, address, "start", time_order="dmy")
    assert (page.context["seen"].counts["accepted"], page.context["seen"].since[:10]) == (10, "2015-11-01")
    pressed(analyst, address, "start")
    assert Report.objects.count() == 10


def test_a_sheet_is_chosen_of_those_that_a_workbook_has(analyst: Client) -> None:
    """Other heads are looked for anew; an empty first sheet keeps nobody from the second."""
    other = [["编号", "报警时间", "经度", "纬度", "地址", "category"], *ROWS[:4]]
    address = uploaded(analyst, workbook(六月=[HEADS, *ROWS], 七月=other), "list.xlsx")
    page = analyst.get(address)
    assert (notes(page), asked(page)) == (["sheet_read"], ["sheet"])
    page = pressed(analyst, address, sheet="七月")
    seen = page.context["seen"]
    assert (seen.records, seen.layout["time"], seen.layout["sheet"]) == (4, "报警时间", "七月")
    address = uploaded(analyst, workbook(六月=[], 七月=other), "list.xlsx")
    assert analyst.get(address).context["seen"].limits["code"] == "empty_sheet"
    assert pressed(analyst, address, sheet="七月").context["seen"].records == 4


def test_lines_and_areas_are_taken_by_a_point_where_that_is_chosen(analyst: Client) -> None:
    """The choice is offered where there are any."""
    ring = [[119.97, 31.76], [119.98, 31.76], [119.98, 31.77], [119.97, 31.76]]
    said = {"time": "2016-06-01 13:00", "category": "waterlogging", "place": "长虹路"}
    feature = {"type": "Feature", "properties": said, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    content = json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()
    address = uploaded(analyst, content, "areas.geojson")
    page = analyst.get(address)
    assert (notes(page), asked(page)) == (["shapes_without_point"], ["representative_points"])
    page = pressed(analyst, address, representative_points="True")
    assert (page.context["seen"].placed, asked(page)) == (1, ["representative_points"])


def test_the_file_s_own_coordinate_system_holds_until_another_is_chosen(analyst: Client) -> None:
    """It is said, no look follows where nothing was chosen, and what was chosen stays."""
    point = {"attributes": {"time": "2016-06-01 13:00", "category": "waterlogging"}, "geometry": {"x": 0, "y": 0}}
    content = json.dumps({"spatialReference": {"wkid": 4490}, "features": [point]}).encode()
    address = uploaded(analyst, content, "esri.json")
    page = analyst.get(address)
    assert (page.context["seen"].layout["crs"], notes(page)) == ("EPSG:4490", ["crs_of_file"])
    page = pressed(analyst, address, crs="GCJ-02")
    assert (page.context["seen"].layout["crs"], notes(page)) == ("GCJ-02", [])
    page = pressed(analyst, address, tz="UTC")
    assert (page.context["seen"].layout["crs"], page.context["form"].options["crs_named"]) == ("GCJ-02", True)


def test_a_file_with_the_same_heads_is_opened_as_it_is_itself(analyst: Client) -> None:
    """Its sheet has another name, and it has no title: only what was said of the columns is taken over."""
    first = uploaded(analyst, workbook(六月=[["清单"], HEADS, *ROWS], 其他=[["无"]]), "june.xlsx")
    pressed(analyst, first, sheet="六月", head_row="2")
    pressed(analyst, first, "start")
    page = analyst.get(uploaded(analyst, workbook(七月=[HEADS, *ROWS]), "july.xlsx"))
    assert page.context["like"]
    assert (page.context["seen"].counts["repeated"], page.context["problem"]) == (10, "")


def test_kinds_that_are_taken_are_named(analyst: Client) -> None:
    """On the page, in the chooser of files, and where another is refused."""
    answer = analyst.post("/imports/", {"file": SimpleUploadedFile("list.docx", b"PK")})
    shown = flat(answer)
    assert answer.status_code == 422
    for suffix in (".kml", ".kmz", ".gpx", ".zip", ".gpkg", ".topojson", ".csv", ".xlsx"):
        assert shown.count(suffix) >= 2


def test_all_that_readers_of_tables_say_has_words_of_the_page() -> None:
    """In English and in Chinese, without an option of the command line, and with the same limits."""
    readers = [
        path for path in (ROOT / "src/anlan/tables").rglob("*.py") if path.name not in {"_points.py", "_location.py"}
    ]
    source = "".join(path.read_text(encoding="utf-8") for path in readers)
    codes = {*re.findall(r'code="(\w+)"', source), *re.findall(r'"(\w+)": "is ', source)}
    assert (set(NOTES), set(PROBLEMS)) == (set(GUESSED), codes)
    for code, text in NOTES.items():
        assert set(re.findall(r"%\((\w+)\)", text)) <= set(re.findall(r"%\((\w+)\)", GUESSED[code]))
    for text in (*NOTES.values(), *PROBLEMS.values()):
        with translation.override("zh-hans"):
            assert (translation.gettext(text) != text, "--" in text) == (True, False)
