"""The dispatcher works with the keyboard alone, a crew with one thumb and a bad network."""

from __future__ import annotations

import pytest
from django.core.cache import cache

from anlan.core.models import LedgerEntry
from anlan.core.people.actors import system
from anlan.core.time.clock import now
from anlan.dispatch.models import Assignment
from anlan.triage import actions as triage
from anlan.triage.models import Incident
from tests import make

ME = system("test")
NEXT = "[data-key=n]"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def number() -> str:
    cache.clear()
    make.city()
    return make.incident(at=now())


def test_a_dispatcher_works_an_incident_from_new_to_closed_by_keyboard(page_at, signed_in, number, shot):
    """Choose it in the list, send a unit by its number, walk it with n; the map shows it and nothing complains."""
    page = page_at("/console/", 1440, cookies=signed_in("dispatcher"))
    page.route("**/console/news*", lambda asked: asked.fulfill(json={"rows": {}}))  # memory is no place to read beside
    page.route("**/map/areas.geojson*", lambda asked: asked.fulfill(json={"type": "FeatureCollection", "features": []}))
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/console/{number}/**")
    page.locator("anlan-map[data-ready]").wait_for()
    page.evaluate("document.querySelector('anlan-map').rest()")
    shot(page, "console-1440")
    page.keyboard.press("2")
    for step in ("Acknowledge", "Set out", "Arrive", "End the danger", "Give feedback", "Free again", "Close"):
        page.locator(NEXT, has_text=step).wait_for()
        page.wait_for_load_state()  # its keys are taken from here on
        page.keyboard.press("n")
        if step == "End the danger":  # what came of it is chosen first: the key leads there, Enter alone does nothing
            page.keyboard.press("Enter")
            assert page.evaluate("document.activeElement.id") == "outcome"
            page.locator("#outcome").select_option("not_found")
        if step in {"End the danger", "Close"}:  # the known result stays
            page.keyboard.press("Enter")
    page.locator(".chosen .state.tag.done", has_text="Closed").wait_for()
    assert page.locator(NEXT).count() == 0
    closed = Incident.objects.get()
    assert (closed.state, closed.disposal) == ("closed", "not_found")
    assert Assignment.objects.get().unit.code == "mobile-1"


def test_a_key_that_asks_leads_to_its_field_and_one_that_is_held_counts_once(page_at, signed_in, number):
    """Whom to hand it to is chosen before it is handed; a long press signs for nothing on the page that comes next."""
    page = page_at(f"/incidents/{number}/", 1440, cookies=signed_in("dispatcher"))
    page.keyboard.press("h")
    assert page.evaluate("document.activeElement.id") == "to"
    page.keyboard.press("Escape")
    page.keyboard.press("h")
    page.locator("#to").select_option("drains")
    page.keyboard.press("Enter")
    page.locator(".state.tag", has_text="Handed over").first.wait_for()
    assert Incident.objects.get().owner.code == "drains"
    other = make.incident(at=now())
    page.goto(page.url.replace(number, other))
    page.keyboard.press("e")
    page.locator("#urgency").select_option("1")
    page.keyboard.press("Enter")
    page.locator(".timeline", has_text="Urgency: at once").wait_for()
    page.wait_for_load_state()  # its keys are taken from here on
    for key in ("r", "c"):
        page.keyboard.press(key)
        page.locator("#disposal").select_option("done")
        page.keyboard.down("Enter")
        page.keyboard.down("Enter")  # the browser repeats a key that is held
        page.keyboard.up("Enter")
        page.locator(".state.tag", has_text={"r": "Resolved", "c": "Closed"}[key]).first.wait_for()
        page.wait_for_load_state()
    page.keyboard.down("z")
    page.keyboard.down("z")
    page.locator(".timeline", has_text="Taken back").wait_for()
    entries = LedgerEntry.objects.filter(subject=f"incident:{other}").values_list("kind", flat=True)
    counts = [list(entries).count(f"triage.incident_{kind}") for kind in ("resolved", "closed", "undone")]
    assert counts == [1, 1, 1]


def test_news_waits_for_the_word_of_the_dispatcher(page_at, signed_in, number):
    """What a colleague opened is announced; the rows stand still until the key is pressed."""
    page = page_at("/console/", 1440, cookies=signed_in("dispatcher"))
    triage.open_incident(report_id=make.report(at=now()).pk, actor=ME, at=now())
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.locator("#said", has_text="1 row changed").wait_for()
    assert page.locator("[data-rows] [data-place]").count() == 1
    assert page.locator("#said[role=status]").text_content() == "1 row changed"
    assert page.title().startswith("(1) ")
    page.keyboard.press(".")
    page.locator("[data-rows] [data-place]").nth(1).wait_for()


def test_a_map_shows_the_streets_of_the_operators_own_source(page_at, signed_in, number, settings):
    """Once one is set: the page's map asks the server for them."""
    settings.TILE_URL = "http://127.0.0.1:9/{z}/{x}/{y}"
    page = page_at("/units/", 1440, cookies=signed_in("dispatcher"))
    page.route("**/map/tiles/**", lambda asked: asked.fulfill(status=204))
    with page.expect_request("**/map/tiles/**"):
        page.goto(page.url.replace("/units/", f"/incidents/{number}/"))
