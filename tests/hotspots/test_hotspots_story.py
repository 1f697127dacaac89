"""An analyst's way: import, study, read, adopt, and the next year."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from typing import Any

import pytest
from django.test import Client

from anlan.analysis import REVISIONS
from anlan.core import jobs
from anlan.core.models import LedgerEntry
from anlan.core.time.clock import frozen
from anlan.hotspots.actions import adopt_study
from anlan.hotspots.models import Site, Study
from anlan.hotspots.reruns import rerun
from tests import make

pytestmark = pytest.mark.django_db
A, B, C, D = (119.95, 31.74), (119.97, 31.75), (119.99, 31.76), (120.03, 31.74)

FORM = {
    "since": "2014-01-01",
    "until": "2014-12-31",
    "categories": ["waterlogging"],
    "radius_m": "100",
    "min_episodes": "2",
    "episode_gap_h": "24",
}


@pytest.fixture
def town(db: Any) -> None:
    make.city()


@pytest.fixture
def analyst(town: None, client: Client) -> Client:
    client.force_login(make.person("analyst"))
    return client


def test_a_new_study_is_of_the_last_year_in_the_city(analyst: Client) -> None:
    """On New Year's morning the city's year has begun, and that of UTC has not."""
    with frozen(dt.datetime(2016, 12, 31, 20, tzinfo=dt.UTC)):
        assert 'value="2016-01-01"' in analyst.get("/studies/new").content.decode()


def test_a_new_study_proposes_the_days_that_have_reports(analyst: Client) -> None:
    """A city brings in the calls of 2010 to 2012: the form does not ask for a year without any."""
    for day in (dt.date(2010, 3, 4), dt.date(2012, 9, 1)):
        make.report(at=dt.datetime(day.year, day.month, day.day, 4, tzinfo=dt.UTC))
    with frozen(dt.datetime(2026, 5, 1, tzinfo=dt.UTC)):
        page = analyst.get("/studies/new").content.decode()
    assert 'value="2010-03-04"' in page
    assert 'value="2012-09-01"' in page


def test_a_new_study_begins_with_what_its_address_asks(analyst: Client) -> None:
    """After an import: its days and categories; what is no day, or no category to study, changes nothing."""
    page = analyst.get("/studies/new?since=2010-03-04&until=2012-09-01&categories=blocked_drain")
    begun = page.context["form"].initial
    assert (begun["since"], begun["until"]) == (dt.date(2010, 3, 4), dt.date(2012, 9, 1))
    usual = analyst.get("/studies/new").context["form"].initial
    assert begun["categories"] == ["blocked_drain"] != usual["categories"]
    assert analyst.get("/studies/new?since=soon&until=&categories=noise").context["form"].initial == usual


def test_a_study_is_asked_for_run_read_adopted_and_compared_with_the_next(analyst: Client) -> None:
    """The whole of it through the pages: numbers come with adopting, and the next year says what became of them."""
    make.storms(2014, [A, B, C])
    make.storms(2015, [A, B, D])
    asked = analyst.post("/studies/new", FORM | {"name": "Last year", "min_reports": "3"})
    assert asked.status_code == 302
    assert "progress" in analyst.get(asked["Location"]).content.decode()
    jobs.drain()
    page = analyst.get(asked["Location"]).content.decode()
    assert "3 places" in page
    assert "Not adopted" in page
    assert not Site.objects.exists()

    adopting = asked["Location"] + "adopt"
    assert "3 get a new number" in analyst.get(adopting).content.decode()
    analyst.post(adopting)
    assert [site.code for site in Site.objects.all()] == ["001", "002", "003"]

    later = make.study(2015, adopt=True)
    changes = {version.change for version in later.site_versions.all()}
    assert changes == {"kept", "new", "gone"}
    page = analyst.get(f"/studies/{later.pk}/?change=gone").content.decode()
    assert "gone" in page
    assert Site.objects.count() == 4


def test_a_site_page_shows_every_report_behind_it(analyst: Client) -> None:
    """Each member's number stands on the page and leads to the report; place words open with an entry."""
    make.storms(2014, [A])
    make.study(2014, adopt=True)
    page = analyst.get("/sites/001/").content.decode()
    assert page.count('href="/reports/R-') == 9
    assert "Failed in 3 of 3 episodes" in page
    assert "人民路0号桥下" in page  # shared by nine reports: the place's name
    before = LedgerEntry.objects.filter(kind="intake.personal_read").count()
    opened = analyst.post("/sites/001/words")
    assert opened.content.decode().count("人民路0号桥下") >= 9
    assert LedgerEntry.objects.filter(kind="intake.personal_read").count() == before + 9


def test_a_rerun_gives_the_same_bytes_whatever_came_in_since(town: None) -> None:
    """Reports and judgements after the study's position do not change what it gives."""
    from anlan.core.people.actors import system
    from anlan.intake.actions import set_validity
    from anlan.intake.models import Report

    make.storms(2014, [A, B])
    study = make.study(2014)
    make.report(lon=A[0], lat=A[1], received_at=make.AT.replace(year=2014))
    first = Report.objects.order_by("pk").values_list("pk", flat=True)[0]
    set_validity(report_id=first, validity="nuisance", actor=system("test"), at=make.AT)
    same, sentence = rerun(study)
    assert same, sentence


def test_a_rerun_under_another_revision_says_so(town: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the bytes differ and the method has moved on, that is the reason given."""
    make.storms(2014, [A])
    study = make.study(2014)
    Study.objects.filter(pk=study.pk).update(outcome="{}", revision=REVISIONS["recurrent_places"] + 1)
    same, sentence = rerun(Study.objects.get(pk=study.pk))
    assert not same
    assert "method changed r" in sentence


def test_repeats_count_and_misdials_do_not(town: None) -> None:
    """A repeat stays counted; a misdial, a nuisance call and a report without a point are left out, and said."""
    make.storms(2014, [A])
    when = make.AT.replace(year=2014)
    make.report(validity="repeat", lon=A[0], lat=A[1], received_at=when)
    make.report(validity="nuisance", lon=None, lat=None, received_at=when)
    make.report(lon=None, lat=None, place_words="somewhere", received_at=when)
    study = make.study(2014)
    outcome = json.loads(study.outcome)
    assert study.reports == 10
    assert outcome["left_out"]["misdial_or_nuisance"] == 1
    assert outcome["left_out"]["no_coordinates"] == 1
    assert outcome["found"] == 12


def test_an_older_period_is_not_adopted_after_a_newer_one(analyst: Client) -> None:
    """The page says why, with status 409, and nothing is numbered."""
    make.storms(2014, [A])
    make.storms(2015, [A])
    old = make.study(2014)
    make.study(2015, adopt=True)
    answer = analyst.post(f"/studies/{old.pk}/adopt")
    assert answer.status_code == 409
    assert "in time order" in answer.content.decode()
    assert not old.site_versions.exists()


def test_a_longer_period_may_follow_and_counts_nothing_twice(analyst: Client) -> None:
    """Where each year's study begins with the first year, a site's page shows every episode and report once."""
    make.storms(2014, [A])
    make.study(2014, adopt=True)
    make.storms(2015, [A])
    make.study(2015, since=make.AT.replace(year=2014, month=1, day=1).date(), adopt=True)
    page = analyst.get("/sites/001/").content.decode()
    assert "Failed in 6 of 6 episodes" in page
    assert page.count('href="/reports/R-') == 18


def test_adopting_twice_is_adopting_once(town: None) -> None:
    """The second call gives the first one's answer and writes nothing."""
    make.storms(2014, [A])
    study = make.study(2014, adopt=True)
    entries = LedgerEntry.objects.count()
    assert adopt_study(study_id=study.pk, actor=make.actor("analyst"), at=make.AT)["changes"] == {"new": 1}
    assert LedgerEntry.objects.filter(kind="hotspots.study_adopted").count() == 1
    assert LedgerEntry.objects.count() == entries


def test_an_area_limits_the_study_and_its_comparison(town: None) -> None:
    """Sites outside the studied area are neither found nor called gone."""
    make.storms(2014, [A, D])
    make.study(2014, adopt=True)
    make.storms(2015, [A])
    later = make.study(2015, area="west", adopt=True)
    assert [version.change for version in later.site_versions.all()] == ["kept"]


def test_a_form_sent_twice_starts_one_study_which_names_its_silent_areas(analyst: Client) -> None:
    """A double press is one press; an area where people live and nobody reports is named, not coded."""
    make.storms(2014, [A, B])
    for _ in range(2):
        asked = analyst.post("/studies/new", FORM | {"min_reports": "3", "key": "once"})
    assert analyst.post("/studies/new", FORM | {"min_reports": "4", "key": "once"}).status_code == 409
    assert Study.objects.count() == 1
    jobs.drain()
    page = analyst.get(asked["Location"] + "details").content.decode()
    assert "East City: 40,000 people, no report" in page


@pytest.mark.parametrize("address", ["/studies/?q=²", "/sites/²/", "/sites/99999999999999999999/"])
def test_what_is_no_number_of_a_site_finds_none(analyst: Client, address: str) -> None:
    """A digit that counts nothing is words, and no error of ours."""
    assert analyst.get(address).status_code in {200, 404}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"radius_m": "5"}, "from 20.0 to 1000.0"),
        ({"until": "2013-12-31"}, "ends before it begins"),
        ({"since": "soon"}, "valid date"),
    ],
)
def test_a_wrong_parameter_says_what_to_write(analyst: Client, wrong: dict[str, str], said: str) -> None:
    """Status 422, the field marked, nothing started."""
    form = FORM | wrong
    answer = analyst.post("/studies/new", form)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Study.objects.exists()


def test_a_study_of_a_quiet_period_says_so(analyst: Client) -> None:
    """No reports is an answer, not an error."""
    study = make.study(2013)
    page = analyst.get(f"/studies/{study.pk}/").content.decode()
    assert "No place failed in enough separate episodes" in page
    assert analyst.get(f"/studies/{study.pk}/details").status_code == 200


def test_exports_carry_no_formula(analyst: Client) -> None:
    """A cell that a spreadsheet would run is written as text; GeoJSON holds the same places."""
    from anlan.hotspots.models import StudyPlace

    make.storms(2014, [A, B])
    study = make.study(2014, adopt=True)
    StudyPlace.objects.filter(study=study, rank=1).update(label="=cmd()|' /C calc'!A0")
    rows = list(csv.DictReader(io.StringIO(analyst.get(f"/studies/{study.pk}/export.csv").content.decode("utf-8-sig"))))
    assert [row["site"] for row in rows] == ["001", "002"]
    assert not any(row["name"].startswith("=") for row in rows)
    assert len(analyst.get(f"/studies/{study.pk}/export.geojson").json()["features"]) == 2


def test_the_map_shows_ranks_before_and_numbers_after_adoption(analyst: Client) -> None:
    """A number on paper must never be a rank."""
    make.storms(2014, [A, B])
    make.study(2014, adopt=True)
    make.storms(2015, [B])
    later = make.study(2015)

    def labels() -> list[str]:
        answer = analyst.get(f"/studies/{later.pk}/places.geojson").json()
        return [one["properties"]["label"] for one in answer["features"]]

    assert labels()[0] == "1"
    adopt_study(study_id=later.pk, actor=make.actor("analyst"), at=make.AT)
    number = later.places.get(rank=1).site_version.site.code
    assert labels()[0] == number


def test_who_may_not_study_is_refused(town: None, client: Client) -> None:
    """A call-taker reads studies and starts none; the public sees the log-in."""
    assert client.get("/studies/").status_code == 302
    client.force_login(make.person("call_taker"))
    assert client.get("/studies/").status_code == 200
    assert client.get("/studies/new").status_code == 403


@pytest.mark.parametrize(
    "address", ["/studies/", "/studies/{pk}/", "/studies/{pk}/details", "/sites/001/", "/studies/{pk}/places.geojson"]
)
def test_a_page_asks_the_database_a_bounded_number_of_times(
    analyst: Client, address: str, django_assert_max_num_queries: Any
) -> None:
    """However many places and reports there are."""
    make.storms(2014, [(119.93 + 0.005 * n, 31.74) for n in range(12)])
    study = make.study(2014, adopt=True)
    with django_assert_max_num_queries(32):
        assert analyst.get(address.format(pk=study.pk)).status_code == 200


def test_a_running_study_can_be_stopped_and_taken_up_again(analyst: Client) -> None:
    """Stopping stores nothing; taking it up again ends in the same study."""
    make.storms(2014, [A])
    address = analyst.post("/studies/new", FORM)["Location"]
    analyst.post(f"{address}stop")
    jobs.drain()
    assert "Stopped" in analyst.get(address).content.decode()
    analyst.post(f"{address}stop", {"resume": "1"})
    jobs.drain()
    assert Study.objects.get().state == "finished"


def test_a_study_that_its_input_does_not_allow_fails_in_words(analyst: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same input gives the same error again: it is said on the page, and nobody waits for another attempt."""
    from anlan.hotspots import jobs as studies

    def too_wide(*given: object) -> None:
        raise ValueError("the reports span more than one zone of the projection")

    monkeypatch.setattr(studies, "compute", too_wide)
    make.storms(2014, [A])
    asked = analyst.post("/studies/new", FORM | {"name": "Too wide", "min_reports": "3"})
    assert jobs.drain() == 1
    page = analyst.get(asked["Location"]).content.decode()
    assert "The study failed." in page
    assert "more than one zone" in page
    assert Study.objects.get().state == "failed"


def test_a_longer_period_is_not_compared_without_a_word(town: None, analyst: Client) -> None:
    """Half a year beside a whole one says so with the months of both; two whole years say nothing."""
    make.storms(2015, [A, B])
    make.storms(2016, [A, B])
    make.study(2015, adopt=True)
    year = make.study(2016)
    assert analyst.get(f"/studies/{year.pk}/").context["view"].unequal is None
    half = make.study(2016, until=dt.date(2016, 6, 30))
    page = analyst.get(f"/studies/{half.pk}/")
    assert page.context["view"].unequal == (12, 6)
    assert "12 months then, 6 now" in page.content.decode()
