"""The elements that every page shares: what is printed, which words a map speaks, what stays when a drawing fails."""

from __future__ import annotations

import pytest
from django.core.cache import cache

from anlan.hotspots.models import Site
from tests import make

SPOTS = [(119.93, 31.73), (119.98, 31.76), (120.05, 31.78)]
WORDS = """() => [...document.querySelectorAll('.maplibregl-map [title], .maplibregl-map [aria-label]')]
 .map((one) => one.title || one.ariaLabel)"""
WIDTHS = """() => ['.chartcanvas', '.chartcanvas canvas']
 .map((one) => document.querySelector(one).getBoundingClientRect().width)"""

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def site(page_at, signed_in):
    """Open the first site's page, drawn, as an analyst."""

    def open_site(width=1920, language="en", theme="light"):
        cache.clear()
        make.city()
        make.storms(2016, SPOTS)
        make.study(2016, adopt=True)
        page = page_at(f"/sites/{Site.objects.first().code}/", width, language, theme, cookies=signed_in("analyst"))
        page.locator("anlan-chart.drawn").wait_for()
        page.locator("anlan-map[data-ready]").wait_for()
        return page

    return open_site


def test_a_chart_fits_the_sheet_and_goes_back(site):
    """On paper no bar lies beyond the edge; afterwards the chart fills its place on screen again."""
    page = site()
    before = page.evaluate(WIDTHS)
    page.evaluate("() => dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate(WIDTHS)[1] <= 640 < before[0]
    page.evaluate("() => dispatchEvent(new Event('afterprint'))")
    assert page.evaluate(WIDTHS) == before


def test_paper_carries_the_chart_s_table_and_no_buttons(site):
    """Print shows each value as a figure, and a map without what can be pressed."""
    page = site()
    page.emulate_media(media="print")
    assert page.locator("anlan-chart table").bounding_box()["width"] > 50
    assert not page.locator(".maplibregl-ctrl-group").is_visible()


def test_the_print_button_prints_light_and_gives_the_theme_back(site):
    """Who works in the dark prints dark on white, and goes on in the dark."""
    page = site(theme="dark")
    page.evaluate(
        "() => { window.print = () => { document.body.dataset.printed = document.documentElement.dataset.theme } }"
    )
    page.keyboard.press("p")
    page.locator("body[data-printed=light]").wait_for()
    page.locator("html:not([data-theme])").wait_for(state="attached")


@pytest.mark.parametrize(("language", "words"), [("en", "Zoom in"), ("zh-hans", "放大")])
def test_a_map_speaks_the_language_of_its_page(site, language, words):
    """The words that a map brings with it are translated as all others."""
    page = site(language=language)
    assert words in page.evaluate(WORDS)


def test_a_chart_that_cannot_be_drawn_leaves_its_table(site, complaints):
    """Where the drawing does not arrive, the table is shown and no empty box stands above it."""
    complaints.expected += ["Failed to load resource", "dynamically imported module"]
    page = site()
    page.route("**/chunk-drawing-*", lambda route: route.abort())
    page.reload()
    page.locator("anlan-map[data-ready]").wait_for()
    page.locator(".chartcanvas").wait_for(state="detached")
    assert page.locator("anlan-chart table").is_visible()
    assert page.locator("anlan-chart table").bounding_box()["width"] > 50
