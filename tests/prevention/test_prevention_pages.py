"""The inbox as an officer and a supervisor use it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from anlan.core.models import Area
from anlan.prevention.models import Problem
from anlan.prevention.words import against
from tests import make
from tests.make.problems import Town, problem


@pytest.fixture
def officer(town: Town) -> Client:
    return make.browser(town.officer)


def test_an_officer_signs_for_a_problem_with_one_key(town: Town, officer: Client) -> None:
    """The button carries its letter; pressed twice, the second press is told where the problem stands."""
    number = town.assigned()
    page = officer.get(f"/problems/?p={number}").content.decode()
    assert 'data-key="s"' in page
    officer.post(f"/problems/{number}/sign_for")
    assert problem(number).state == "signed"
    again = officer.post(f"/problems/{number}/sign_for", follow=True).content.decode()
    assert "already" in again


def test_a_stranger_finds_nothing(town: Town, client: Client) -> None:
    """Another organisation's officer has an empty inbox, and the address answers that there is none."""
    number = town.assigned()
    client.force_login(make.person("officer", at="west-office"))
    assert number not in client.get("/problems/").content.decode()
    assert client.get(f"/problems/?p={number}").status_code == 404


def test_a_sites_page_leads_to_its_problem(town: Town, client: Client) -> None:
    """The path goes on from the site."""
    number = town.accepted()
    client.force_login(make.person("analyst"))
    assert number in client.get("/sites/001/").content.decode()
    assert "T-2016-0001" in client.get(f"/problems/?p={number}").content.decode()


def test_an_officer_signs_for_a_whole_list_or_for_none_of_it(town: Town, officer: Client) -> None:
    """One press signs for what the list shows; where one was taken meanwhile, it is named and nothing is signed."""
    numbers = town.raised(1, 2)
    for number in numbers:
        town.instruct(number)
    assert "Sign for these 2" in officer.get("/problems/?view=sign").content.decode()
    officer.post(f"/problems/{numbers[0]}/sign_for")
    told = officer.post("/problems/sign", {"problems": numbers}, follow=True).content.decode()
    assert (f"{numbers[0]} is already" in told, problem(numbers[1]).state) == (True, "assigned")
    told = officer.post("/problems/sign", {"problems": numbers[1:]}, follow=True).content.decode()
    assert ("1 problem signed for" in told, problem(numbers[1]).state) == (True, "signed")


def test_a_title_is_read_in_the_readers_language(town: Town, client: Client) -> None:
    """A single problem may be named in English too; who reads English finds it so, and what has none in Chinese."""
    client.force_login(make.person("analyst"))
    told = {"what": "single", "origin": "hazard", "addressee": "government"}
    client.post("/problems/new/", told | {"title": "护栏锈断", "title_en": "Railing rusted through"})
    client.post("/problems/new/", told | {"title": "井盖松动"})
    english = client.get("/problems/?q=rusted").content.decode()
    assert '<span lang="en">Railing rusted through</span>' in english
    assert "护栏锈断" not in english
    assert '<span lang="zh">井盖松动</span>' in client.get("/problems/").content.decode()
    chinese = client.get("/problems/", headers={"accept-language": "zh-Hans"}).content.decode()
    assert "护栏锈断" in chinese
    assert "Railing" not in chinese


def test_one_day_is_one_day() -> None:
    """The distance to a deadline is written in the singular where it is one day, on either side."""
    assert against(dt.date(2016, 2, 2), dt.date(2016, 2, 1))[1] == "1 day left"
    assert against(dt.date(2016, 2, 1), dt.date(2016, 2, 2))[1] == "1 day late"


def test_a_problem_names_its_area(town: Town, client: Client) -> None:
    """A code says nothing to a reader; an area that was gone already keeps its last name."""
    client.force_login(make.person("analyst"))
    told = {"what": "single", "origin": "hazard", "addressee": "government", "title": "护栏锈断", "area": "west"}
    client.post("/problems/new/", told)
    page = f"/problems/?p={Problem.objects.get().number}"
    assert "West District" in client.get(page).content.decode()
    assert "西区" in client.get(page, headers={"accept-language": "zh-Hans"}).content.decode()
    Problem.objects.update(area=Area.objects.get(code="east-city"))
    assert "East City" in client.get(page).content.decode()
