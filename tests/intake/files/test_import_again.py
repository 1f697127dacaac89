"""Files of one system that come one after the other: laid out alike, and nothing stored twice unnoticed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.utils import translation

from anlan.core import jobs
from anlan.core.models import Person
from anlan.core.people.members import actor_of
from anlan.core.time.clock import frozen
from anlan.intake.forms.surveys import notes_of
from anlan.intake.models import Report
from tests import make

HEADER = "工单编号,受理时间,经度,纬度,事发地址,类别"
ROW = "{n},2016-06-{n:02d} 13:00,{lon},{lat},长虹路{n}号,waterlogging"
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


def listed(first: int = 1, lon: str = "119.97", lat: str = "31.76") -> list[str]:
    """Return the heads and ten rows of ten days."""
    return [HEADER, *(ROW.format(n=n, lon=lon, lat=lat) for n in range(first, first + 10))]


def uploaded(client: Client, lines: list[str], name: str = "list.csv") -> tuple[str, HttpResponse]:
    """Upload a file, let the worker look through it, and return the address of its page, and the page."""
    content = "\n".join(lines).encode()
    address = client.post("/imports/", {"file": SimpleUploadedFile(name, content)})["Location"]
    jobs.drain()
    return address, client.get(address)


def pressed(client: Client, address: str, button: str = "start", **more: str) -> HttpResponse:
    """Send the page's form, let the worker do its work, and return the page."""
    form = client.get(address).context["form"]
    sent = {name: form.initial.get(name) or "" for name in form.fields} | more | {button: ""}
    assert client.post(address, sent).status_code == 302
    jobs.drain()
    return client.get(address)


def exchanged(client: Client, first: int = 1) -> None:
    """Import a file whose longitude and latitude were exchanged on the page."""
    address, _ = uploaded(client, listed(first, lon="31.76", lat="119.97"))
    pressed(client, address, "exchange")
    pressed(client, address)


def test_an_exchange_spoils_no_later_file(analyst: Client) -> None:
    """Where the last layout puts every row outside the city, the next file is read as it stands."""
    exchanged(analyst)
    address, page = uploaded(analyst, listed(11))
    seen, options = page.context["seen"], page.context["form"].options
    assert (seen.counts["accepted"], seen.layout["lon"], "like" in options) == (10, "经度", False)
    pressed(analyst, address)
    assert Report.objects.count() == 20


def test_the_last_layout_that_was_imported_holds(analyst: Client) -> None:
    """One that was imported as it was guessed counts like one that was said; one that never started does not."""
    exchanged(analyst)
    pressed(analyst, uploaded(analyst, listed(11))[0])
    _, page = uploaded(analyst, listed(11))
    assert (page.context["form"].options["like"], page.context["seen"].layout["lon"]) == ("2016-06-28", "经度")
    address, _ = uploaded(analyst, listed(11))
    pressed(analyst, address, "look", source="said", words="事发地址", place_words="")
    pressed(analyst, address)
    pressed(analyst, uploaded(analyst, listed(11))[0], "look", source="never")
    _, page = uploaded(analyst, listed(11))
    layout = page.context["seen"].layout
    assert (layout["source"], layout["words"], layout["place_words"]) == ("said", "事发地址", None)


def test_mended_rows_are_laid_out_as_the_import_that_refused_them(analyst: Client) -> None:
    """Also where another file with the same heads was laid out otherwise meanwhile."""
    address, _ = uploaded(analyst, [*listed(), "11,soon,119.97,31.76,长虹路11号,waterlogging"])
    pressed(analyst, address, "look", source="ours")
    pressed(analyst, address)
    other, _ = uploaded(analyst, listed(12))
    pressed(analyst, other, "look", source="theirs")
    pressed(analyst, other)
    answer = analyst.get(f"{address}refused.csv")
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert rows[1][6] == "soon"
    rows[1][6] = "2016-06-11 13:00"
    name = answer["Content-Disposition"].split('"')[1]
    _, page = uploaded(analyst, [",".join(f'"{cell}"' for cell in row) for row in rows], name)
    assert (page.context["seen"].counts["accepted"], page.context["seen"].layout["source"]) == (1, "ours")


def test_the_days_are_those_of_rows_that_can_go_in(analyst: Client) -> None:
    """A row of the year 2031, which is refused, widens neither the days before the import nor the list after it."""
    address, page = uploaded(analyst, [*listed(), "11,2031-06-11 13:00,119.97,31.76,长虹路11号,waterlogging"])
    assert page.context["seen"].counts["reasons"] == {"time_in_future": 1}
    assert [moment.date().isoformat() for moment in page.context["days"]] == ["2016-06-01", "2016-06-10"]
    assert pressed(analyst, address).context["found"] == "since=2016-06-01&until=2016-06-10"


def test_a_number_that_stands_twice_is_told(analyst: Client) -> None:
    """With its column, its row, and what to do, in both languages; the column is then no number."""
    twice = listed()
    twice[5] = twice[5].replace("5,2016", "1,2016")
    _, page = uploaded(analyst, twice)
    assert page.context["seen"].layout["id"] is None
    said = {"code": "number_twice", "column": "工单编号", "number": "1", "row": 6}
    assert page.context["seen"].notes == [said]
    ((words, anchor),) = page.context["notes"]
    assert ("'工单编号'" in words, anchor) == (True, "id_id")
    with translation.override("zh-hans"):
        ((chinese, _),) = notes_of(page.context["seen"])
    assert ("第 6 行" in chinese, chinese != words) == (True, True)
    _, page = uploaded(analyst, listed())
    assert (page.context["notes"], page.context["seen"].layout["id"]) == ([], "工单编号")


def test_rows_that_are_here_under_no_number_are_told_before_the_import(analyst: Client) -> None:
    """Laid out as at their first import, without the number, they are repeats; with it they would be stored again."""
    twice = listed()
    twice[5] = twice[5].replace("5,2016", "1,2016")
    pressed(analyst, uploaded(analyst, twice)[0])
    address, page = uploaded(analyst, [*listed(), ROW.format(n=11, lon="119.97", lat="31.76")])
    seen = page.context["seen"]
    assert (seen.counts["repeated"], seen.counts["accepted"], seen.alike) == (10, 1, 0)
    page = pressed(analyst, address, "look", id="工单编号")
    seen = page.context["seen"]
    assert (seen.counts["repeated"], seen.counts["accepted"], seen.alike) == (0, 11, 10)
    assert b'id="alike"' in page.content


def test_two_numbers_at_one_place_and_moment_are_two_reports(analyst: Client) -> None:
    """Only where one of both has no number may they be the same: so also the other way round."""
    pressed(analyst, uploaded(analyst, listed())[0])
    others = [listed()[0], *(f"9{row}" for row in listed()[1:])]
    address, page = uploaded(analyst, others)
    assert (page.context["seen"].counts["accepted"], page.context["seen"].alike) == (10, 0)
    seen = pressed(analyst, address, "look", id="").context["seen"]
    assert (seen.counts["accepted"], seen.alike) == (10, 10)


def test_an_import_is_one_deed_and_not_one_a_row(analyst: Client) -> None:
    """Today names the import beside what somebody typed themselves; the rows of the list push nothing out."""
    person = Person.objects.get(memberships__role="analyst")
    mine = make.report(actor=actor_of(person))
    address, _ = uploaded(analyst, listed())
    pressed(analyst, address)
    deeds = analyst.get("/today/").context["deeds"]
    assert [deed.url for deed in deeds] == [address, f"/reports/{mine.number}/"]
