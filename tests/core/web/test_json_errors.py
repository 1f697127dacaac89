"""What an API answers where no view does: JSON of one shape, in every error."""

from __future__ import annotations

import pytest
from django.db import OperationalError
from django.test import Client

from anlan.core.web.middleware import language

pytestmark = pytest.mark.django_db


@pytest.fixture
def partner() -> Client:
    """Somebody's system, which sees the answers that people see."""
    return Client(raise_request_exception=False)


def test_an_unknown_address_of_the_api_answers_json(partner):
    """A program that mistyped an address reads why."""
    answer = partner.get("/api/v9/nothing")
    assert (answer.status_code, answer.json()["error"]) == (404, "not_found")


def test_a_fault_of_ours_outside_of_every_view_answers_json_to_the_api(partner, monkeypatch):
    """A middleware that fails leaves no page of HTML to a program."""
    monkeypatch.setattr(language, "language_of", broken(KeyError("x")))
    answer = partner.post("/api/reports", b"{}", content_type="application/json")
    assert (answer.status_code, answer.json()["error"]) == (500, "server_error")


def test_a_database_that_is_away_is_said_to_be_away_and_not_a_fault_of_the_page(partner, monkeypatch):
    """Programs and people are asked to come back, wherever in a request it was missed."""
    monkeypatch.setattr(language, "language_of", broken(OperationalError("database is locked")))
    answer = partner.post("/api/reports", b"{}", content_type="application/json")
    assert (answer.status_code, answer.json()["error"], answer["Retry-After"]) == (503, "not_stored", "30")
    page = partner.get("/report/")
    assert (page.status_code, page["Content-Type"].split(";")[0]) == (503, "text/html")


def broken(error):
    def fail(*arguments):
        raise error

    return fail
