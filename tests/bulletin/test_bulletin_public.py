"""What the public sees of small cells: page, districts, files, and between an issue and its correction."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from pypdf import PdfReader

from anlan.bulletin import actions
from anlan.bulletin.models import Figure, Issue
from anlan.core.people.actors import system
from anlan.core.time.clock import frozen
from anlan.intake.actions import set_validity
from anlan.intake.models import Report
from tests import make

ME = system("test")
LATER = dt.datetime(2017, 1, 25, tzinfo=dt.UTC)
WEST, EAST = 119.93, 120.05
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def town() -> Iterator[None]:
    make.city()
    make.organisation("government", kind="government")
    with frozen(LATER):
        yield


def heard(count: int, lon: float, year: int = 2016, **values: object) -> list[Report]:
    at = dt.datetime(year, 6, 10, 4, tzinfo=dt.UTC)
    return [make.report(lon=lon, at=at + dt.timedelta(minutes=n), **values) for n in range(count)]


def rows(issue: Issue, measure: str = "waterlogging_reports") -> dict[str, tuple[str, str, str, str]]:
    """Return value, its note, base and its note by district, as the public's CSV has them."""
    text = Client().get(f"/bulletins/{issue.number}/bulletin.csv").content.decode("utf-8-sig")
    return {one["area"]: (one["value"], one["value_note"], one["base"], one["base_note"])
            for one in csv.DictReader(text.splitlines()) if one["measure"] == measure}  # fmt: skip


def test_a_small_district_goes_with_its_complement_on_the_page_and_in_the_file() -> None:
    """West 9, east 3, together 12: neither district is shown, the city is."""
    heard(9, WEST)
    heard(3, EAST)
    heard(8, WEST, 2015)
    heard(8, EAST, 2015)
    issue = make.issue("waterlogging_reports")
    told = rows(issue)
    assert told[""][:2] == ("12", "")
    assert told["east"] == ("", "suppressed", "8", "")
    assert told["west"] == ("", "suppressed", "8", "")
    page = Client().get(f"/bulletins/{issue.number}/").content.decode()
    assert "fewer than 5" in page
    assert "not shown" in page
    assert "<b>9</b>" not in page
    assert "<b>3</b>" not in page


def test_a_small_base_hides_the_base_and_the_change_but_not_the_value() -> None:
    """Seven after two: the seven is true and printed; the two and the ratio are not."""
    heard(7, WEST)
    heard(2, WEST, 2015)
    issue = make.issue("reports")
    told = rows(issue, "reports")[""]
    assert told == ("7", "", "", "suppressed")
    page = Client().get(f"/bulletins/{issue.number}/").content.decode()
    assert "<b>7</b>" in page
    assert "×3.5" not in page
    page = Client().get(f"/bulletins/{issue.number}/figures/reports/?of=base").content.decode()
    assert "7 records, counted" in page
    assert "2 records" not in page


def test_a_share_that_tells_of_few_is_hidden_with_its_n() -> None:
    """Two misdials of sixty."""
    for report in heard(60, WEST)[:2]:
        set_validity(report_id=report.pk, validity="misdial", actor=ME, at=LATER)
    issue = make.issue("valid_share")
    assert rows(issue, "valid_share")[""][:2] == ("", "suppressed")
    page = Client().get(f"/bulletins/{issue.number}/figures/valid_share/").content.decode()
    assert "96.7" not in page
    assert "counted, not shown" in page


def test_what_an_issue_hid_stays_hidden_in_its_correction() -> None:
    """East had 3 and has 8 now: shown, it would give away the 3 of then by the total of then."""
    heard(20, WEST)
    east = heard(8, EAST)
    for report in east[:5]:
        set_validity(report_id=report.pk, validity="misdial", actor=ME, at=LATER)
    issue = make.issue("waterlogging_reports")
    assert rows(issue)["east"][1] == "suppressed"
    for report in east[:5]:
        set_validity(report_id=report.pk, validity="valid", actor=ME, at=LATER)
    new = Issue.objects.get(
        number=actions.correct(issue=issue.number, note="五件误改", note_en="x", actor=ME, at=LATER)["issue"]
    )
    told = rows(new)
    assert told[""][0] == "28"
    assert told["east"][:2] == told["west"][:2] == ("", "suppressed")


def test_a_correction_does_not_tell_which_district_a_few_records_left() -> None:
    """West falls from 20 to 19: the city's figure is corrected in print, the districts' are for who signs in."""
    west = heard(20, WEST)
    heard(30, EAST)
    issue = make.issue("waterlogging_reports")
    assert rows(issue)["west"][0] == "20"
    set_validity(report_id=west[0].pk, validity="misdial", actor=ME, at=LATER)
    new = Issue.objects.get(
        number=actions.correct(issue=issue.number, note="一件误拨", note_en="x", actor=ME, at=LATER)["issue"]
    )
    told = rows(new)
    assert told[""][0] == "49"
    assert told["west"][:2] == told["east"][:2] == ("", "suppressed")
    reader = Client()
    reader.force_login(make.person("analyst"))
    assert "<b>19</b>" in reader.get(f"/bulletins/{new.number}/").content.decode()


def test_a_measure_is_hidden_where_the_few_that_it_leaves_out_could_be_counted() -> None:
    """58 valid of 60 reports: the share of repeats would print its n, and so tell of the two misdials."""
    for report in heard(60, WEST)[:2]:
        set_validity(report_id=report.pk, validity="misdial", actor=ME, at=LATER)
    issue = make.issue("repeat_share", "hotline_share", "waterlogging_reports")
    assert rows(issue, "reports")[""][:2] == ("60", "")
    assert rows(issue, "repeat_share")[""][:2] == ("", "suppressed")
    assert rows(issue, "waterlogging_reports")[""][:2] == ("", "suppressed")


def heard_in(months: dict[int, int]) -> None:
    for month, count in months.items():
        for n in range(count):
            make.report(lon=WEST, at=dt.datetime(2016, month, 10, 4, n, tzinfo=dt.UTC))


def test_half_a_year_and_the_year_do_not_give_away_the_other_half() -> None:
    """Nine by June and eleven in the year would be two after June."""
    heard_in({3: 9, 9: 2})
    assert rows(make.issue("reports", until=dt.date(2016, 6, 30)), "reports")[""][0] == "9"
    assert rows(make.issue("reports"), "reports")[""][:2] == ("", "suppressed")


def test_a_quarter_that_was_hidden_is_not_told_by_the_others_and_the_year() -> None:
    """Three in the first quarter; with the other three and the year in print, the three would be."""
    heard_in({2: 3, 5: 6, 8: 7, 11: 8})
    quarters = [make.issue("reports", since=dt.date(2016, month, 1), until=dt.date(2016, month + 2, last))
                for month, last in ((1, 31), (4, 30), (7, 30), (10, 31))]  # fmt: skip
    assert [rows(one, "reports")[""][0] for one in quarters] == ["", "6", "7", "8"]
    assert rows(make.issue("reports"), "reports")[""][:2] == ("", "suppressed")


def test_the_base_of_this_year_does_not_tell_which_district_of_last_year_a_few_records_left() -> None:
    """Last year's bulletin said 20 in the west; it is 19 by now, and this year's has last year as its base."""
    west = heard(20, WEST, 2015)
    heard(30, EAST, 2015)
    heard(40, WEST)
    old = make.issue("waterlogging_reports", since=dt.date(2015, 1, 1), until=dt.date(2015, 12, 31))
    assert rows(old)["west"][0] == "20"
    set_validity(report_id=west[0].pk, validity="misdial", actor=ME, at=LATER)
    told = rows(make.issue("waterlogging_reports"))
    assert told[""][2] == "49"
    assert told["west"][2:] == told["east"][2:] == ("", "suppressed")


def test_works_lists_and_crews_are_about_no_person_and_are_printed_however_few() -> None:
    """One storm and one site are no small cells."""
    make.storms(2016, [(WEST, 31.73)])
    make.study(2016, adopt=True)
    issue = make.issue("sites")
    assert rows(issue, "sites")[""][:2] == ("1", "")


def test_a_headline_with_signs_of_markup_is_printed_as_it_was_typed() -> None:
    """The PDF takes it as text, in both languages."""
    heard(7, WEST)
    at = dt.datetime(2016, 1, 4, tzinfo=dt.UTC)
    actions.fix_measures(since=at.date(), until=dt.date(2016, 12, 31), measures=["reports"], actor=ME, at=at)
    told = {"headline": "#接报 & *处置*", "headline_en": "Heard & $done$ @x", "issuer": "government"}
    number = actions.compose(plan="BP-2016-01", **told, actor=ME, at=LATER)["issue"]
    for language, headline in (("en", told["headline_en"]), ("zh-hans", told["headline"])):
        answer: Any = Client().get(f"/bulletins/{number}/bulletin.pdf", {"lang": language}, follow=True)
        document = PdfReader(io.BytesIO(answer.content))
        assert document.metadata is not None
        assert document.metadata.title == headline
        assert headline.replace(" ", "") in document.pages[0].extract_text().replace(" ", "")


def test_a_fall_is_no_rise_in_the_chinese_pdf() -> None:
    """It has a minus sign."""
    heard(10, WEST, 2015)
    heard(8, WEST)
    number = make.issue("reports").number
    answer: Any = Client().get(f"/bulletins/{number}/bulletin.pdf", {"lang": "zh-hans"}, follow=True)
    assert "−20.0%" in PdfReader(io.BytesIO(answer.content)).pages[0].extract_text()


def test_an_issue_says_whom_to_ask_and_what_is_to_come(client: Client) -> None:
    """As the city names it; the next period with its measures once they are fixed."""
    here = make.city()
    here.settings = json.dumps({"bulletin_contact": "12345"})
    here.save()
    make.organisation("government")
    issue = make.issue()
    page = client.get(f"/bulletins/{issue.number}/", headers={"Accept-Language": "en"})
    assert "Questions about this issue: 12345" in page.content.decode()
    assert page.context["next_plan"] is None


def test_a_file_holds_no_noise_of_binary_fractions() -> None:
    """A share is written with at most two digits more than are printed; so are base and interval."""
    heard(30, WEST)
    issue = make.issue("valid_share")
    noise = {"value": 99.99999999999999, "base": 33.33333333333333, "low": 66.66666666666667, "high": 88.10000000000001}
    Figure.objects.filter(issue=issue, measure="valid_share").update(**noise)
    text = Client().get(f"/bulletins/{issue.number}/bulletin.csv").content.decode("utf-8-sig")
    row = next(row for row in csv.DictReader(io.StringIO(text)) if row["measure"] == "valid_share")
    assert [row[name] for name in noise] == ["100.0", "33.333", "66.667", "88.1"]


def test_works_put_right_have_their_own_heading_in_chinese() -> None:
    """The part of the works is headed as the field writes it, not as a citizen is answered."""
    text = Client().get(f"/bulletins/{make.issue('lists_issued').number}/", {"lang": "zh-hans"}).content.decode()
    assert "<h2>整改落实</h2>" in text
