"""A new city by its first steps alone: from an empty directory to a published bulletin of Norfolk's own reports.

The commands are processes and so is the server; nobody types an address: each goes by what the page calls next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Cli
from tests.core.test_core_server import Server, kill_tree

REPORTS = "norfolk-flood-reports/STORM_data_flooded_streets_2010-2016.csv"
NORFOLK = ["--code", "norfolk", "--name", "诺福克", "--name-en", "Norfolk", "--zone", "America/New_York",
           "--bounds=-76.34,36.82,-76.17,36.98"]  # fmt: skip
PASSWORD = "quiet-harbour-2016"
NEXT = "tr[aria-current=step] a.button"
MOST_PAGES = 45
pytestmark = pytest.mark.slow


@pytest.fixture
def server(anlan: Cli, tmp_path: Path) -> Iterator[Server]:
    """The three commands of an empty directory, and the fourth that serves it."""
    anlan("city", "new", tmp_path / "city", *NORFOLK)
    anlan("init", "--city", tmp_path / "city")
    anlan("user", "add", "ada", "--role", "operator", "--password-stdin", stdin=PASSWORD)
    running = Server(anlan)
    yield running
    kill_tree(running.process.pid)
    running.process.communicate(timeout=30)


class Desk:
    """One person in a browser of their own; every page that they come to is written down."""

    def __init__(self, chromium: Any, server: Server, pages: list[str]) -> None:
        self.home = f"http://127.0.0.1:{server.port}/"
        self.page = chromium.new_context(locale="en-GB", viewport={"width": 1440, "height": 900}).new_page()
        self.page.set_default_timeout(180_000)
        self.page.route("**/dist/chunk-canvas*", lambda asked: asked.abort())  # maps, which software draws slowly
        self.page.on("framenavigated", self._came)
        self.pages, self.at = pages, ""

    def _came(self, frame: Any) -> None:
        """Write a page down; one that comes again by itself while it waits is one page."""
        if frame.url != self.at:
            self.pages.append(frame.url)
        self.at = frame.url

    def enter(self, name: str) -> None:
        """Sign in from the public's first page."""
        self.page.goto(self.home)
        self.page.click("footer a[href='/login/'], a[href='/login/']")
        self.page.fill("#id_username", name)
        self.page.fill("#id_password", PASSWORD)
        self.page.press("#id_password", "Enter")
        self.page.wait_for_selector("nav.rail")

    def step(self) -> None:
        """Go to the first steps, by the sign of the house and the line that stands there, and press the next one."""
        self.page.click("nav.rail a.brand")
        self.page.wait_for_selector("h1")
        if not self.page.url.endswith("/start/"):
            self.page.click("main a[href='/start/']")
        self.page.click(NEXT)

    def states(self) -> list[str]:
        """Return the steps that are done, as they stand on the page."""
        return [row.inner_text() for row in self.page.locator("tbody tr:has(.state.done) th").all()]


@pytest.fixture
def desk(chromium: Any, server: Server) -> Iterator[Callable[[], Desk]]:
    """Open a browser for somebody; `desk.pages` are the pages that all of them came to."""
    made: list[Desk] = []
    pages: list[str] = []

    def open_one() -> Desk:
        made.append(Desk(chromium, server, pages))
        return made[-1]

    open_one.pages = pages  # type: ignore[attr-defined]
    yield open_one
    for one in made:
        one.page.context.close()


def test_a_new_city_comes_to_its_first_bulletin_by_its_first_steps(desk: Any, real_data: Callable[[str], Path]) -> None:
    """Eight steps, three people, no address typed; the bulletin of 2016 says that it was compiled afterwards."""
    reports = real_data(REPORTS)
    ada, ben, cleo = desk(), desk(), desk()
    ada.enter("ada")
    assert len(ada.states()) == 1
    for name, role, theirs in [("ben", "analyst", ben), ("cleo", "publisher", cleo)]:
        ada.step()
        theirs.page.goto(_added(ada.page, name, role))
        _choose_password(theirs.page)
        theirs.enter(name)
    _bring_in(ben, reports)
    _study(ben)
    headline = "Flooded streets in Norfolk, 2016"
    _publish(cleo, headline)
    ada.page.click("nav.rail a.brand")
    assert not ada.page.url.endswith("/start/")
    ada.page.click("main a[href='/start/']")
    ada.page.wait_for_selector("h1:has-text('First steps')")
    assert len(ada.states()) == 8
    anybody = desk()
    anybody.page.goto(anybody.home)
    anybody.page.click(f"a:has-text('{headline}')")
    assert "Compiled afterwards" in anybody.page.inner_text("main .notice")
    assert anybody.page.inner_text("#m1 td[data-th='This period']") == "350"  # rows of the file in 2016
    assert not [head for head in anybody.page.locator("h2").all_inner_texts() if "by district" in head]  # it has none
    assert len(desk.pages) <= MOST_PAGES, "\n".join(desk.pages)


def _added(page: Any, name: str, role: str) -> str:
    """Add somebody, and return the link that sets their password, as the operator hands it over."""
    page.fill("#id_username", name)
    page.select_option("#id_role", role)
    page.select_option("#id_organisation", "command")
    page.click("main button.primary")
    page.click("form[action$='/link'] button")
    return str(page.inner_text("#link"))


def _choose_password(page: Any) -> None:
    for field in page.locator("input[type=password]").all():
        field.fill(PASSWORD)
    page.press("input[type=password] >> nth=-1", "Enter")
    page.wait_for_selector("#id_username")


def _bring_in(ben: Desk, reports: Path) -> None:
    """Import the whole list: its columns are guessed, only what the rows are about is not."""
    ben.step()
    ben.page.set_input_files("#file", reports)
    ben.page.click("button.primary")
    ben.page.select_option("#id_default_category", "waterlogging")
    ben.page.click("button[name=look]")
    ben.page.click("button[name=start]:not([disabled])")
    ben.page.wait_for_selector("dd:has-text('1,072')")


def _study(ben: Desk) -> None:
    """Ask for the study that is proposed, and adopt what it found."""
    ben.step()
    ben.page.click("main button.primary")
    ben.page.wait_for_selector("a[href$='/adopt']")
    ben.step()
    ben.page.click("a[href$='/adopt']")
    ben.page.click("main button.primary")
    ben.page.wait_for_selector("anlan-map")


def _publish(cleo: Desk, headline: str) -> None:
    """Fix all measures for the year that is proposed, and publish."""
    cleo.step()
    assert cleo.page.input_value("#id_since") == "2016-01-01"
    cleo.page.click("main button.primary")
    cleo.page.wait_for_selector("h2")
    cleo.step()
    cleo.page.fill("input[name=headline]", "诺福克 2016 年道路积水")
    cleo.page.fill("input[name=headline_en]", headline)
    cleo.page.click("form[action$='/compose'] button")
    cleo.page.wait_for_selector("main a[href^='/bulletins/B-']")
