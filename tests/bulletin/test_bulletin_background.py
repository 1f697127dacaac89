"""Slow work of a bulletin in the background: composing, recomputing, stopped and taken up again."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator

import pytest
from django.test import Client

from anlan.bulletin import actions
from anlan.bulletin.actions import requests
from anlan.bulletin.models import Figure, Issue, Plan, Recomputation
from anlan.core import jobs
from anlan.core.ledger.verification import verify as verify_ledger
from anlan.core.models import Job, LedgerEntry
from anlan.core.people.actors import system
from anlan.core.time.clock import frozen
from anlan.intake.actions import set_validity
from anlan.intake.models import Report
from tests import make

ME = system("test")
JAN, LATER = dt.datetime(2016, 1, 4, tzinfo=dt.UTC), dt.datetime(2017, 1, 25, tzinfo=dt.UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def town() -> Iterator[None]:
    """Seven reports, and a plan of four measures whose period is over."""
    make.city()
    make.organisation("government", kind="government")
    for n in range(7):
        make.report(lon=119.93 + n / 500, at=dt.datetime(2016, 6, 10 + n, 4, tzinfo=dt.UTC))
    told = {"since": dt.date(2016, 1, 1), "until": dt.date(2016, 12, 31), "measures": ["reports", "valid_share"]}
    actions.fix_measures(**told, actor=ME, at=JAN)
    with frozen(LATER):
        yield


@pytest.fixture
def publisher(client: Client) -> Client:
    client.force_login(make.person("publisher", at="government"))
    return client


def test_an_issue_is_composed_in_the_background_and_only_once(publisher: Client) -> None:
    """A double press asks once; the progress page asks the browser to load anew when the issue is there."""
    for _ in range(2):
        publisher.post("/bulletins/desk/compose", {"plan": "BP-2016-01", "headline": "年报"})
    assert Job.objects.filter(name=requests.COMPOSE).count() == 1
    running = publisher.get("/bulletins/desk/BP-2016-01/progress")
    assert "Waiting for the worker" in running.content.decode()
    assert "HX-Refresh" not in running.headers
    jobs.drain()
    assert publisher.get("/bulletins/desk/BP-2016-01/progress").headers["HX-Refresh"] == "true"
    issue = Issue.objects.get()
    assert issue.issuer.code == "government"
    assert Figure.objects.get(issue=issue, measure="reports").value == 7
    assert verify_ledger().ok


def test_a_plan_is_proposed_for_the_year_of_the_city(publisher: Client) -> None:
    """On New Year's morning the city's year has begun, and that of UTC has not."""
    with frozen(dt.datetime(2016, 12, 31, 20, tzinfo=dt.UTC)):
        assert 'value="2017-01-01"' in publisher.get("/bulletins/desk/plan").content.decode()


def test_a_form_of_the_desk_that_comes_twice_counts_once(publisher: Client) -> None:
    """Also when its work is done meanwhile; every form carries its key, and other words under it are refused."""
    sent = {"plan": "BP-2016-01", "headline": "年报", "key": "a"}
    assert 'name="key"' in publisher.get("/bulletins/desk/").content.decode()
    assert 'name="key"' in publisher.get("/bulletins/desk/plan").content.decode()
    answers = [publisher.post("/bulletins/desk/compose", sent).status_code]
    jobs.drain()
    answers += [publisher.post("/bulletins/desk/compose", sent | more).status_code for more in ({}, {"headline": "x"})]
    assert answers == [302, 302, 409]
    address = f"/bulletins/{Issue.objects.get().number}/correct"
    assert 'name="key"' in publisher.get(address).content.decode()
    noted = {"note": "七月的数字有误", "note_en": "July was wrong.", "key": "b"}
    for _ in range(2):
        assert publisher.post(address, noted).status_code == 302
        jobs.drain()
    assert Job.objects.filter(name=requests.COMPOSE).count() == 2


def test_what_cannot_be_composed_is_said_at_once(publisher: Client) -> None:
    """At its field, with what was typed, and no job is made: a missing headline, one that no page holds, no plan."""
    sent = {"plan": "BP-2016-01", "headline": " ", "headline_en": "A year of rain"}
    answer = publisher.post("/bulletins/desk/compose", sent)
    page = answer.content.decode()
    assert (answer.status_code, "Write a headline." in page, 'value="A year of rain"' in page) == (422, True, True)
    long = publisher.post("/bulletins/desk/compose", sent | {"headline": "雨" * 300})
    assert (long.status_code, "雨" * 300 in long.content.decode()) == (422, True)
    nowhere = publisher.post("/bulletins/desk/compose", sent | {"plan": "BP-1999-01", "headline": "年报"})
    assert (nowhere.status_code, 'role="alert"' in nowhere.content.decode()) == (409, True)
    assert not Job.objects.exists()


def test_a_correction_that_is_refused_keeps_its_words(publisher: Client) -> None:
    """On the page from which it was sent."""
    issue = make.issue_of("BP-2016-01")
    wrong = publisher.post(f"/bulletins/{issue.number}/correct", {"note": " "})
    assert (wrong.status_code, "error" in wrong.content.decode()) == (422, True)
    long = publisher.post(f"/bulletins/{issue.number}/correct", {"note": "x" * 5000})
    assert (long.status_code, "x" * 5000 in long.content.decode()) == (422, True)
    assert Job.objects.count() == 0


def test_composing_is_stopped_and_taken_up_again(publisher: Client) -> None:
    """Nothing is stored by a stopped run; taken up again it ends."""
    publisher.post("/bulletins/desk/compose", {"plan": "BP-2016-01", "headline": "年报"})
    publisher.post("/bulletins/desk/BP-2016-01/progress")
    jobs.drain()
    assert not Issue.objects.exists()
    assert "Taken up again, it begins anew" in publisher.get("/bulletins/desk/").content.decode()
    publisher.post("/bulletins/desk/BP-2016-01/progress", {"resume": "1"})
    jobs.drain()
    assert Issue.objects.count() == 1


def test_a_run_that_is_stopped_while_it_reads_ends_at_its_next_measure(publisher: Client) -> None:
    """The stop is heard between two measures."""
    issue = make.issue_of("BP-2016-01")
    publisher.post(f"/bulletins/{issue.number}/recompute/start")
    run = jobs.claim()
    assert run is not None
    jobs.stop(job_id=run.job_id, actor=ME, at=LATER)
    jobs.run(run)
    assert Job.objects.get(pk=run.job_id).state == Job.State.STOPPED
    assert Recomputation.objects.get().finished_at is None


def test_a_stopped_recomputing_goes_on_from_where_it_was(publisher: Client) -> None:
    """What was read stays as it was read; the page says from which ledger position to which."""
    issue = make.issue_of("BP-2016-01")
    address = f"/bulletins/{issue.number}/recompute/"
    publisher.post(f"{address}start")
    run = jobs.claim()
    assert run is not None
    tell = run.progress

    def stop_after_one(done: int, total: int | None = None) -> None:
        tell(done, total)
        if done == 1:
            jobs.stop(job_id=run.job_id, actor=ME, at=LATER)

    run.progress = stop_after_one  # type: ignore[method-assign]
    jobs.run(run)
    kept = Recomputation.objects.get()
    assert [one["measure"] for one in kept.findings["figures"]] == ["reports"]
    assert "it goes on from there" in publisher.get(address).content.decode()
    make.report(at=dt.datetime(2016, 7, 1, 4, tzinfo=dt.UTC))
    publisher.post(f"{address}progress", {"resume": "1"})
    jobs.drain()
    ended = Recomputation.objects.get()
    told = {one["measure"]: one["same"] for one in ended.findings["figures"]}
    assert told == {"reports": True, "valid_share": False}
    assert kept.position is not None
    assert ended.position == kept.position < ended.findings["until"]
    page = publisher.get(address).content.decode()
    assert f"at ledger positions {ended.position} to {ended.findings['until']}" in page


def test_recomputing_anew_in_the_place_of_a_stopped_one_reads_everything(publisher: Client) -> None:
    """And the stopped job, taken up again, does nothing any more."""
    issue = make.issue_of("BP-2016-01")
    address = f"/bulletins/{issue.number}/recompute/"
    publisher.post(f"{address}start")
    old = Job.objects.get(name=requests.RECOMPUTE)
    publisher.post(f"{address}progress")
    publisher.post(f"{address}start")
    jobs.resume(job_id=old.pk, actor=ME, at=LATER)
    jobs.drain()
    assert LedgerEntry.objects.filter(kind="bulletin.recomputed").count() == 1
    assert len(Recomputation.objects.get().findings["figures"]) == Figure.objects.filter(issue=issue).count()


def test_recomputing_keeps_its_outcome_with_the_issue(publisher: Client) -> None:
    """Started, read in the background, kept with moment and position; what changed since is named on the page."""
    issue = make.issue_of("BP-2016-01")
    report = Report.objects.order_by("pk").first()
    assert report is not None
    set_validity(report_id=report.pk, validity="misdial", actor=ME, at=LATER)
    address = f"/bulletins/{issue.number}/recompute/"
    assert "Not recomputed yet" in publisher.get(address).content.decode()
    for _ in range(2):
        publisher.post(f"{address}start")
    assert Recomputation.objects.count() == 1
    assert "<progress" in publisher.get(address).content.decode()
    jobs.drain()
    page = publisher.get(address).content.decode()
    assert "Every figure follows from the rows that were stored with it." in page
    assert report.number in page
    assert "Validity changed" in page
    assert page.index("figures/valid_share/") < page.index("figures/reports/")  # what changed stands first
    told = json.loads(LedgerEntry.objects.get(kind="bulletin.recomputed").payload)
    assert told["holds"]
    assert told["same"] < told["figures"]
    publisher.post(f"{address}start")
    assert Recomputation.objects.count() == 2
    assert "Every figure follows" in publisher.get(address).content.decode()  # the last one stands until the next


def test_a_stopped_recomputing_is_taken_up_again_by_whoever_may_see_its_job(publisher: Client) -> None:
    """The auditor sees all jobs; another publisher sees that it stopped and starts one of their own."""
    issue = make.issue_of("BP-2016-01")
    address = f"/bulletins/{issue.number}/recompute/"
    publisher.post(f"{address}start")
    other = Client()
    other.force_login(make.person("publisher", at="government"))
    other.post(f"{address}progress")
    assert Job.objects.get().state == Job.State.READY
    auditor = Client()
    auditor.force_login(make.person("auditor"))
    auditor.post(f"{address}progress")
    assert Job.objects.get().state == Job.State.STOPPED
    assert "Stopped." in other.get(address).content.decode()
    other.post(f"{address}start")
    jobs.drain()
    assert Recomputation.objects.get().finished_at is not None


def test_a_figure_that_no_longer_follows_is_shown_in_red(publisher: Client) -> None:
    """Somebody wrote into the database: the page and its row say so."""
    issue = make.issue_of("BP-2016-01")
    Figure.objects.filter(issue=issue, measure="reports").update(value=8)
    publisher.post(f"/bulletins/{issue.number}/recompute/start")
    jobs.drain()
    page = publisher.get(f"/bulletins/{issue.number}/recompute/").content.decode()
    assert "What is stored is not what was printed" in page
    assert "The figures do not give the verification code." in page
    assert "does not hold" in page


def test_the_public_and_officers_recompute_nothing(client: Client) -> None:
    """They may read the issue."""
    issue = make.issue_of("BP-2016-01")
    address = f"/bulletins/{issue.number}/recompute/"
    assert client.post(f"{address}start").status_code in {302, 403}
    client.force_login(make.person("officer"))
    assert client.post(f"{address}start").status_code == 403
    assert client.get(f"{address}progress").status_code == 403
    assert not Recomputation.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.only_on("postgresql")
def test_figures_and_position_are_read_in_one_moment_while_others_write() -> None:
    """What is written while the figures are drawn is in none of them; progress is told meanwhile."""
    from anlan.bulletin.figures.composition import draw

    seen: list[int] = []

    def tell(done: int, total: int) -> None:
        seen.append(done)
        make.report(at=dt.datetime(2016, 7, 1, 4, tzinfo=dt.UTC))

    drawing = draw(Plan.objects.get(), tell)
    assert seen == list(range(len(Plan.objects.get().codes)))
    assert {one.value for one in drawing.figures if one.measure == "reports"} == {7}
    assert Report.objects.count() == 7 + len(seen)
