"""Pages as people see them: Debian's Chromium, headless, with every complaint of the console a failure."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from anlan.core.ledger import writes

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
DIST = Path(__file__).parents[2] / "src/anlan/core/static/dist/work.js"
SHOTS = Path(os.environ.get("ANLAN_SHOTS", Path(__file__).parents[2] / "var/shots"))
SWITCHES = [
    "--no-sandbox",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's loop runs beside the tests' own database work


@pytest.hookimpl(tryfirst=True)  # before -m chooses
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "browser" in item.path.parts:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A headless Chromium for the whole session."""
    for missing, what in [(CHROMIUM is None, "chromium"), (not DIST.exists(), "the built front end (make setup)")]:
        if missing and os.environ.get("CI") == "true":
            pytest.fail(f"{what} is missing, and under CI nothing may be skipped")
        if missing:
            pytest.skip(f"{what} is missing")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        yield browser
        browser.close()


@pytest.fixture(autouse=True)
def in_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let requests and the test's own writes take turns: threads share the cache of a database in memory.

    There a table that one thread writes is locked for the others at once, and nobody waits: a page that asked for the
    areas while the test opened an incident got 503. A file, as outside of tests, is read while it is written.
    """
    from django.core.handlers.wsgi import WSGIHandler

    turn, answer, own = threading.RLock(), WSGIHandler.__call__, writes.one_writer

    def in_turn(handler: Any, environ: Any, start_response: Any) -> Any:
        with turn:
            return answer(handler, environ, start_response)

    @contextmanager
    def one_writer() -> Iterator[None]:
        with turn, own():
            yield

    monkeypatch.setattr(WSGIHandler, "__call__", in_turn)
    monkeypatch.setattr(writes, "one_writer", one_writer)


class Complaints(list[str]):
    """What the console, the content policy or the network complained about; expected ones are named by a test."""

    def __init__(self) -> None:
        super().__init__()
        self.expected: list[str] = []

    def left(self) -> list[str]:
        return [one for one in self if one and not any(part in one for part in self.expected)]


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    """Collects complaints and fails the test that caused one."""
    found = Complaints()
    yield found
    assert not found.left()


@pytest.fixture
def page_at(chromium: Any, live_server: Any, complaints: Complaints) -> Iterator[Callable[..., Any]]:
    """Open a page at a width, in a language and a theme: `page_at("/report/", 360, "zh-hans", "dark")`."""
    contexts = []

    def open_page(path: str, width: int = 1280, language: str = "en", theme: str = "light", **more: Any) -> Any:
        cookies, counts = more.pop("cookies", []), more.pop("counts", False)
        context = chromium.new_context(
            viewport={"width": width, "height": 800 if width > 400 else 740},
            locale="zh-CN" if language.startswith("zh") else "en-GB",
            color_scheme=theme,
            **more,
        )
        context.add_cookies([{"url": live_server.url, **cookie} for cookie in cookies])
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        if not counts:  # the rail asks by itself, and a database in memory is no place to read beside
            page.route("**/today/due*", lambda asked: asked.fulfill(body=""))
        page.on("console", lambda said: said.type in {"error", "warning"} and complaints.append(quiet(said.text)))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "request", lambda asked: outside(asked.url, live_server.url) and complaints.append(f"asked {asked.url}")
        )
        page.goto(live_server.url + path)
        return page

    yield open_page
    for context in contexts:
        context.close()


def outside(url: str, home: str) -> bool:
    """Whether a request left this server."""
    return not url.startswith((home, "data:", "blob:"))


def quiet(text: str) -> str:
    """Leave out what the software renderer of a headless browser says of itself."""
    own = ("GPU stall", "GL Driver Message", "software WebGL", "WebGL warning")
    return "" if any(part in text for part in own) else text


@pytest.fixture
def shot() -> Callable[[Any, str], Path]:
    """Store a screenshot under a name, for a person to look at."""

    def store(page: Any, name: str) -> Path:
        SHOTS.mkdir(parents=True, exist_ok=True)
        path = SHOTS / f"{name}.png"
        page.screenshot(path=path, full_page=True)
        return path

    return store


@pytest.fixture
def signed_in(live_server: Any) -> Callable[..., list[dict[str, str]]]:
    """Return the cookies of somebody with a role."""
    from tests import make

    return lambda role, at="control": make.cookies(make.person(role, at=at))
