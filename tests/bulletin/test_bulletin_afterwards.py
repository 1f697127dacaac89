"""A bulletin of a period that was over, or nearly, when its measures were fixed says so wherever it is read."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from django.test import Client
from pypdf import PdfReader

from anlan.bulletin.actions import fix_measures
from anlan.bulletin.models import Issue
from anlan.core.people.actors import system
from anlan.core.time.clock import frozen
from tests import make

pytestmark = pytest.mark.django_db
SINCE, UNTIL = dt.date(2016, 1, 1), dt.date(2016, 3, 31)
LAST_MINUTE = dt.datetime(2016, 3, 30, 15, 59, tzinfo=dt.UTC)  # 23:59 of the day before the last one
LAST_DAY = dt.datetime(2016, 3, 30, 16, 0, tzinfo=dt.UTC)
MARK = {"en": "compiled afterwards", "zh-hans": "事后编制"}


@pytest.fixture(autouse=True)
def _town() -> None:
    make.city()
    make.organisation("government")


def issue(fixed_at: dt.datetime) -> Issue:
    make.report(at=dt.datetime(2016, 2, 1, tzinfo=dt.UTC))
    plan = fix_measures(since=SINCE, until=UNTIL, measures=["reports"], actor=system("test"), at=fixed_at)["plan"]
    return make.issue_of(plan)


def read(address: str, language: str = "en") -> str:
    return Client().get(address, headers={"Accept-Language": language}).content.decode()


def on_paper(number: str, language: str) -> str:
    paper = Client().get(f"/bulletins/{number}/bulletin.pdf", headers={"Accept-Language": language}).content
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(paper)).pages).replace("\n", "")


@pytest.mark.parametrize(("fixed_at", "late"), [(LAST_MINUTE, False), (LAST_DAY, True), (make.issues.LATER, True)])
def test_it_is_said_on_page_list_home_paper_and_in_json(fixed_at: dt.datetime, late: bool) -> None:
    """In both languages; from the first minute of the last day, in the city's time, and not a minute before."""
    number = issue(fixed_at).number
    for language, mark in MARK.items():
        pages = {address: read(address, language) for address in ("/bulletins/", f"/bulletins/{number}/", "/")}
        pages["paper"] = on_paper(number, language)
        assert {name for name, text in pages.items() if mark in text.lower()} == (set(pages) if late else set())
    told = Client().get(f"/bulletins/{number}/bulletin.json").json()
    assert told["compiled_afterwards"] is late
    assert (told["number"], told["since"], told["until"]) == (number, "2016-01-01", "2016-03-31")
    assert ("before the period ended" in read(f"/bulletins/{number}/")) is not late


def test_a_json_issue_holds_back_what_the_page_holds_back() -> None:
    """One report of a small cell: the file has neither value nor number of rows, and says why."""
    told = Client().get(f"/bulletins/{issue(LAST_MINUTE).number}/bulletin.json").json()
    row = next(row for row in told["figures"] if row["measure"] == "reports" and not row["area"])
    assert (row["value"], row["n"], row["value_note"]) == (None, None, "suppressed")


def test_a_plan_begins_with_the_last_year_that_has_reports() -> None:
    """Of a city that brought in its past, until that year is planned; with reports of this year it is this year."""
    client = make.browser(make.person("publisher"))

    def offered() -> str:
        with frozen(make.issues.LATER):
            return client.get("/bulletins/desk/plan").content.decode()

    assert 'value="2017-01-01"' in offered()
    make.report(at=dt.datetime(2014, 2, 1, tzinfo=dt.UTC))
    assert 'value="2014-01-01"' in offered()
    whole = {"since": dt.date(2014, 1, 1), "until": dt.date(2014, 12, 31)}
    fix_measures(**whole, actor=system("test"), at=make.issues.LATER)
    assert 'value="2017-01-01"' in offered()
    make.report(at=dt.datetime(2015, 2, 1, tzinfo=dt.UTC))
    assert 'value="2015-01-01"' in offered()
    make.report(at=dt.datetime(2017, 1, 2, tzinfo=dt.UTC))
    assert 'value="2017-12-31"' in offered()
