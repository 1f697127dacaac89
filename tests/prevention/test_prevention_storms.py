"""Storms as people record them: what tests a mended place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from anlan.core.models import LedgerEntry
from anlan.core.people.actors import NotAllowed
from anlan.core.time.clock import frozen
from anlan.prevention import actions
from anlan.prevention.models import Storm
from tests import make
from tests.make.problems import Town, day, problem

MEASURED = {"start": "2016-02-20T09:00", "end": "2016-02-20T12:30", "peak_mm_h": "45", "source": "第3号雨量站"}


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    """Let the pages stand fifty days after the raising."""
    with frozen(day(50)):
        yield


def record(town: Town, **values: Any) -> Any:
    return make.browser(town.supervisor).post("/storms/", MEASURED | values, follow=True)


def test_a_recorded_storm_lets_a_mended_place_be_struck_off(town: Town) -> None:
    """Before it the page says that no rain has tested the place; afterwards it goes."""
    number = town.accepted()
    browser = make.browser(town.supervisor)
    assert browser.post(f"/problems/{number}/strike_off").status_code == 409
    page = record(town).content.decode()
    assert "tested 1 mended place that waits" in page
    assert "2016-02-20 09:00" in page
    browser.post(f"/problems/{number}/strike_off")
    assert problem(number).state == "struck_off"


@pytest.mark.parametrize(
    ("wrong", "says"),
    [({"end": "2016-02-20T08:00"}, "end after its start"), ({"peak_mm_h": "0"}, "greater than"),
     ({"start": ""}, "required"), ({"start": "0001-01-01T00:00"}, "valid date"),
     ({"end": "2017-01-01T00:00"}, "once it is over")],
)  # fmt: skip
def test_a_storm_that_cannot_be_is_refused_at_its_field(town: Town, wrong: dict[str, str], says: str) -> None:
    """What was typed stays, and nothing is stored."""
    answer = record(town, **wrong)
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert "第3号雨量站" in answer.content.decode()
    assert not Storm.objects.exists()


def test_the_same_storm_twice_is_one_storm(town: Town) -> None:
    """The same figures change nothing; other figures under the same start are refused."""
    record(town)
    assert record(town).status_code == 200
    assert record(town, peak_mm_h="80").status_code == 422
    assert Storm.objects.get().peak_mm_h == 45
    assert LedgerEntry.objects.filter(kind="prevention.storm_recorded").count() == 1


def test_who_does_the_works_reads_storms_and_records_none(town: Town) -> None:
    """An officer has no form, and what is sent all the same is refused."""
    browser = make.browser(town.officer)
    assert "Record a storm" not in browser.get("/storms/").content.decode()
    assert browser.post("/storms/", MEASURED).status_code == 409
    assert not Storm.objects.exists()


def test_a_sites_chart_hangs_the_rain_below_the_failures(town: Town) -> None:
    """Each episode has the peak of its storm, none where none was measured; the test of the works is drawn beside."""
    start = dt.datetime(2015, 6, 10, 3, tzinfo=dt.UTC)
    told = {"peak_mm_h": 44.0, "actor": town.analyst, "at": day(0)}
    actions.record_storm(start=start, end=start + dt.timedelta(hours=2), **told)
    browser = make.browser(town.analyst)
    page = browser.get("/sites/001/").content.decode()
    assert '{"peaks": [null, 44.0, null], "test": null}' in page
    town.raised(1)
    page = browser.get("/sites/001/").content.decode()
    assert '{"peaks": [null, 44.0, null], "test": 30.0}' in page
    assert "The broken line is the 30 mm/h" in page


def test_a_storm_written_down_wrongly_is_corrected_and_what_rested_on_it_is_named(town: Town) -> None:
    """Both figures stay in the ledger; a place that no storm has tested any more is named, so that it is reopened."""
    number = town.accepted()
    record(town, peak_mm_h="45")
    browser = make.browser(town.supervisor)
    browser.post(f"/problems/{number}/strike_off")
    pk = Storm.objects.get().pk
    told = {"end": MEASURED["end"], "peak_mm_h": "4.5", "reason": ""}
    page = browser.get(f"/storms/{pk}/correct").content.decode()
    assert ('value="2016-02-20T12:30"' in page, 'value="45.0"' in page) == (True, True)
    assert browser.post(f"/storms/{pk}/correct", told).status_code == 422
    page = browser.post(f"/storms/{pk}/correct", told | {"reason": "A comma"}, follow=True).content.decode()
    assert f"reopen them: {number}." in page
    assert "A comma" in page
    entry = LedgerEntry.objects.get(kind="prevention.storm_corrected")
    assert (entry.payload.count("45.0"), "A comma" in entry.payload) == (1, False)  # typed words are erasable
    with pytest.raises(NotAllowed):
        actions.correct_storm(storm=pk, end=day(41), peak_mm_h=40.0, reason="x", actor=town.officer, at=day(50))
    town.storm(45, peak=50)
    later = browser.post(f"/storms/{pk}/correct", told | {"peak_mm_h": "46", "reason": "Again"}, follow=True)
    assert "reopen them" not in later.content.decode()


def test_each_bar_has_the_line_of_the_rain_that_tests_works(town: Town) -> None:
    """At 30 mm/h on the scale of the bars, which the page says."""
    record(town)
    page = make.browser(town.supervisor).get("/storms/")
    assert 'class="tick" x="30.0"' in page.content.decode()
    assert "30 mm/h" in page.content.decode()
