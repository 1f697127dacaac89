"""Looking through an uploaded file before its import: by the worker, with limits, and with what mends it."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from anlan.core import jobs
from anlan.core.models import Job, LedgerEntry
from anlan.core.people.actors import system
from anlan.core.time.clock import frozen
from anlan.intake.actions import imports
from anlan.intake.files import limits, looks
from anlan.intake.models import ImportRun, Report
from tests import make
from tests.flat import flat

HEADER = "工单编号,受理时间,经度,纬度,事发地址,类别"
ROW = "{n},2016-06-{day:02d} 13:00,{lon},{lat},长虹路{n}号,{category}"
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


def listed(category: str = "waterlogging", lon: str = "119.97", lat: str = "31.76") -> bytes:
    """Return ten rows of ten days."""
    rows = [ROW.format(n=n, day=n, category=category, lon=lon, lat=lat) for n in range(1, 11)]
    return "\n".join([HEADER, *rows]).encode("gb18030")


def uploaded(client: Client, content: bytes, name: str = "list.csv", *, looked: bool = True) -> str:
    """Upload a file, let the worker look through it, and return the address of its page."""
    address = client.post("/imports/", {"file": SimpleUploadedFile(name, content)})["Location"]
    if looked:
        jobs.drain()
    return address


def said(page: HttpResponse, **more: str) -> dict[str, str]:
    """Return what the page's form would send."""
    form = page.context["form"]
    return {name: form.initial.get(name) or "" for name in form.fields} | more


def test_no_page_reads_a_file(analyst: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page waits, without script too, until the worker has looked; what was seen lies beside the file alone."""
    address = uploaded(analyst, listed(), looked=False)
    page = analyst.get(address)
    assert (page.status_code, page.content.count(b'http-equiv="refresh"')) == (200, 1)
    assert analyst.post(address, {"start": ""}).status_code == 200
    jobs.drain()
    for module in (looks, limits):
        monkeypatch.setattr(f"{module.__name__}.require_bounded", lambda path: 1 / 0)
    monkeypatch.setattr("anlan.tables._source.open_source", lambda *_: 1 / 0)
    page = analyst.get(address)
    assert b"refresh" not in page.content
    assert page.context["seen"].first[0][4] == "长虹路1号"
    stored = [str(row) for model in (Job, LedgerEntry, ImportRun) for row in model.objects.values()]
    assert not any("长虹路" in row for row in stored)


def test_a_look_is_a_long_job_and_tells_how_far_it_is(analyst: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """It holds up no short one; its page shows the rows that were read."""
    assert {imports.JOB, imports.LOOK} <= jobs.LONG
    monkeypatch.setattr(limits, "EACH_ROWS", 5)
    seen: list[str] = []
    progress = jobs.JobRun.progress

    def told(run: jobs.JobRun, done: int, total: int | None = None) -> None:
        progress(run, done, total)
        seen.append(flat(analyst.get(address)))

    address = uploaded(analyst, listed(), looked=False)
    monkeypatch.setattr(jobs.JobRun, "progress", told)
    jobs.drain()
    assert "5 rows so far" in seen[0]
    assert "10 of 10" in seen[-1]


def test_the_page_shows_days_points_and_what_was_guessed(analyst: Client) -> None:
    """Columns, zone and system as they were read, the days of rows that can go in, every point on the map."""
    rows = listed().decode("gb18030").splitlines()
    rows[1] = ROW.format(n=1, day=1, category="waterlogging", lon="121.47", lat="31.23")
    page = analyst.get(uploaded(analyst, "\n".join(rows).encode()))
    shown = flat(page)
    assert "2016-06-02 13:00 to 2016-06-10 13:00" in shown
    assert '<dt>Time of receipt</dt><dd>受理时间<span class="muted">guessed</span></dd>' in shown
    assert "<dd>Asia/Shanghai</dd>" in shown
    assert "<dd>EPSG:4326</dd>" in shown
    features = page.context["points"]["features"]
    assert [feature["properties"]["near"] for feature in features] == [False] + [True] * 9
    assert features[0]["geometry"]["coordinates"] == [121.47, 31.23]


def test_points_are_thinned_evenly_and_stand_in_wgs_84(analyst: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of very many some are kept, from the first rows to the last; shifted coordinates are shifted back."""
    monkeypatch.setattr("anlan.intake.files.survey.MOST_POINTS", 4)
    address = uploaded(analyst, listed())
    analyst.post(address, said(analyst.get(address), crs="GCJ-02", look=""))
    jobs.drain()
    seen = analyst.get(address).context["seen"]
    assert (len(seen.points), seen.placed) == (3, 10)
    assert 119.96 < seen.points[0][0] < 119.967


def test_own_names_of_categories_are_asked_for_and_kept_for_the_next_file(analyst: Client) -> None:
    """The table lists them with the city's; who brings a file with the same heads later is not asked again."""
    address = uploaded(analyst, listed("暴雨内涝"))
    page = analyst.get(address)
    assert "no row can go in" in flat(page)
    assert 'href="#own-names"' in flat(page)
    ((field, count),) = page.context["form"].name_fields()
    assert (field.label, count) == ("暴雨内涝", 10)
    assert analyst.post(address, said(page, start="")).status_code == 422
    analyst.post(address, said(page, **{field.name: "waterlogging"}, start=""))
    assert not Job.objects.filter(name=imports.JOB).exists()
    jobs.drain()
    analyst.post(address, said(analyst.get(address), start=""))
    jobs.drain()
    assert Report.objects.filter(category__code="waterlogging").count() == 10
    other = make.browser(make.person("call_taker"))
    page = other.get(uploaded(other, listed(" 暴雨内涝 ")))
    assert page.context["seen"].counts["repeated"] == 10
    assert "same heads, uploaded on 2016-06-28." in flat(page)
    page = other.get(uploaded(other, listed("暴雨内涝").replace("事发地址".encode("gb18030"), b"place")))
    assert page.context["seen"].counts["reasons"] == {"unknown_category": 10}


def test_what_was_changed_is_seen_before_it_is_imported(analyst: Client) -> None:
    """Import pressed on a changed page looks again; pressed on the page that was seen it starts."""
    address = uploaded(analyst, listed())
    analyst.post(address, said(analyst.get(address), tz="UTC", start=""))
    assert ImportRun.objects.get().state == "uploaded"
    jobs.drain()
    assert "2016-06-01 21:00" in flat(analyst.get(address))
    analyst.post(address, said(analyst.get(address), start=""))
    assert ImportRun.objects.get().state == "started"


def test_exchanged_coordinates_are_asked_about_before_the_import(analyst: Client) -> None:
    """No row could go in; one press exchanges the two columns."""
    address = uploaded(analyst, listed(lon="31.76", lat="119.97"))
    page = analyst.get(address)
    assert page.context["seen"].counts["reasons"] == {"swapped": 10}
    assert analyst.post(address, said(page, start="")).status_code == 422
    analyst.post(address, said(page, exchange=""))
    jobs.drain()
    seen = analyst.get(address).context["seen"]
    assert (seen.counts["accepted"], seen.layout["lon"], seen.layout["lat"]) == (10, "纬度", "经度")


@pytest.mark.parametrize(
    ("name", "changed", "code"),
    [
        ("x.xlsx", {}, "unpacks_too_far"),
        ("words.xlsx", {"WORDS_BYTES": 10, "MOST_RATIO": 10_000}, "too_many_words"),
        ("x.geojson", {"JSON_BYTES": 10}, "json_too_large"),
        ("x.csv", {"LOOK_S": -1, "EACH_ROWS": 1}, "look_too_long"),
    ],
)
def test_what_would_grow_beyond_measure_is_refused_in_words(
    analyst: Client, monkeypatch: pytest.MonkeyPatch, name: str, changed: dict[str, int], code: str
) -> None:
    """A workbook of one cell repeated, one of endless words, a JSON value too large to hold, a look without end."""
    for limit, value in changed.items():
        monkeypatch.setattr(limits, limit, value)
    monkeypatch.setattr("openpyxl.load_workbook", lambda *_, **__: 1 / 0)
    content = {
        "x.geojson": b'{"type": "FeatureCollection",\n"features": []}',
        "x.csv": listed(),
    }.get(name) or workbook("xl/sharedStrings.xml" if name == "words.xlsx" else "xl/worksheets/sheet1.xml")
    page = analyst.get(uploaded(analyst, content, name))
    assert page.context["seen"].problem == code
    assert page.context["problem"] in flat(page)
    assert Job.objects.get().state == "done"


def workbook(member: str) -> bytes:
    """Return a small zip archive that unpacks to 26 MB."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr(member, b"<row><c><v>1</v></c></row>" * 1_000_000)
    return packed.getvalue()


def test_lines_of_json_may_be_many(analyst: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only one value that has to be held whole is too large."""
    monkeypatch.setattr(limits, "JSON_BYTES", 10)
    row = {"id": "1", "time": "2016-06-01 13:00", "lon": 119.97, "lat": 31.76, "category": "waterlogging"}
    page = analyst.get(uploaded(analyst, json.dumps(row).encode(), "x.ndjson"))
    assert page.context["seen"].counts["accepted"] == 1


@pytest.mark.parametrize("content", [b"PK\x03\x04 torn", b"\x00\x01", b"%PDF-1.7"])
def test_what_cannot_be_read_is_told_at_once(analyst: Client, content: bytes) -> None:
    """The look ends well and says why; it is not tried again and again."""
    page = analyst.get(uploaded(analyst, content, "x.xlsx"))
    assert page.context["seen"].problem == "unread"
    assert "cannot be read" in flat(page)
    assert Job.objects.get().state == "done"


@pytest.mark.parametrize("act", ["drop", "look"])
def test_what_was_seen_of_a_file_that_is_no_more_so_is_not_kept(
    analyst: Client, act: str, django_capture_on_commit_callbacks: Any
) -> None:
    """Dropped or laid out anew while the worker looks: nothing of the old look stays."""
    address = uploaded(analyst, listed())
    analyst.post(address, said(analyst.get(address), tz="UTC", look=""))
    running = jobs.claim()
    assert running is not None
    with django_capture_on_commit_callbacks(execute=True):
        if act == "drop":
            analyst.post(f"{address}drop")
        else:
            anew = {"import_id": ImportRun.objects.get().pk, "options": {"tz": "Asia/Tokyo"}}
            imports.set_options(**anew, actor=system("test"), at=make.AT)
    jobs.run(running)
    run = ImportRun.objects.get()
    assert imports.survey_of(run) is None
    assert act == "look" or not list(imports.folder().iterdir())


def test_rows_that_are_here_already_and_those_that_say_otherwise_are_told_apart(analyst: Client) -> None:
    """Both sides of a conflict stand beside each other before the import; neither is dropped nor overwritten."""
    address = uploaded(analyst, listed())
    analyst.post(address, said(analyst.get(address), start=""))
    jobs.drain()
    rows = listed().decode("gb18030").splitlines()
    rows[1] = rows[1].replace("waterlogging", "noise").replace("06-01 13:00", "06-01 14:00")
    rows[2] = rows[2].replace("长虹路", "清潭路")
    rows.append(ROW.format(n=11, day=11, category="waterlogging", lon="119.97", lat="31.76"))
    address = uploaded(analyst, "\n".join(rows).encode())
    page = analyst.get(address)
    assert page.context["form"].options["like"] == "2016-06-28"
    counts = page.context["seen"].counts
    assert (counts["accepted"], counts["repeated"], counts["reasons"]) == (1, 8, {"id_used": 2})
    assert "8 are here already" in flat(page)
    first, second = page.context["conflicts"]
    assert [(str(name), *values) for name, *values in first["differs"]] == [
        ("Category", "Waterlogging", "Noise"), ("Time of receipt", "2016-06-01 13:00", "2016-06-01 14:00"),
    ]  # fmt: skip
    assert (first["number"], first["other_words"]) == (Report.objects.get(source_id="1").number, False)
    assert (second["differs"], second["other_words"], second["line"]) == ([], True, 3)
    assert "清潭路" not in flat(page).split("What differs")[1].split("</table>")[0]
    analyst.post(address, said(page, start=""))
    jobs.drain()
    run = ImportRun.objects.last()
    assert (run.accepted, run.repeated, run.refused) == (1, 8, 2)
    assert Report.objects.filter(source_id="1", category__code="waterlogging").count() == 1


def test_a_look_that_failed_is_asked_for_again(analyst: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page says that nothing is stored, and has a button."""
    address = uploaded(analyst, listed(), looked=False)
    Job.objects.update(state="dead")
    assert b'name="look"' in analyst.get(address).content
    analyst.post(address, {"look": ""})
    jobs.drain()
    assert analyst.get(address).context["seen"].counts["accepted"] == 10


def test_after_the_import_the_page_leads_on(analyst: Client) -> None:
    """To the reports of these days, to a study, and back with the refused rows."""
    content = listed() + b"\n11,soon,119.97,31.76,x,waterlogging"
    address = uploaded(analyst, content)
    analyst.post(address, said(analyst.get(address), start=""))
    jobs.drain()
    page = flat(analyst.get(address))
    assert 'href="/reports/?since=2016-06-01&amp;until=2016-06-10"' in page.replace("&until", "&amp;until")
    asked = "since=2016-06-01&amp;until=2016-06-10&amp;categories=waterlogging"
    assert f'href="/studies/new?{asked}"' in page
    assert 'href="/imports/"' in page
    assert "refused.csv" in page


def test_an_upload_is_bounded_before_it_is_read(analyst: Client) -> None:
    """Neither the check of the form's token nor the page reads a body that is too long; the token still counts."""
    careful = make.browser(make.person("analyst"))
    careful.handler.enforce_csrf_checks = True
    assert careful.post("/imports/", {"file": SimpleUploadedFile("list.csv", listed())}).status_code == 403
    long = careful.post("/imports/", {"file": ""}, headers={"Content-Length": str(600_000_000)})
    assert (long.status_code, "at most 500 MB" in flat(long)) == (413, True)
    address = uploaded(analyst, listed())
    assert analyst.post(address, {"mapping": ""}, headers={"Content-Length": str(600_000_000)}).status_code == 413
    assert careful.post(address, {"look": ""}).status_code == 403
    assert ImportRun.objects.count() == 1


def test_reasons_are_said_with_what_they_are_about(analyst: Client) -> None:
    """Which categories the city knows, and between which bounds it lies: nothing is cut out of a reason."""
    rows = [ROW.format(n=1, day=1, category="flood", lon="119.97", lat="31.76"),
            *(ROW.format(n=n, day=n, category="waterlogging", lon=f"{n}.5", lat="31.76") for n in (2, 3))]  # fmt: skip
    page = analyst.get(
        uploaded(
            analyst,
            "\n".join([HEADER, *rows, ROW.format(n=4, day=4, category="noise", lon="119.97", lat="31.76")]).encode(),
        )
    )
    words = [mend.words for mend in page.context["mends"]]
    assert len(words) == 2
    assert not any("…" in said or "%(" in said for said in words)
    assert any("waterlogging" in said for said in words)
