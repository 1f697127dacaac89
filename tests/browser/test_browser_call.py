"""From the ring to the unit on its way, hands on the keyboard."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache

from anlan.dispatch.models import Assignment
from anlan.intake.models import Category, Report
from anlan.triage.models import Incident
from tests import make

PLACE = "新世界7幢"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _town(db: Any) -> None:
    cache.clear()
    make.city()
    make.category("fire", units="mobile", sort=0)
    make.category("silent_call")


class Counted:
    """A keyboard that counts what is pressed."""

    def __init__(self, page: Any) -> None:
        self.keyboard, self.strokes = page.keyboard, 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.keyboard.press(key)
            self.strokes += 1

    def type(self, words: str) -> None:
        self.keyboard.type(words)
        self.strokes += len(words)


def test_a_fire_with_a_child_in_it_reaches_a_crew_by_keyboard_alone(page_at, signed_in, shot, record_property):
    """From the ring to the unit sent are 16 keystrokes, five of them the place; nothing is clicked."""
    page = page_at("/calls/new", 1440, cookies=signed_in("dispatcher"))
    page.locator("anlan-pin[data-ready]").wait_for()
    keys = Counted(page)
    keys.press("f", "i", "Enter")
    assert "Fire" in page.locator("#what-is").inner_text()
    assert not page.locator("#depth_cm").is_visible()
    keys.type(PLACE)
    keys.press("Enter", "n", "x", "y")
    assert page.locator("#urgency-is").inner_text() == "at once"
    keys.press("Control+Enter")
    page.locator("#saved").wait_for()
    keys.press("F4")
    page.wait_for_url("**/incidents/E-**")
    page.wait_for_load_state()
    shot(page, "call-fire-incident-1440")
    keys.press("o")  # the place is words only: the desk chooses who goes
    page.wait_for_url("**/console/E-**")
    page.wait_for_load_state()
    keys.press("1")
    page.locator(".thing", has_text="Mobile team").locator(".state.tag", has_text="Dispatched").first.wait_for()
    incident, report = Incident.objects.get(), Report.objects.get()
    assert (incident.urgency, report.answers) == (1, "child")
    assert Assignment.objects.get().unit.kind == "mobile"
    record_property("keystrokes", keys.strokes)
    assert keys.strokes == 11 + len(PLACE)


def test_questions_and_urgency_are_at_hand_while_words_are_typed(page_at, signed_in):
    """Alt and a number turns an answer, Alt U raises the urgency; the words go on where they were."""
    page = page_at("/calls/new", 1440, cookies=signed_in("call_taker"))
    page.locator("#words").focus()
    page.keyboard.type("厨房")
    page.keyboard.press("Alt+u")
    assert (page.locator("#urgency-is").inner_text(), page.locator("#urgency-why").inner_text()) == (
        "soon",
        "set by you",
    )
    page.keyboard.press("Alt+3")
    assert page.locator("#urgency-is").inner_text() == "at once"
    assert "Child" in page.locator("#urgency-why").inner_text()
    page.keyboard.press("Alt+3")
    assert page.locator("[data-ask=child] :checked").get_attribute("value") == "no"
    page.keyboard.type("冒烟")
    assert page.locator("#words").input_value() == "厨房冒烟"


def test_y_after_alt_and_a_number_means_the_question_of_that_number(page_at, signed_in):
    """From among the questions the focus goes along: no weapon is told of where a child was."""
    page = page_at("/calls/new", 1440, cookies=signed_in("call_taker"))
    page.keyboard.press("Alt+q")
    page.keyboard.press("Alt+3")
    page.keyboard.press("y")
    page.keyboard.press("Alt+4")
    page.keyboard.press("n")
    told = page.locator("[data-ask] :checked").evaluate_all("all => all.map(one => [one.name, one.value])")
    assert told == [["ask-child", "yes"], ["ask-trapped", "no"]]


def test_a_silent_call_is_one_key_and_a_misdial_two(page_at, signed_in, shot):
    """On an empty form F9 says what it would do, F8 saves; what was filed is set back from the keyboard."""
    page = page_at("/calls/new", 1440, cookies=signed_in("call_taker"))
    page.keyboard.press("F8")
    page.locator("#last .items li:nth-child(1)").wait_for()
    page.keyboard.press("F9")
    page.locator("#armed", has_text="F9").wait_for()
    page.keyboard.press("Escape")
    page.keyboard.press("F9")
    assert Report.objects.count() == 1
    page.keyboard.press("F9")
    page.locator("[data-left-s]").wait_for()
    shot(page, "call-misdial-1440")
    page.keyboard.press("Alt+z")
    page.locator("[data-left-s]").wait_for(state="detached")
    assert list(Report.objects.order_by("pk").values_list("category__code", "validity")) == [
        ("silent_call", "valid"), ("other", "valid")
    ]  # fmt: skip
    assert Category.objects.get(code="silent_call").needs_place is False
