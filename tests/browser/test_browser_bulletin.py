"""A bulletin as its publisher makes it and as its readers hold it: desk, progress, correction, print."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.cache import cache

from anlan.bulletin import actions
from anlan.bulletin.models import Issue
from anlan.core import jobs
from anlan.core.people.actors import system
from tests import make

ME = system("test")
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _town(db: Any) -> None:
    cache.clear()
    make.city()
    for n in range(7):
        make.report(lon=119.93 + n / 500, at=dt.datetime(2016, 6, 10 + n, 4, tzinfo=dt.UTC))
    told = {"since": dt.date(2016, 1, 1), "until": dt.date(2016, 12, 31), "measures": ["reports", "sites"]}
    actions.fix_measures(**told, actor=ME, at=dt.datetime(2016, 1, 4, tzinfo=dt.UTC))


def published() -> Issue:
    return make.issue_of("BP-2016-01", issuer="control", headline="接报七件", headline_en="Seven reports")


def test_a_publisher_fixes_publishes_opens_recomputes_and_corrects(page_at, signed_in, shot):
    """Each by its button or key; progress is shown until the page changes by itself."""
    page = page_at("/bulletins/desk/", 1280, cookies=signed_in("publisher"))
    page.keyboard.press("n")
    page.wait_for_url("**/desk/plan")
    page.keyboard.press("s")
    page.wait_for_url("**/bulletins/desk/")
    card = page.locator("section.card", has_text="BP-2016-01")
    card.get_by_label("Headline in Chinese").fill("接报七件")
    card.get_by_role("button", name="Publish").click()
    page.locator("#run progress").wait_for()
    shot(page, "bulletin-composing-1280-en")
    jobs.drain()
    page.locator("a", has_text="Recompute or correct").click()
    page.get_by_role("button", name="Recompute").click()
    page.locator("#run progress").wait_for()
    jobs.drain()
    page.locator("tbody tr", has_text="Reports").first.wait_for()
    page.locator("tbody a", has_text="Reports").first.click()
    assert page.locator("h1").inner_text() == "Reports"
    page.go_back()
    page.fill("#note", "A typing error.")
    page.fill("#note_en", "A typing error.")
    page.get_by_role("button", name="Publish a correction").click()
    page.locator("#run progress").wait_for()
    jobs.drain()
    page.locator("a", has_text="-r2").first.wait_for()
    assert Issue.objects.count() == 2


@pytest.mark.parametrize(("language", "word"), [("en", "no study of that period"), ("zh-hans", "该期没有采用的研判")])
def test_a_reader_prints_an_issue_without_furniture(page_at, shot, language, word):
    """The bar is gone, definitions are numbered, revisions stand in their place, what is missing says why."""
    issue = published()
    page = page_at(f"/bulletins/{issue.number}/", 1280, language)
    page.emulate_media(media="print")
    assert not page.locator("header.bar").is_visible()
    assert page.locator("section.printonly").is_visible()
    assert page.locator("ol.notes").is_visible()
    assert page.locator("ol.notes").evaluate("list => getComputedStyle(list).position") == "static"
    assert word in page.locator("main").inner_text()
    assert issue.code in page.locator(".verify").inner_text()
    assert page.pdf(format="A4").startswith(b"%PDF-")
    shot(page, f"bulletin-print-{language}")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_page_of_a_bulletin_is_wider_than_a_phone(page_at, signed_in, shot, theme):
    """Issue, figure, check, desk, plan and recomputing at 360 px."""
    number = published().number
    page = page_at("/bulletins/", 360, "zh-hans", theme, cookies=signed_in("publisher"))
    home = page.url.removesuffix("/bulletins/")
    one = f"/bulletins/{number}/"
    for path in ["/bulletins/", one, f"{one}figures/sites/", f"{one}recompute/", "/bulletins/check?code=1",
                 "/bulletins/desk/", "/bulletins/desk/plan"]:  # fmt: skip
        page.goto(home + path)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
        shot(page, f"bulletin{path.split('?')[0].replace('/', '-')}360-{theme}")
