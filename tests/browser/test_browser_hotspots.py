"""Studies and sites as an analyst uses them: map and list together, by keyboard, on a phone, without script."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.cache import cache

from anlan.core import jobs
from anlan.core.people.actors import system
from anlan.hotspots.actions import start_study
from anlan.hotspots.models import Site, Study
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)
SPOTS = [(119.93, 31.73), (119.98, 31.76), (120.05, 31.78)]
MARK_AT = """([lon, lat]) => { const el = document.querySelector('anlan-map'), at = el.map.project([lon, lat]),
 box = el.map.getCanvas().getBoundingClientRect(); return [box.x + at.x, box.y + at.y]; }"""
BROUGHT = """(at) => { const { map } = document.querySelector('anlan-map');
 return new Promise((done) => { map.once('idle', () => done(true)); map.jumpTo({ center: at, zoom: 14 }); }); }"""


@pytest.fixture(autouse=True)
def _town(db: Any) -> None:
    cache.clear()
    make.city()


@pytest.fixture
def year() -> Study:
    """A finished study of three places."""
    make.storms(2016, SPOTS)
    return make.study(2016)


def current(page: Any) -> str | None:
    """The place that the list shows as chosen."""
    row = page.locator("tr[data-place][aria-current=true]")
    return row.get_attribute("data-place") if row.count() else None


def test_list_and_map_choose_together(page_at, signed_in, year, shot):
    """A row chosen rings its mark on the map; a mark clicked chooses its row."""
    page = page_at(f"/studies/{year.pk}/", 1440, cookies=signed_in("analyst"))
    page.locator("anlan-map[data-ready]").wait_for()
    rows = page.locator("tr[data-place]")
    assert rows.count() == 3
    rows.nth(1).locator("td").last.click()
    second = rows.nth(1).get_attribute("data-place")
    assert current(page) == second
    page.locator(f"anlan-map[selected='{second}']").wait_for()
    places = page.evaluate(
        "document.querySelector('anlan-map').places.features.map((f) => [f.properties.id, f.geometry.coordinates])"
    )
    other, where = next((str(name), at) for name, at in places if str(name) != second)
    page.evaluate(BROUGHT, where)
    page.mouse.click(*page.evaluate(MARK_AT, where))
    page.locator(f"tr[data-place='{other}'][aria-current=true]").wait_for()
    shot(page, "study-1440-en-light")


def test_a_study_is_walked_and_adopted_by_keyboard(page_at, signed_in, year):
    """j and k move, Enter opens, / searches, a leads to adopting, and adopting gives numbers."""
    page = page_at(f"/studies/{year.pk}/", 1440, cookies=signed_in("analyst"))
    page.locator("anlan-map[data-ready]").wait_for()
    ids = [row.get_attribute("data-place") for row in page.locator("tr[data-place]").all()]
    for key, at in [("j", 0), ("j", 1), ("k", 0)]:
        page.keyboard.press(key)
        assert current(page) == ids[at]
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("a")
    page.wait_for_url("**/adopt")
    page.keyboard.press("a")
    page.wait_for_url(f"**/studies/{year.pk}/")
    assert Site.objects.count() == 3
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/sites/**")


def test_a_running_study_reloads_when_it_is_done(page_at, signed_in):
    """The page of a run asks for its progress and shows the result once the worker has it."""
    make.storms(2016, SPOTS)
    told = {
        "name": "Study",
        "since": dt.date(2016, 1, 1),
        "until": dt.date(2016, 12, 31),
        "categories": ["waterlogging"],
    }
    at = dt.datetime(2017, 1, 1, 12, tzinfo=dt.UTC)
    pk = start_study(**told, parameters={"min_reports": 3}, actor=system("test"), at=at)["study"]
    page = page_at(f"/studies/{pk}/", 1440, cookies=signed_in("analyst"))
    page.locator("#progress progress").wait_for()
    jobs.drain()
    page.locator("tr[data-place]").first.wait_for()


def test_a_site_shows_its_chart_and_keeps_the_table(page_at, signed_in, shot):
    """The chart is drawn over a table that stays for readers, the map is ready, the sheet can be printed."""
    make.storms(2016, SPOTS)
    make.study(2016, adopt=True)
    page = page_at(f"/sites/{Site.objects.first().code}/", 1440, cookies=signed_in("analyst"))
    page.locator("anlan-chart.drawn").wait_for()
    page.locator("anlan-map[data-ready]").wait_for()
    assert page.locator("anlan-chart table tbody tr").count() == 3
    assert page.locator("[data-print]").is_visible()
    page.emulate_media(media="print")
    assert not page.locator(".rail").is_visible()
    assert not page.locator("[data-print]").is_visible()
    shot(page, "site-print-en-light")


def test_theme_and_language_stay_as_chosen(page_at, signed_in, year):
    """The theme chosen survives a reload, and so does the language."""
    page = page_at("/studies/", 1440, cookies=signed_in("analyst"))
    page.locator("[data-theme-switch]").click()
    page.reload()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    page.locator(".rail .foot a[hreflang]").click()
    page.goto(page.url.split("?")[0])
    assert page.locator("html").get_attribute("lang") == "zh-Hans"


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_is_wider_than_a_phone(page_at, signed_in, shot, language, theme):
    """At 360 px no page of studies or sites scrolls sideways."""
    make.storms(2016, SPOTS)
    make.storms(2015, SPOTS[:2])
    make.study(2015, adopt=True)
    later = make.study(2016)
    page = page_at("/studies/", 360, language, theme, cookies=signed_in("analyst"))
    home = page.url.removesuffix("/studies/")
    one = f"/studies/{later.pk}/"
    for path in [
        "/studies/",
        one,
        f"{one}details",
        f"{one}adopt",
        "/studies/new",
        f"/sites/{Site.objects.first().code}/",
    ]:
        page.goto(home + path)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
        shot(page, f"hotspots{path.replace('/', '-')}360-{language}-{theme}")


def test_studies_work_without_script(page_at, signed_in, year):
    """List, details and adopting need no script."""
    page = page_at("/studies/", 1440, cookies=signed_in("analyst"), java_script_enabled=False)
    page.locator("tbody a").first.click()
    assert page.locator("tr[data-place]").count() == 3
    page.locator("a[href$='#episodes']").click()
    assert page.locator("#episodes tbody tr").count() == 3
    page.go_back()
    page.locator("a[href$='/adopt']").click()
    page.locator("main form button.primary").click()
    assert Site.objects.count() == 3
