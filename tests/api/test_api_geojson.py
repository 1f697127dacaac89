"""GeoJSON for GIS desktops: what a key or a log-in may see, and nothing of persons or places of crime."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from anlan.core.people.actors import system
from anlan.triage import actions as triage
from tests import make

AT = make.AT
ME = system("test")
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def town() -> None:
    make.city()


def numbers(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [one["properties"]["number"] for one in answer.json()["features"]]


def test_a_person_reads_incidents_in_pages_and_in_a_box(client: Client) -> None:
    """Matched and returned are told, the next page is linked, and a box leaves the others out."""
    made = [make.incident(lon=119.93 + n / 100) for n in range(4)]
    client.force_login(make.person("analyst"))
    answer = client.get("/geo/incidents.geojson?limit=3")
    told = answer.json()
    assert (told["numberMatched"], told["numberReturned"]) == (4, 3)
    following = next(link["href"] for link in told["links"] if link["rel"] == "next")
    assert numbers(answer) + numbers(client.get(following)) == made
    assert numbers(client.get("/geo/incidents.geojson?bbox=119.925,31.7,119.945,31.8")) == made[:2]


def test_places_of_crime_and_violence_are_no_points(client: Client) -> None:
    """Nor is anything said of who called: ten metres, category, state, times."""
    water = make.incident(words="water", contact="13900000000")
    make.incident(category="theft", lon=119.95)
    make.incident(category="home_violence", lon=119.96)
    client.force_login(make.person("analyst"))
    answer = client.get("/geo/incidents.geojson")
    assert numbers(answer) == [water]
    assert set(answer.json()["features"][0]["properties"]) == {
        "number", "category", "state", "urgency", "owner", "opened_at", "closed_at"
    }  # fmt: skip
    assert "13900000000" not in answer.content.decode()


def test_a_partner_sees_what_its_organisation_holds(client: Client) -> None:
    """With its key; without one nothing."""
    make.incident(lon=119.93)
    mine = make.incident(lon=119.95)
    triage.hand_over(number=mine, to="drains", actor=ME, at=AT)
    _, key = make.partner(at="drains")
    headers = {"authorization": f"Bearer {key}"}
    assert numbers(client.get("/api/geojson/incidents", headers=headers)) == [mine]
    assert client.get("/api/geojson/incidents").status_code == 401


def test_an_officer_of_another_house_sees_none(client: Client) -> None:
    """The same scope as on the pages."""
    make.incident()
    client.force_login(make.person("officer", at="west-office"))
    assert numbers(client.get("/geo/incidents.geojson")) == []


def test_sites_and_problems_have_their_numbers(client: Client) -> None:
    """As points that a map can carry."""
    from anlan.prevention.actions import raise_problems

    make.organisation("government", kind="government")
    make.storms(2015, [(119.95, 31.74), (119.97, 31.75)])
    study = make.study(2015, adopt=True)
    at = dt.datetime(2016, 1, 13, tzinfo=dt.UTC)
    raise_problems(title="Ponding", addressee="government", study=study.pk, sites=[1], actor=ME, at=at)
    client.force_login(make.person("analyst"))
    assert numbers(client.get("/geo/sites.geojson")) == ["001", "002"]
    assert numbers(client.get("/geo/problems.geojson")) == ["P-2016-0001"]


@pytest.mark.parametrize(
    ("query", "said"),
    [("bbox=1,2,3", "west,south,east,north"), ("limit=0", "whole number"), ("since=June", "2016-06-28"),
     ("bbox=2,0,1,1", "west before east"), ("limit=²", "whole number"), ("offset=" + "9" * 5000, "whole number"),
     ("until=9999-12-31", "1900 to 2200"), ("bbox=nan,0,1,1", "west before east"),
     ("categry=noise", "takes no categry"), ("category=flood", "no category flood")],
)  # fmt: skip
def test_what_cannot_be_read_is_said(client: Client, query: str, said: str) -> None:
    """400 with how to write it; an unknown collection is 404."""
    client.force_login(make.person("analyst"))
    answer = client.get(f"/geo/incidents.geojson?{query}")
    assert answer.status_code == 400
    assert said in answer.json()["message"]
    assert client.get("/geo/callers.geojson").status_code == 404


def test_a_refusal_is_in_the_readers_language(client: Client) -> None:
    """Of a wrong parameter, of an unknown collection, and of a missing key: by Accept-Language, codes as ever."""
    chinese = {"accept-language": "zh-CN"}
    nobody: Any = client.get("/api/geojson/incidents", headers=chinese)
    assert nobody.json() == {"error": "unauthorized", "field": None,
                             "message": "请在请求头中提供 `Authorization: Bearer KEY`，并使用有效的密钥。"}  # fmt: skip
    client.force_login(make.person("analyst"))
    wrong = client.get("/geo/incidents.geojson?limit=0", headers=chinese).json()
    assert wrong == {"error": "bad_request", "message": "limit 为 1 至 10000 的整数"}
    assert client.get("/geo/callers.geojson", headers=chinese).json()["message"].startswith("没有数据集 callers")


def test_days_are_those_of_the_city(client: Client) -> None:
    """An incident of one o'clock in the night belongs to that day, though in UTC it was still the day before."""
    make.incident()  # at AT, local noon
    night = dt.datetime(2016, 6, 29, 1, tzinfo=dt.timezone(dt.timedelta(hours=8)))
    report = make.report(at=night)
    late = str(triage.open_incident(report_id=report.pk, actor=ME, at=night)["incident"])
    client.force_login(make.person("analyst"))
    answer = client.get("/geo/incidents.geojson?since=2016-06-29&until=2016-06-29")
    assert numbers(answer) == [late]
    assert answer.json()["features"][0]["properties"]["opened_at"] == "2016-06-29T01:00:00+08:00"
    assert late not in numbers(client.get("/geo/incidents.geojson?until=2016-06-28"))


def test_a_site_is_one_point_where_the_newest_study_found_it(client: Client) -> None:
    """Two years of studies are two places of one site, and a map that shows both counts it twice."""
    for year in (2015, 2016):
        make.storms(year, [(119.95, 31.74)])
        make.study(year, adopt=True)
    client.force_login(make.person("analyst"))
    told = client.get("/geo/sites.geojson").json()["features"]
    assert [(one["properties"]["number"], one["properties"]["until"]) for one in told] == [("001", "2016-12-31")]


def test_a_collection_is_read_and_never_posted_to(client: Client) -> None:
    """With a key too."""
    _, key = make.partner(at="drains")
    assert client.post("/api/geojson/sites", headers={"authorization": f"Bearer {key}"}).status_code == 405


def test_a_page_takes_a_fixed_number_of_queries(client: Client, django_assert_max_num_queries: Any) -> None:
    """However many features it has."""
    for n in range(12):
        make.incident(lon=119.92 + n / 200)
    client.force_login(make.person("analyst"))
    with django_assert_max_num_queries(8):
        client.get("/geo/incidents.geojson")
