"""The frame around every working page: rooms by letter, numbers by Ctrl K, and a page that is cut off says so."""

from __future__ import annotations

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache

from anlan.core.time.clock import now
from anlan.triage.models import Incident
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def number() -> str:
    cache.clear()
    make.city()
    return make.incident(at=now(), to="drains")


def test_an_officer_goes_from_the_first_page_to_the_matter_and_to_other_rooms_by_keys(page_at, signed_in, number, shot):
    """What waits is one Enter away, a room one letter, a number Ctrl K; on a telephone the rail is under the thumb."""
    page = page_at("/", 1440, counts=True, cookies=signed_in("officer", at="drains"))
    page.wait_for_url("**/today/")
    page.locator("#due-n:not([hidden])").wait_for()
    shot(page, "today-1440")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/incidents/{number}/")
    page.keyboard.press("g")
    page.locator(".rail.go").wait_for()
    page.keyboard.press("p")
    page.wait_for_url("**/problems/")
    page.keyboard.press("Control+k")
    page.keyboard.type(number.lower())
    page.locator("#found a", has_text=number).wait_for()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/incidents/{number}/")
    page.set_viewport_size({"width": 360, "height": 740})
    page.locator("a.stop.all").click()
    page.locator(".rail a.stop.close").wait_for()
    shot(page, "rooms-360")


def test_a_press_on_a_server_that_is_away_is_not_sent_and_nothing_is_lost(page_at, signed_in, number, complaints):
    """The page stays with what was typed, says since when it is cut off, and goes on when the server is back."""
    page = page_at(f"/incidents/{number}/", 1440, cookies=signed_in("officer", at="drains"))
    page.locator("anlan-map[data-ready]").wait_for()
    complaints.expected += ["ERR_INTERNET_DISCONNECTED", "htmx:sendError"]
    page.context.set_offline(True)
    page.locator("#reason").fill("not ours")
    page.locator("[data-key=b]").click()
    page.locator("#connection:not([hidden])", has_text="Not connected since").wait_for()
    assert page.locator("#reason").input_value() == "not ours"
    assert page.locator("body.stale").count() == 1
    with page.expect_event("requestfailed"):
        page.locator(".rail a[href='/incidents/']").click()  # a link leads to no error page of the browser's
    assert page.locator("#reason").input_value() == "not ours"
    page.context.set_offline(False)
    page.locator("#connection", has_text="Connected again").wait_for()
    assert Incident.objects.get().state == "handed_over"
    page.locator("[data-key=b]").click()
    page.locator(".state.tag", has_text="Returned").first.wait_for()


def test_who_is_signed_out_meanwhile_is_told_and_keeps_what_was_typed(page_at, signed_in, number, complaints):
    """A session that ended sends nothing to the log-in page's void."""
    page = page_at(f"/incidents/{number}/", 1440, cookies=signed_in("officer", at="drains"))
    page.locator("#reason").fill("not ours")
    Session.objects.all().delete()
    page.locator("[data-key=b]").click()
    page.locator("#connection", has_text="You are signed out").wait_for()
    assert page.locator("#connection a").is_visible()
    assert page.locator("#reason").input_value() == "not ours"
    assert Incident.objects.get().state == "handed_over"
