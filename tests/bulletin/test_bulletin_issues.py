"""A bulletin from its plan to its correction: through HTTP, and recomputed."""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.db.models import F
from django.test import Client

from anlan.bulletin import actions
from anlan.bulletin.figures.composition import figure_of
from anlan.bulletin.figures.measure import MEASURES
from anlan.bulletin.figures.verification import verify
from anlan.bulletin.models import Figure, Issue, Plan
from anlan.bulletin.paper import paper_of
from anlan.core import jobs
from anlan.core.models import City
from anlan.core.people.actors import system
from anlan.core.print import Words
from anlan.core.refusals import Refused
from anlan.core.time.clock import frozen
from anlan.intake.actions import erase_report, set_validity
from anlan.intake.models import Report
from anlan.triage import actions as triage
from tests import make
from tests.flat import flat

ME = system("test")
SINCE, UNTIL = dt.date(2016, 1, 1), dt.date(2016, 12, 31)
JAN, LATER = dt.datetime(2016, 1, 4, tzinfo=dt.UTC), dt.datetime(2017, 1, 25, tzinfo=dt.UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def town() -> Iterator[None]:
    """A small town with seven reports in 2016, two in 2015, and three incidents."""
    make.city()
    make.organisation("government", kind="government")
    for n in range(7):
        report = make.report(lon=119.93 + n / 500, at=dt.datetime(2016, 6, 10 + n, 4, tzinfo=dt.UTC))
        if n < 3:
            triage.open_incident(report_id=report.pk, actor=ME, at=dt.datetime(2016, 6, 10 + n, 5, tzinfo=dt.UTC))
    for n in range(2):
        make.report(lon=119.93 + n / 500, at=dt.datetime(2015, 6, 10, 4 + n, tzinfo=dt.UTC))
    with frozen(LATER):
        yield


def published(measures: tuple[str, ...] = ("reports", "valid_share", "incidents")) -> Issue:
    return make.issue(*measures, headline="接报七件", headline_en="Seven reports")


def test_at_least_forty_measures_each_with_its_counter_indicator_and_two_languages() -> None:
    """Every definition is complete, and what stands beside a measure is a measure."""
    assert len(MEASURES) >= 40
    for one in MEASURES.values():
        assert one.counter in MEASURES
        assert one.counter != one.code
        assert all((one.name, one.name_en, one.unit, one.unit_en, one.says, one.says_en))
        assert one.revision >= 1


@pytest.mark.parametrize("code", sorted(MEASURES))
def test_every_measure_draws_its_rows(code: str) -> None:
    """On a small town, without error, ids in order and without doubles."""
    issue_of = figure_of(MEASURES[code], Plan(since=SINCE, until=UNTIL).period, 0)
    assert issue_of.n >= 0
    drawn = MEASURES[code].draw(Plan(since=SINCE, until=UNTIL).period)
    assert (drawn.ids[1:] > drawn.ids[:-1]).all()


def test_measures_are_fixed_once_for_a_period_that_is_one() -> None:
    """Nobody chooses anew what came out well, and no period ends before it begins."""
    with pytest.raises(Refused) as turned:
        actions.fix_measures(since=UNTIL, until=SINCE, measures=["reports"], actor=ME, at=JAN)
    assert (turned.value.code, turned.value.field) == ("plan_ends_before_it_begins", "until")
    actions.fix_measures(since=SINCE, until=UNTIL, measures=["reports"], actor=ME, at=JAN)
    with pytest.raises(Refused) as again:
        actions.fix_measures(since=SINCE, until=UNTIL, measures=["incidents"], actor=ME, at=JAN)
    assert again.value.code == "measures_fixed_already"


def test_a_measure_brings_its_counter_indicator_along() -> None:
    """Whoever chooses one gets the other."""
    codes = actions.fix_measures(since=SINCE, until=UNTIL, measures=["diverted"], actor=ME, at=JAN)["measures"]
    assert MEASURES["diverted"].counter in codes


def test_an_issue_prints_value_base_n_and_change() -> None:
    """Seven reports after two: a manifold prints both numbers, and the code covers it all."""
    issue = published()
    client = Client()
    page = client.get(f"/bulletins/{issue.number}/").content.decode()
    assert "fewer than 5" in page  # the base of two, and the three incidents
    assert "×3.5" not in page
    assert issue.code in page
    client.force_login(make.person("analyst"))
    assert "×3.5, from 2 to 7" in client.get(f"/bulletins/{issue.number}/").content.decode()
    reports = Figure.objects.get(issue=issue, measure="reports")
    assert (reports.value, reports.n, reports.base, reports.base_n) == (7, 7, 2, 2)


def test_districts_sum_to_the_city_by_the_boundaries_at_the_end_of_the_period(client: Client) -> None:
    """East City became East District on New Year: both years are counted for it, and nothing is lost in the parts."""
    make.report(lon=120.05, at=dt.datetime(2016, 7, 1, tzinfo=dt.UTC))
    make.report(lon=120.05, at=dt.datetime(2015, 7, 1, tzinfo=dt.UTC))
    issue = published(("waterlogging_reports",))
    parts = Figure.objects.filter(issue=issue, measure="waterlogging_reports").exclude(area="")
    whole = Figure.objects.get(issue=issue, measure="waterlogging_reports", area="")
    assert {one.area: (one.value, one.base) for one in parts} == {"west": (7, 2), "east": (1, 1)}
    assert sum(one.value or 0 for one in parts) == whole.value
    assert sum(one.base or 0 for one in parts) == whole.base
    page = client.get(f"/bulletins/{issue.number}/").content.decode()
    assert "not shown" in page
    assert verify(issue).holds


def test_a_click_leads_down_to_the_records() -> None:
    """The public sees how many; who signs in sees those that they may open, and how many they may not."""
    issue = published()
    address = f"/bulletins/{issue.number}/figures/reports/"
    client = Client()
    numbers = list(Report.objects.filter(received_at__year=2016).values_list("number", flat=True))
    assert not any(number in client.get(address).content.decode() for number in numbers)
    client.force_login(make.person("analyst"))
    page = client.get(address).content.decode()
    assert all(number in page for number in numbers)
    client.force_login(make.person("officer", at="west-office"))
    page = client.get(address).content.decode()
    assert not any(number in page for number in numbers)
    assert "7 of this page are counted" in page


def test_the_records_of_the_base_and_those_that_count_most_are_one_click_away(client: Client) -> None:
    """Of the year before too; the slowest first; what is no page number is the first page."""
    slow = make.report(
        received_at=dt.datetime(2016, 7, 1, 4, tzinfo=dt.UTC), at=dt.datetime(2016, 7, 1, 6, tzinfo=dt.UTC)
    )
    issue = published(("reports", "entry_delay"))
    client.force_login(make.person("analyst"))
    page = client.get(f"/bulletins/{issue.number}/figures/entry_delay/?order=most").content.decode()
    assert re.findall(r">(R-\d+-\d+)<", page)[0] == slow.number
    assert "7,200.0" in page
    before = client.get(f"/bulletins/{issue.number}/figures/reports/?of=base&page=²").content.decode()
    numbers = Report.objects.filter(received_at__year=2015).values_list("number", flat=True)
    assert sorted(re.findall(r">(R-\d+-\d+)<", before)) == sorted(numbers)


def test_a_district_leads_to_its_own_records(client: Client) -> None:
    """Few ones are not told to the public there either; an area that is none is no page."""
    east = make.report(lon=120.05, at=dt.datetime(2016, 7, 1, 4, tzinfo=dt.UTC))
    issue = published(("waterlogging_reports",))
    address = f"/bulletins/{issue.number}/figures/waterlogging_reports/?area=east"
    assert f'href="{address}"' in client.get(f"/bulletins/{issue.number}/").content.decode()
    page = client.get(address).content.decode()
    assert "East District" in page
    assert "counted, not shown" in page
    client.force_login(make.person("analyst"))
    assert re.findall(r">(R-\d+-\d+)<", client.get(address).content.decode()) == [east.number]
    assert client.get(address + "ern").status_code == 404


def test_verification_names_what_changed_since_and_why() -> None:
    """A report is later found to be a misdial: the printed figure holds, today's differs, and the row is named."""
    issue = published()
    assert verify(issue).holds
    assert all(one.same for one in verify(issue).figures)
    report = Report.objects.filter(received_at__year=2016).first()
    assert report is not None
    set_validity(report_id=report.pk, validity="misdial", actor=ME, at=LATER)
    found = {one.measure: one for one in verify(issue).figures}
    assert found["reports"].same
    share = found["valid_share"]
    assert share.holds
    assert share.rows_revalued == 1
    assert share.changed == [{"row": report.number, "how": "revalued", "entries": {"intake.validity_set": 1}}]


def test_one_changed_byte_of_the_stored_rows_is_found() -> None:
    """A figure that does not follow from its rows fails, and so does a value that was changed."""
    issue = published()
    Figure.objects.filter(issue=issue, measure="reports").update(value=8)
    found = verify(issue)
    assert not found.holds
    assert not found.code_holds


def test_an_issue_holds_in_whatever_order_the_database_keeps_its_figures() -> None:
    """PostgreSQL moves a row that was written again; the districts still follow their city, and the code holds."""
    make.report(lon=120.05, at=dt.datetime(2016, 7, 1, tzinfo=dt.UTC))
    issue = published(("waterlogging_reports", "reports"))
    for area in ("", "east"):
        Figure.objects.filter(issue=issue, area=area).update(n=F("n"))
    found = verify(issue)
    assert found.code_holds
    areas = [one.measure.partition("@")[2] for one in found.figures if one.measure.startswith("waterlogging_reports")]
    assert areas == ["", "east", "west"]


def test_a_correction_is_an_issue_of_its_own_and_the_old_one_stays() -> None:
    """With its note; the old page says which issue corrects it."""
    issue = published()
    report = Report.objects.filter(received_at__year=2016).first()
    assert report is not None
    set_validity(report_id=report.pk, validity="misdial", actor=ME, at=LATER)
    before = Figure.objects.get(issue=issue, measure="valid_share").value
    new = actions.correct(issue=issue.number, note="一件误拨更正。", note_en="x", actor=ME, at=LATER)["issue"]
    assert new == f"{issue.number}-r2"
    assert Figure.objects.get(issue=issue, measure="valid_share").value == before
    assert Figure.objects.get(issue__number=new, measure="valid_share").value == pytest.approx(100 * 6 / 7)
    assert new in Client().get(f"/bulletins/{issue.number}/").content.decode()
    with pytest.raises(Refused) as again:
        actions.correct(issue=issue.number, note="again", note_en="x", actor=ME, at=LATER)
    assert (again.value.code, again.value.field) == ("issue_not_correctable", "issue")


def test_erasing_a_caller_leaves_every_figure_and_every_verification_as_it_was() -> None:
    """Figures rest on ids and non-personal columns."""
    make.report(words="water", contact="13900000000", at=dt.datetime(2016, 7, 1, tzinfo=dt.UTC))
    issue = published()
    for report in Report.objects.all():
        erase_report(report_id=report.pk, reason="asked", actor=ME, at=LATER)
    found = verify(issue)
    assert found.holds
    assert all(one.same for one in found.figures)


def test_a_publisher_works_through_the_desk(client: Client) -> None:
    """Fix, publish, recompute, correct: each by its button; others are refused."""
    client.force_login(make.person("publisher", at="government"))
    with frozen(JAN):
        told: dict[str, Any] = {"since": "2016-01-01", "until": "2016-12-31", "measures": ["reports", "incidents"]}
        assert client.post("/bulletins/desk/plan", told).status_code == 302
        assert client.post("/bulletins/desk/plan", told).status_code == 409
    plan = Plan.objects.get().number
    answer = client.post("/bulletins/desk/compose", {"plan": plan, "headline": "年报"}, follow=True)
    assert "Waiting for the worker" in answer.content.decode()
    jobs.drain()
    number = Issue.objects.get().number
    assert number in client.get("/bulletins/desk/").content.decode()
    client.post(f"/bulletins/{number}/recompute/start")
    jobs.drain()
    assert "same today" in client.get(f"/bulletins/{number}/recompute/").content.decode()
    client.post(f"/bulletins/{number}/correct", {"note": "typing error", "note_en": "typing error"})
    jobs.drain()
    assert [one.number for one in Issue.objects.all()] == [f"{number}-r2", number]
    client.force_login(make.person("analyst"))
    assert client.post("/bulletins/desk/compose", {"plan": plan, "headline": "x"}).status_code == 403


def test_files_for_print_and_for_sheets(client: Client) -> None:
    """The PDF is a PDF; the CSV has a row a figure, and what is hidden on the page is hidden there."""
    issue = published()
    pdf = client.get(f"/bulletins/{issue.number}/bulletin.pdf")
    assert pdf.content.startswith(b"%PDF-")
    assert pdf["Content-Type"] == "application/pdf"
    assert client.get(f"/bulletins/{issue.number}/bulletin.doc").status_code == 404
    rows = client.get(f"/bulletins/{issue.number}/bulletin.csv").content.decode("utf-8-sig").splitlines()
    told = list(csv.DictReader(rows))
    assert [one["measure"] for one in told if not one["area"]] == issue.plan.codes
    incidents = next(one for one in told if one["measure"] == "incidents" and not one["area"])
    assert (incidents["value"], incidents["n"], incidents["value_note"]) == ("", "", "suppressed")


def test_an_issue_keeps_the_definitions_that_it_was_printed_with(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A measure is defined otherwise later: the old issue says what was counted then, the correction what is now."""
    issue = published()
    before = MEASURES["reports"]
    monkeypatch.setitem(MEASURES, "reports", replace(before, revision=2, says="新口径。", says_en="Counted anew."))
    new = actions.correct(issue=issue.number, note="口径有变。", note_en="x", actor=ME, at=LATER)["issue"]
    address = "/bulletins/{}/figures/reports/"
    assert before.says_en in client.get(address.format(issue.number)).content.decode()
    assert "Counted anew." in client.get(address.format(new)).content.decode()
    Figure.objects.filter(issue=issue, measure="reports").update(says_en="Counted anew.")
    assert not verify(issue).ledger_holds


def test_definitions_are_numbered_as_they_are_printed_and_what_has_no_place_stands_last(client: Client) -> None:
    """Not as the plan has them, nor by the districts' codes."""
    make.report(lon=None, lat=None, place_words="?", at=dt.datetime(2016, 7, 1, tzinfo=dt.UTC))
    issue = published(("incidents", "waterlogging_reports"))
    page = client.get(f"/bulletins/{issue.number}/").content.decode()
    notes = re.findall(r'figures/(\w+)/" data-note="(\d+)"', flat(page))
    assert [note for _code, note in notes] == [str(n) for n in range(1, len(notes) + 1)]
    assert notes[0][0] != issue.plan.codes[0]
    rows = re.findall(
        r'<th scope="row"><a [^>]+>([^<]+)</a>', flat(page).partition("Waterlogging reports by district")[2]
    )
    assert rows[-1] == "without a place"


def test_a_paper_says_that_its_city_is_simulated_and_which_issue_corrects_it() -> None:
    """A paper goes further than the page that warned of it."""
    City.objects.update(synthetic=True)
    issue = published()
    new = actions.correct(issue=issue.number, note="更正。", note_en="x", actor=ME, at=LATER)["issue"]
    said = [part.words for part in paper_of(Issue.objects.get(pk=issue.pk)).parts if isinstance(part, Words)]
    assert "A simulated city: every report here is invented." in said
    assert f"A later issue corrects this one: {new}." in said


def test_a_code_finds_its_issue_and_a_wrong_one_finds_none(client: Client) -> None:
    """One digit off is no bulletin of ours."""
    issue = published()
    assert issue.number in client.get("/bulletins/check", {"code": issue.code.lower()}).content.decode()
    page = client.get("/bulletins/check", {"code": issue.code[:-1] + ("0" if issue.code[-1] != "0" else "1")})
    assert "No bulletin has this code" in page.content.decode()


def test_a_code_is_found_as_a_phone_scans_it(client: Client) -> None:
    """With the number before it; nothing typed finds nothing."""
    issue = published()
    found = client.get("/bulletins/check", {"code": f"{issue.number} {issue.code}"}).content.decode()
    assert "This is the code of" in found
    assert "This is the code of" not in client.get("/bulletins/check", {"code": " "}).content.decode()


def test_a_period_whose_measures_are_fixed_is_announced_until_it_is_published(client: Client) -> None:
    """Who fixes several cannot drop the one that came out badly unseen."""
    actions.fix_measures(since=SINCE, until=dt.date(2016, 6, 30), measures=["reports"], actor=ME, at=JAN)
    assert "2016-01-01 – 2016-06-30" in client.get("/bulletins/").content.decode()
    assert "Over, not published yet." in client.get("/bulletins/").content.decode()
    actions.compose(plan="BP-2016-01", headline="半年", issuer="government", actor=ME, at=LATER)
    assert "Over, not published yet." not in client.get("/bulletins/").content.decode()


def test_words_that_would_be_cut_off_and_an_estimate_that_is_none_are_refused() -> None:
    """Nothing is printed otherwise than it was written."""
    actions.fix_measures(since=SINCE, until=UNTIL, measures=["reports"], actor=ME, at=JAN)
    told = {"plan": "BP-2016-01", "headline": "年报", "issuer": "government", "actor": ME, "at": LATER}
    for field, words, code in (("headline", "年" * 121, "print_too_long"), ("headline_en", "a" * 161, "print_too_long"),
                               ("estimate", "V-1999-001", "unknown_estimate")):  # fmt: skip
        with pytest.raises(Refused) as wrong:
            actions.compose(**told | {field: words})
        assert (wrong.value.code, wrong.value.field) == (code, field)
    issue = actions.compose(**told)["issue"]
    with pytest.raises(Refused) as wordy:
        actions.correct(issue=issue, note="a" * 401, note_en="x", actor=ME, at=LATER)
    assert (wordy.value.code, wordy.value.limits) == ("print_too_long", {"most": 400})


def test_the_list_is_public_and_speaks_chinese(client: Client) -> None:
    """No log-in; both languages."""
    issue = published()
    page = client.get("/bulletins/", headers={"accept-language": "zh-CN"}).content.decode()
    assert issue.number in page
    assert "公报" in page


def test_an_issue_is_read_in_a_fixed_number_of_queries(client: Client, django_assert_max_num_queries: Any) -> None:
    """However many figures it has."""
    issue = published(())
    with django_assert_max_num_queries(12):
        client.get(f"/bulletins/{issue.number}/")


def test_the_payload_in_the_ledger_names_the_code() -> None:
    """So that a bulletin cannot be swapped without the ledger noticing."""
    from anlan.core.models import LedgerEntry

    issue = published()
    entry = LedgerEntry.objects.get(kind="bulletin.published")
    assert json.loads(entry.payload)["code"] == issue.code
