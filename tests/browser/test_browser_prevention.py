"""A problem from the signature to the rain, and the leader's overview, as people use them on their screens."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache

from anlan.core.models import LedgerEntry
from anlan.core.time.clock import frozen
from anlan.prevention import actions
from tests import make
from tests.make.problems import Town, day, problem, task

pytestmark = pytest.mark.django_db(transaction=True)
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
BELOW = "document.documentElement.scrollHeight - document.documentElement.clientHeight"


@pytest.fixture
def town(db: Any) -> Town:
    cache.clear()
    return make.town()


def test_a_problem_is_signed_planned_proved_passed_and_struck_off(town: Town, page_at, shot) -> None:
    """The officer does all of it on a telephone by what the page offers; others verify and strike off after rain."""
    number = town.assigned()
    with frozen(day(2)):
        phone = page_at("/problems/", 360, cookies=make.cookies(town.officer))
        phone.get_by_text("Problems of").wait_for()
        phone.locator("[data-rows] a").first.click()
        phone.wait_for_url(f"**{number}**")  # loaded whole: its keys are taken from here on
        phone.keyboard.press("s")
        phone.locator("summary[data-key=t]").click()
        phone.select_option("#plan_tasks-kind", "permanent")
        for field, words in [("title", "New pipe"), ("responsible", "Head of works"), ("due_on", "2016-02-15"),
                             ("criterion", "DN 800 laid")]:  # fmt: skip
            phone.fill(f"#plan_tasks-{field}", words)
        phone.locator("form[action$=plan_tasks] button").click()
        phone.locator("th a[href^='/tasks/']").click()
        phone.locator("summary[data-key=e]").click()
        photo = {"name": "works.jpg", "mimeType": "image/jpeg", "buffer": make.jpeg(640, 480)}
        phone.set_input_files("#add_evidence-photo", photo)
        phone.locator("form[action$=add_evidence] button").click()
        phone.select_option("#purpose", index=1)
        phone.locator("button.sealed").click()
        phone.locator(".evidence img").wait_for()
        phone.locator("form[action*='/finish'] button").click()
        phone.get_by_text("Verifier").first.wait_for()
        phone.wait_for_load_state()  # measured with its style and its photo
        assert phone.evaluate(OVERFLOW) == 0
        shot(phone, "task-360-en-light")
    with frozen(day(12)):
        page = page_at("/tasks/T-2016-0001/", 1440, cookies=make.cookies(town.verifier))
        page.locator("input[name=passed][value=yes]").check()
        page.locator("form[action$=verify] button").click()
        page.locator(".bar .state.done").wait_for()
    assert (task("T-2016-0001").state, problem(number).state) == ("passed", "accepted")
    town.storm(40, peak=45)
    with frozen(day(50)):
        page = page_at(f"/problems/?p={number}", 1920, "zh-hans", cookies=make.cookies(town.supervisor))
        shot(page, "inbox-rain-1920-zh-light")
        page.keyboard.press("x")
        page.locator(".state.done.tag").wait_for()
    assert problem(number).state == "struck_off"


@pytest.mark.parametrize(("width", "language"), [(360, "zh-hans"), (1440, "en"), (360, "en"), (1440, "zh-hans")])
def test_photos_of_works_are_opened_by_one_press(town: Town, page_at, shot, width: int, language: str) -> None:
    """By key or by the frame that is closed, and without scripts; nothing sticks out, closed or open."""
    _, tasks = town.planned()
    for size in ((640, 480), (480, 640)):
        kept = {"photo": make.photo(*size), "words": "管道已铺设", "actor": town.officer, "at": day(2)}
        actions.add_evidence(task=tasks[0], **kept)
    with frozen(day(3)):
        page = page_at(f"/tasks/{tasks[0]}/", width, language, cookies=make.cookies(town.verifier),
                       java_script_enabled=width == 1440)  # fmt: skip
        page.locator("button.sealed").first.wait_for()
        assert page.locator("#purpose").input_value() == ""
        page.select_option("#purpose", "verify")
        shot(page, f"sealed-closed-{width}-{language}")
        if width == 1440:
            assert page.evaluate(OVERFLOW) == 0
            page.evaluate("document.activeElement.blur()")
            page.keyboard.press("o")
        else:
            page.locator("button.sealed").first.click()
        page.locator(".evidence img").nth(1).wait_for()
        page.wait_for_load_state("load")
        assert page.locator("button.sealed").count() == 0
        shot(page, f"sealed-open-{width}-{language}")
    assert LedgerEntry.objects.filter(kind="prevention.photo_read").count() == 2


def test_the_leaders_overview_prints_on_one_width(town: Town, page_at, shot) -> None:
    """On any screen nothing sticks out or scrolls into nothing, and on paper nothing sticks out of an A4 sheet."""
    town.planned()
    with frozen(day(3)):
        for width, language, theme in [(360, "zh-hans", "dark"), (1920, "en", "light")]:
            page = page_at("/overview/", width, language, theme, cookies=make.cookies(town.leader))
            page.locator("svg.map path.area").first.wait_for()
            assert page.evaluate(OVERFLOW) == 0
            if width == 1920:
                assert page.evaluate(BELOW) == 0
            shot(page, f"overview-{width}-{language}-{theme}")
        page.emulate_media(media="print")
        page.set_viewport_size({"width": 673, "height": 1000})  # A4 less its margins, in CSS pixels
        assert page.evaluate(OVERFLOW) == 0
        assert not page.locator(".rail").is_visible()
        shot(page, "overview-print")
