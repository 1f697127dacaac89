"""The public's first page: whom to telephone, what to write, what was published."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from django.test import Client

from tests import make
from tests.flat import flat

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def here() -> None:
    """A city whose emergency numbers are its own."""
    numbers(emergency_numbers=["110", "119"], hotline="12345")


def numbers(**options: object) -> None:
    """Set the city's telephone numbers."""
    here = make.city()
    here.settings = json.dumps(options)
    here.save()


def test_the_public_may_press_the_numbers_to_telephone(client: Client) -> None:
    """The first page and the form lead to the telephone by links, the city's hotline on the first page alone."""
    first, form = client.get("/"), client.get("/report/")
    for number in ("110", "119"):
        assert f'href="tel:{number}"' in first.content.decode()
        assert f'href="tel:{number}"' in form.content.decode()
    assert 'href="tel:12345"' in first.content.decode()


def test_each_number_says_whom_it_reaches(client: Client) -> None:
    """In the reader's language, as the city names them; a number that is not named stands alone."""
    numbers(emergency_numbers=["110", "119", "120"], emergency_names=[["报警", "Police"], ["火警", "Fire"]])
    for language, names in (("zh-hans", ["报警", "火警", ""]), ("en", ["Police", "Fire", ""])):
        page = client.get("/", headers={"Accept-Language": language})
        assert page.context["numbers"] == list(zip(["110", "119", "120"], names, strict=True))
        assert all(name in page.content.decode() for name in names)


@pytest.mark.parametrize(
    ("asked", "shown"),
    [({"emergency_numbers": "911"}, [("911", "")]),
     ({"emergency_numbers": ["911"], "emergency_names": [["Police"]]}, [("911", "")]),
     ({"emergency_numbers": ["911"], "emergency_names": ["Police"]}, [("911", "")]),
     ({"emergency_numbers": ["911"], "emergency_names": 5}, [("911", "")])],
)  # fmt: skip
def test_the_first_page_comes_whatever_an_older_folder_left(client: Client, asked: Any, shown: Any) -> None:
    """A folder that was loaded before its options were checked takes nobody's telephone number away."""
    numbers(**asked)
    page = client.get("/", headers={"Accept-Language": "en"})
    assert page.status_code == 200
    assert page.context["numbers"] == shown


def test_a_city_without_numbers_of_its_own_has_the_general_one(client: Client) -> None:
    """Where the folder names no emergency number the page leads to 112, and to no hotline."""
    numbers()
    page = client.get("/").content.decode()
    assert page.count('href="tel:') == 1
    assert 'href="tel:112"' in page


def test_the_first_page_leads_to_form_tracking_and_bulletins(client: Client) -> None:
    """Report, tracking, bulletins and who reads a report are one press away, from the first page and the form."""
    for address in ("/", "/report/", "/track/"):
        page = client.get(address).content.decode()
        assert all(f'href="{way}"' in page for way in ("/report/", "/track/", "/bulletins/", "/report/who-reads/")), (
            address
        )


def test_a_code_typed_on_the_first_page_opens_the_report(client: Client) -> None:
    """What is typed there goes to the tracking page; a wrong code is said there and not lost."""
    assert 'action="/track/" method="post"' in client.get("/").content.decode()
    answer = client.post("/track/", {"code": "AAAA BBBB CCCC DDDD"})
    assert answer.status_code == 404
    assert "AAAA BBBB CCCC DDDD" in answer.content.decode()


def test_what_was_published_last_stands_on_the_first_page(client: Client) -> None:
    """The newest issue with its headline, its correction in its place; before the first it says that none is there."""
    assert 'class="issues"' not in client.get("/").content.decode()
    make.organisation("government")
    issue = make.issue()
    page = client.get("/", headers={"Accept-Language": "en"}).content.decode()
    assert f'href="/bulletins/{issue.number}/"' in page
    assert 'class="issues"' in page


def test_the_figures_of_an_issue_are_counted_as_they_are_shown(client: Client) -> None:
    """Those of the city and those by district apart; a dash is no figure and has no records."""
    make.city()
    make.organisation("government")
    make.report(at=dt.datetime(2016, 6, 10, 4, tzinfo=dt.UTC))
    issue = make.issue("reports", "waterlogging_reports", "sites")
    shown = {figure.key for figure in issue.figures.all() if figure.value is not None}
    assert "sites" in {figure.key for figure in issue.figures.all()} - shown
    districts = [key for key in shown if "@" in key]
    page = flat(client.get("/", headers={"Accept-Language": "en"}).content.decode())
    assert f"{len(shown) - len(districts)} figures of the city" in page
    assert ("1 more is by district" in page, len(districts)) == (True, 1)


def test_staff_begin_with_their_work(client: Client) -> None:
    """Whoever is signed in is led on to what waits."""
    client.force_login(make.person("officer"))
    assert client.get("/").status_code == 302
