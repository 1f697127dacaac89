"""The console under the hand: what was pressed by mistake goes back, keys say what they do, nothing is silent."""

from __future__ import annotations

import pytest
from django.core.cache import cache

from anlan.core.people.actors import system
from anlan.core.time.clock import now
from anlan.dispatch.models import Assignment
from anlan.triage import actions as triage
from anlan.triage.models import Incident
from tests import make

ME = system("test")
UNDO = "main > .foot [data-key=z]"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def number() -> str:
    cache.clear()
    make.city()
    return make.incident(at=now())


@pytest.fixture
def console(page_at, signed_in, live_server, number):
    """Open the console of an incident, without its map: what is tried here are keys."""

    def open_console(width=1440, language="en"):
        page = page_at("/", width, language, cookies=signed_in("dispatcher"))
        page.route("**/console/news*", lambda asked: asked.fulfill(json={"rows": {}, "urgent": []}))
        page.route(
            "**/map/areas.geojson*", lambda asked: asked.fulfill(json={"type": "FeatureCollection", "features": []})
        )
        page.goto(f"{live_server.url}/console/{number}/")
        return page

    return open_console


def test_a_unit_sent_by_mistake_is_taken_back_with_one_key(console, number, shot):
    """The place at the foot is there before, meanwhile and after; nothing else moves."""
    page = console()
    box = page.locator("main > .foot").bounding_box()
    page.keyboard.press("1")
    page.locator(UNDO).wait_for()
    page.wait_for_load_state()
    assert page.locator("main > .foot").bounding_box() == box
    assert "sent" in page.locator("main > .foot").inner_text()
    shot(page, "console-undo-1440")
    page.keyboard.press("z")
    page.locator(".chosen .timeline", has_text="Taken back: Unit sent").wait_for()
    assert page.locator(UNDO).count() == 0
    assert page.locator("main > .foot").bounding_box() == box
    assert Incident.objects.get().state == "new"
    assert not Assignment.objects.exists()


def test_the_list_of_keys_has_a_title_and_says_what_each_key_does(console, number):
    """No blank row, no two alike, the rows' keys too; a word keeps its letters."""
    page = console()
    page.keyboard.press("?")
    keys = page.locator("#keylist[open]")
    keys.wait_for()
    assert keys.get_attribute("aria-labelledby") == "keylist-title"
    names = keys.locator("dt").all_text_contents()
    words = [words.strip() for words in keys.locator("dd").all_text_contents()]
    assert {"j", "k", ".", "?", "n", "1", "y"} <= set(names)
    assert all(words)
    assert dict(zip(names, words, strict=True))["y"] == "Confirm category"
    sends = [words for name, words in zip(names, words, strict=True) if name.isdigit()]
    assert len(sends) == len(set(sends)) > 1


def test_a_key_opens_what_is_folded_and_leads_to_its_field(console):
    """The seldom moves are folded; their keys still lead there."""
    page = console()
    assert not page.locator("#category").is_visible()
    page.keyboard.press("y")
    assert page.evaluate("document.activeElement.id") == "category"


def test_what_has_to_be_gone_to_at_once_sounds_where_that_was_switched_on(console, number):
    """Off at first, remembered by the browser; the tone comes once for a new incident."""
    page = console()
    page.evaluate("addEventListener('anlan:tone', () => (window.tones = (window.tones ?? 0) + 1), true)")
    news = {"rows": {number: "new", "E-1": "new"}, "urgent": ["E-1"]}
    page.unroute("**/console/news*")
    page.route("**/console/news*", lambda asked: asked.fulfill(json=news))
    ask = "document.dispatchEvent(new Event('visibilitychange'))"
    page.evaluate(ask)
    page.locator("#said", has_text="1 new, at once").wait_for()
    assert page.evaluate("window.tones") is None
    page.keyboard.press("l")
    assert page.locator("#sound").get_attribute("aria-pressed") == "true"
    assert page.evaluate("localStorage.getItem('anlan-tone')") == "on"
    news["urgent"], news["rows"]["E-2"] = ["E-1", "E-2"], "new"
    before = page.evaluate("window.tones")
    page.evaluate(ask)
    page.locator("#said", has_text="2 new, at once").wait_for()
    assert page.evaluate("window.tones") == before + 1
    page.evaluate(ask)
    assert page.evaluate("window.tones") == before + 1


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("width", [360, 1440, 1920])
def test_the_console_fits(console, number, shot, width, language):
    """Nothing runs over the edge; on a wide screen the map has a column of its own, on a phone all is stacked."""
    triage.set_urgency(number=number, urgency=1, actor=ME, at=now())
    page = console(width, language)
    shot(page, f"console-{width}-{language}")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    left = {name: page.locator(f"main > .{name}").bounding_box()["x"] for name in ("chosen", "nearunits", "mapbox")}
    assert left["chosen"] >= left["nearunits"] >= left["mapbox"]
    assert (len(set(left.values())) == 1) == (width == 360)
    assert (left["chosen"] > left["nearunits"]) == (width == 1920)
