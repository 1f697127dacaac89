"""A list that stands open learns that its rows changed, and shows nothing new by itself."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client

from anlan.core.time.clock import frozen
from tests import make
from tests.flat import flat

AT = make.AT
pytestmark = pytest.mark.django_db


def shown(page: str) -> tuple[str, list[str]]:
    """Return the address at which a page asks for news, and the marks of its rows."""
    found = re.search(r'data-list-news="([^"]+)" data-marks="([^"]*)"', flat(page))
    assert found
    return found[1].replace("&amp;", "&"), found[2].split()


def test_a_list_says_which_of_its_rows_stand_differently(client: Client) -> None:
    """The marks are those of the page until something happens; then one differs."""
    make.city()
    client.force_login(make.person("dispatcher"))
    with frozen(AT):
        address, marks = shown(client.get("/units/").content.decode())
        assert marks
        assert client.get(address).json()["marks"] == marks
    make.assignment(unit="mobile-1", at=AT)
    with frozen(AT + dt.timedelta(seconds=30)):
        after = client.get(address).json()["marks"]
    assert len(set(marks) - set(after)) == 1


def test_news_are_of_the_tab_and_the_page_that_are_read(client: Client) -> None:
    """A row of another tab is none."""
    make.city()
    client.force_login(make.person("dispatcher"))
    with frozen(AT):
        address, marks = shown(client.get("/units/?state=out").content.decode())
        assert (marks, "state=out" in address) == ([], True)
        make.assignment(unit="mobile-1", at=AT)
        assert len(client.get(address).json()["marks"]) == 1


def test_a_list_whose_reading_is_an_entry_tells_no_news(client: Client) -> None:
    """Nobody's rows are read without a press."""
    make.city()
    client.force_login(make.person("operator"))
    assert "data-list-news" not in client.get("/messages/").content.decode()
    assert not any(client.get("/messages/?as=news").json()["marks"])
