"""The short way of partner systems: what stands before their views, without what pages need."""

from __future__ import annotations

import pytest
from django.test import Client

from tests import make
from tests.intake.test_intake_api import WET, post

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def key():
    make.city()
    return make.partner("grid_worker")[1]


def test_the_answer_carries_what_every_answer_does(key):
    """Length, language, security headers; kept by nobody, and without a cookie."""
    answer = post(WET, key=key)
    assert int(answer["Content-Length"]) == len(answer.content)
    assert answer["Cache-Control"] == "no-store, private"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Language"] == "en"
    assert not answer.cookies


def test_who_shows_no_key_is_refused_before_anything_is_read():
    """The answer says how a key is sent."""
    answer = Client().post("/api/reports", b"not json", content_type="application/json")
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")


def test_an_unknown_host_is_refused(key):
    """As on every other address."""
    answer = Client(headers={"Authorization": f"Bearer {key}", "Host": "evil.example"}).post(
        "/api/reports", {}, content_type="application/json"
    )
    assert answer.status_code == 400


def test_the_city_is_asked_once_for_many_reports(key, django_assert_max_num_queries):
    """After the first, neither city nor categories nor partner are read for a refused report."""
    post(WET, key=key)
    with django_assert_max_num_queries(1):
        assert post(WET | {"unknown": 1}, key=key, idempotency="k-2").status_code == 422
