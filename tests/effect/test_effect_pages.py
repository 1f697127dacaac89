"""The pages of estimates as analysts and leaders use them."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client

from anlan.core.ledger.writes import is_writing
from anlan.core.time.clock import frozen
from anlan.effect import actions
from anlan.effect.computation import Question, compute
from anlan.effect.intervals import drawn
from anlan.effect.models import Estimate
from tests import make
from tests.make.estimates import MendedTown, rain

NOW = dt.datetime(2017, 1, 6, tzinfo=dt.UTC)
ASKED = {"measure_at": "2016-03-01", "since": "2015-01-01", "until": "2016-12-30"}


def page(client: Client, address: str, role: str = "leader", **headers: str) -> str:
    client.force_login(make.person(role))
    with frozen(NOW):
        answer = client.get(address, headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_analyst_asks_and_reads_the_answer(town: MendedTown, client: Client) -> None:
    """The form leads to the estimate's page: sentence, interval, places and storms with their numbers."""
    rain(2016, range(4, 11), 0.6, 0.15)
    client.force_login(make.person("analyst"))
    with frozen(NOW):
        text = client.post("/effect/new", ASKED | {"study": town.study}, follow=True).content.decode()
    assert "V-2017-001" in text
    assert "fewer failures than places with the same history" in text
    assert 'class="interval"' in text
    assert "no difference" in text
    assert "of 20 places in the estimate" in text
    assert "style=" not in text


def test_what_cannot_be_separated_is_shown_as_an_answer(town: MendedTown, client: Client) -> None:
    """The same page with the line of no difference and without an interval, in Chinese too."""
    town.estimate()
    text = page(client, "/effect/V-2017-001/")
    assert "Not separable: no storm has come since" in text
    assert "no difference" in text
    assert 'class="interval"' not in text
    chinese = page(client, "/effect/V-2017-001/", **{"accept-language": "zh-CN"})
    assert "无法区分：整治后尚未有降雨" in chinese


def test_verifying_on_the_page_says_the_same_and_what_came_since(town: MendedTown, client: Client) -> None:
    """Whoever reads can have it computed again; nothing is written."""
    town.estimate()
    make.report(at=dt.datetime(2017, 2, 1, tzinfo=dt.UTC), received_at=dt.datetime(2016, 6, 20, tzinfo=dt.UTC))
    text = page(client, "/effect/V-2017-001/?check", role="auditor")
    assert ": the same." in text
    assert "1 report of these days came later." in text


def test_an_altered_estimate_is_told_on_the_page(town: MendedTown, client: Client) -> None:
    """It does not hold, says the page."""
    town.estimate()
    Estimate.objects.update(failures=1)
    assert "It does not hold" in page(client, "/effect/V-2017-001/?check", role="verifier")


def test_a_refused_question_marks_its_field(town: MendedTown, client: Client) -> None:
    """422 with the reason beside the day."""
    client.force_login(make.person("supervisor"))
    with frozen(NOW):
        answer = client.post("/effect/new", ASKED | {"study": town.study, "measure_at": "2016-02-01"})
    assert answer.status_code == 422
    assert "No site of this study had its works accepted before that day." in answer.content.decode()


def test_a_sites_page_shows_the_estimate_that_holds_it(town: MendedTown, client: Client) -> None:
    """With the reminder that the sentence is about all sites; a call-taker sees no estimate there."""
    assert "No estimate holds this site yet." in page(client, "/sites/001/")
    town.estimate()
    text = page(client, "/sites/001/")
    assert "V-2017-001" in text
    assert "not about 001 alone" in text
    assert "V-2017-001" not in page(client, "/sites/001/", role="call_taker")


@pytest.mark.parametrize(
    ("role", "status"), [("publisher", 200), ("officer", 403), ("call_taker", 403), ("dispatcher", 403)]
)
def test_who_judges_works_reads_estimates(town: MendedTown, client: Client, role: str, status: int) -> None:
    """Nobody else, and an unknown number is not found."""
    town.estimate()
    client.force_login(make.person(role))
    assert client.get("/effect/").status_code == status
    assert client.get("/effect/V-2017-001/").status_code == status
    assert client.get("/effect/V-2017-999/").status_code == (404 if status == 200 else 403)
    assert client.get("/effect/new").status_code == 403


@pytest.mark.django_db
def test_an_empty_list_says_what_to_do(client: Client) -> None:
    """Before the first estimate."""
    make.city()
    assert "No estimate yet" in page(client, "/effect/", role="analyst")


def test_half_and_double_lie_as_far_from_no_difference() -> None:
    """And an interval that goes beyond the drawing ends at its edge without a bar."""
    found = drawn(0.5, 0.01, 2.0)
    assert found.low is not None
    assert found.dot is not None
    assert found.high is not None
    assert found.no_difference - found.dot == pytest.approx(found.high - found.no_difference, abs=0.2)
    assert (found.low, found.cut_low, found.cut_high) == (20.0, True, False)


def test_a_form_sent_twice_makes_one_estimate_and_holds_up_no_call(
    town: MendedTown, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A report that comes between the presses changes nothing; it is computed while everybody else may write."""
    inside: list[bool] = []

    def watched(question: Question) -> dict[str, Any]:
        inside.append(is_writing())
        return compute(question)

    monkeypatch.setattr(actions, "compute", watched)
    client.force_login(make.person("analyst"))
    with frozen(NOW):
        (key,) = re.findall(r'name="key" value="([^"]+)"', client.get("/effect/new").content.decode())
        told = ASKED | {"study": town.study, "key": key}
        first = client.post("/effect/new", told)
        make.report(at=NOW)
        assert client.post("/effect/new", told)["Location"] == first["Location"]
        other = client.post("/effect/new", told | {"until": "2016-11-30"})
    assert (other.status_code, "sent before with other words" in other.content.decode()) == (409, True)
    assert (Estimate.objects.count(), inside) == (1, [False, False, False])
