"""The operator's room on a bad day: on a telephone, by keys, on paper, and read by axe-core."""

from __future__ import annotations

from typing import Any

import pytest

from anlan.core.ledger.followers import FOLLOWERS
from anlan.core.models import Cursor, Job
from tests import make
from tests.browser.test_browser_axe import AXE, RULES, RUN

AT = make.AT
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def bad_day() -> str:
    """A follower that has stopped, a job that failed for good, one that runs; return the follower's name."""
    make.city()
    name = min(FOLLOWERS)
    Cursor.objects.create(name=name, position=3, error="at 4: KeyError: " + "x" * 200, stopped_at=AT)
    Job.objects.create(name="x.y", payload="{}", state="dead", error="E: " + "y" * 300, run_after=AT, created_at=AT)
    Job.objects.create(name="x.z", payload="{}", token="t", attempts=1, total=9, run_after=AT, created_at=AT)
    return name


@pytest.mark.parametrize(("width", "language", "theme"), [(360, "zh-hans", "dark"), (1440, "en", "light")])
def test_on_a_bad_day_the_page_fits_and_breaks_no_rule(
    bad_day: str, page_at: Any, signed_in: Any, width: int, language: str, theme: str
) -> None:
    """Long errors are broken, nothing runs out of the page; a press resumes the follower and says so."""
    page = page_at("/operator/", width, language, theme, cookies=signed_in("operator"))
    page.locator("details > summary").click()
    assert page.evaluate(
        "() => document.querySelector('main').scrollWidth <= document.querySelector('main').clientWidth"
    )
    if AXE.exists():
        page.evaluate(AXE.read_text(encoding="utf-8"))
        assert page.evaluate(RUN, RULES) == []
    page.locator(f"form[action='/operator/followers/{bad_day}/resume'] button").click()
    page.locator(".told").wait_for()
    assert bad_day in page.locator(".told").text_content()
    assert page.locator(f"form[action='/operator/followers/{bad_day}/resume']").count() == 0


def test_paper_carries_commands_instead_of_buttons(bad_day: str, page_at: Any, signed_in: Any) -> None:
    """Whoever holds the sheet at night knows what to type."""
    page = page_at("/operator/", 1280, cookies=signed_in("operator"))
    page.emulate_media(media="print")
    assert page.get_by_text(f"anlan worker --resume {bad_day}").is_visible()
    assert not page.locator("main button:visible").count()
    assert not page.locator("nav.tabs").is_visible()


def test_the_room_is_reached_by_its_letter(bad_day: str, page_at: Any, signed_in: Any) -> None:
    """`g` and then `z`, from what waits; there `r` is the first press."""
    page = page_at("/today/", 1280, cookies=signed_in("operator"))
    page.keyboard.press("g")
    page.keyboard.press("z")
    page.wait_for_url("**/operator/")
    page.keyboard.press("r")
    page.locator(".told").wait_for()
    assert Cursor.objects.get(name=bad_day).stopped_at is None
