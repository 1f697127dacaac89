"""An uploaded file as its clerk sees it: the wait, its points on a map, a table of categories, the end."""

from __future__ import annotations

from typing import Any

import pytest

from anlan.core import jobs
from anlan.intake.models import ImportRun
from tests import make
from tests.browser.test_browser_axe import AXE, RULES, RUN
from tests.browser.test_browser_intake import fits

HEADER = "工单编号,受理时间,经度,纬度,事发地址,类别"
ROWS = [f"G{n},2016-06-{n:02d} 13:00,119.97{n},31.76{n},长虹路{n}号,暴雨内涝" for n in range(1, 10)]
FILE = {
    "name": "12345.csv",
    "mimeType": "text/csv",
    "buffer": "\n".join([HEADER, *ROWS, "G10,约下午,,,,其他"]).encode("gb18030"),
}
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _town(db: Any, settings: Any, tmp_path: Any) -> None:
    settings.DATA_DIR = tmp_path / "data"
    make.city()


@pytest.mark.parametrize(("width", "language"), [(360, "zh-hans"), (1440, "en")])
def test_a_clerk_imports_a_file_whose_categories_have_names_of_their_own(page_at, shot, signed_in, width, language):
    """Each page that the worker leads on to fits the window and breaks no rule of accessibility."""
    page = page_at("/imports/", width, language, cookies=signed_in("analyst"))
    page.context.add_init_script(path=AXE)
    page.set_viewport_size({"width": width, "height": 4000})  # a telephone's bar lies over what is below the fold

    def shown(step: str) -> None:
        page.goto(page.url)
        fits(page)
        shot(page, f"import-{step}-{width}-{language}")
        assert page.evaluate(RUN, RULES) == []

    def press(name: str) -> None:
        with page.expect_navigation():
            page.locator(f"button{name}").click()

    page.locator("#file").set_input_files(FILE)
    press(".primary")
    shown("wait")
    jobs.drain()
    page.wait_for_selector("anlan-map[data-ready]")
    shown("preview")
    page.locator("#own-names select").select_option("waterlogging")
    press("[name=start]")
    jobs.drain()
    shown("again")
    press("[name=start]")
    jobs.drain()
    shown("done")
    run = ImportRun.objects.get()
    assert (run.accepted, run.refused) == (9, 1)


def test_without_script_the_page_comes_again_by_itself(page_at, signed_in):
    """Nobody has to press anything between the upload and the rows."""
    page = page_at("/imports/", 360, "zh-hans", java_script_enabled=False, cookies=signed_in("call_taker"))
    page.locator("#file").set_input_files(FILE)
    page.locator("button.primary").first.click()
    page.wait_for_selector("meta[http-equiv=refresh]", state="attached")
    jobs.drain()
    page.wait_for_selector("#own-names")
    assert page.locator("table td").first.inner_text() == "G1"


@pytest.mark.parametrize(("width", "language"), [(360, "zh-hans"), (1440, "en"), (360, "en"), (1440, "zh-hans")])
def test_a_clerk_says_how_a_file_is_read(page_at, shot, signed_in, width, language):
    """A file without heads, whose days and months nothing tells apart: each is asked for where it stands in the way."""
    page = page_at("/imports/", width, language, cookies=signed_in("analyst"))
    page.context.add_init_script(path=AXE)
    page.set_viewport_size({"width": width, "height": 4000})
    rows = [f"G{n},{n}/11/2015 13:00,119.97{n},31.76{n},Café {n},waterlogging" for n in range(1, 10)]

    def shown(step: str) -> None:
        jobs.drain()
        page.goto(page.url)
        fits(page)
        shot(page, f"import-{step}-{width}-{language}")
        assert page.evaluate(RUN, RULES) == []

    def press(name: str) -> None:
        with page.expect_navigation():
            page.locator(f"button{name}").click()

    content = "\n".join(rows).encode("cp1252")
    page.locator("#file").set_input_files({"name": "old.csv", "mimeType": "text/csv", "buffer": content})
    press(".primary")
    shown("headless")
    assert page.locator("button[name=start]").count() == 0
    page.fill("#id_column_names", "id，time，lon，lat，place，category")
    press("[name=look]")
    shown("ambiguous")
    page.locator("a[href='#id_time_order']").click()
    page.select_option("#id_time_order", "dmy")
    assert not page.locator("#id_tz").evaluate("e => e.closest('details')")
    page.locator("details summary").click()
    page.wait_for_selector("details #id_head_row")
    press("[name=look]")
    shown("read")
    press("[name=start]")
    jobs.drain()
    assert ImportRun.objects.get().accepted == 9
