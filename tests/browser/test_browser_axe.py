"""Every page is read by axe-core: WCAG A and AA and good practice, all roles, both languages, light and dark."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from anlan.core.models import Membership
from anlan.core.people.roles import Role
from anlan.core.time.clock import frozen
from anlan.core.web.access import Declared, declared
from tests import make
from tests.make.whole import NOON, whole_town

pytestmark = pytest.mark.django_db(transaction=True)
AXE: Final = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN: Final = """(rules) => axe.run({ runOnly: rules, resultTypes: ['violations'] }).then(({ violations }) =>
 violations.flatMap(({ id, nodes }) => nodes.map(({ target, html }) => `${id}: ${target} ${html.slice(0, 160)}`)))"""
LOOKS: Final = [("en", "light"), ("zh-hans", "dark"), ("en", "dark"), ("zh-hans", "light")]
HOUSES: Final = {"officer": "drains", "verifier": "government", "supervisor": "government", "leader": "government"}
# What a job or a press leads to: where it stands on no page of its own, or is no page.
LEFT_OUT: Final = {
    "core:tile": "a picture of another server",
    "core:job": "answers a script",
    "intake:import_refused": "a file",
    "intake:report_photo": "a picture; its address is signed",
    "prevention:task_photo": "a picture; its address is signed",
}
Visit = tuple[str, str, str, tuple[str, str]]  # name, address, role, language and theme


@pytest.fixture
def things() -> Iterator[dict[str, Any]]:
    """A town of which every page has something to show, on the day of its newest things."""
    with frozen(NOON):
        yield whole_town()


@pytest.fixture
def people(things: dict[str, Any]) -> dict[str, Client]:
    """Nobody, somebody of each role, and somebody who has all of them."""
    whole = make.person(None)
    for role in Role.values:
        house = make.organisation(HOUSES.get(role, "control"))
        Membership.objects.create(person=whole, organisation=house, role=role)
    each = {role: make.browser(make.person(role, at=HOUSES.get(role, "control"))) for role in Role.values}
    return {"": Client(), "all": make.browser(whole)} | each


@pytest.fixture
def reader(chromium: Any, live_server: Any, people: dict[str, Client]) -> Iterator[Any]:
    """Return what reads a page: one tab, in which somebody else is signed in each time."""
    if not AXE.exists():
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("axe-core is missing (make setup)")
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    context.add_init_script(path=AXE)
    page = context.new_page()
    page.route("**/*", lambda asked: asked.continue_() if _is_part(asked.request, live_server.url) else asked.abort())

    def read(address: str, role: str, look: tuple[str, str]) -> list[str]:
        context.clear_cookies()
        known = {settings.LANGUAGE_COOKIE_NAME: look[0], "theme": look[1]}
        if role:
            known["sessionid"] = people[role].cookies["sessionid"].value
        context.add_cookies([{"url": live_server.url, "name": name, "value": value} for name, value in known.items()])
        answer = page.goto(live_server.url + address, wait_until="load")
        assert answer.status == 200, (address, role, answer.status)
        return page.evaluate(RUN, RULES)  # type: ignore[no-any-return]

    yield read
    context.close()


def test_no_page_breaks_a_rule_of_accessibility(things, people, reader):
    """Each page, as one of those who may open it: a new one is read without being named here."""
    visits = list(_visits(things, people))
    assert len({name for name, *_ in visits}) > 45
    assert {role for _, _, role, _ in visits} >= {"", *Role.values}
    found = {(name, role, *look): reader(address, role, look) for name, address, role, look in visits}
    wrong = {" ".join(visit): "\n  ".join(said) for visit, said in found.items() if said}
    assert not wrong, "\n".join(f"{visit}\n  {said}" for visit, said in wrong.items())


def _visits(things: dict[str, Any], people: dict[str, Client]) -> Iterator[Visit]:
    """Give each page once, roles, languages and themes by turns; and what each role begins with."""
    for n, (name, address, access) in enumerate(_pages(things, people[""], people["all"])):
        roles = sorted(access.roles) if access.kind == "roles" else list(Role.values)
        turned = [""] if access.kind == "public" else roles[n % len(roles) :] + roles[: n % len(roles)]
        yield name, address, next(role for role in turned if _opens(people[role], address)), LOOKS[n % 4]
    for n, role in enumerate(Role.values):
        first = people[role].get("/")["Location"]
        yield "first page", first, role, LOOKS[n % 4]


def _opens(client: Client, address: str) -> bool:
    return client.get(address).status_code == 200


def _pages(things: dict[str, Any], nobody: Client, everybody: Client) -> Iterator[tuple[str, str, Declared]]:
    """Give whatever answers a GET with a whole page."""
    for name, pattern in _addresses():
        access = declared(pattern.callback)
        if access is None or access.kind in {"partner", "monitor"} or name in LEFT_OUT:
            continue
        address = reverse(name, kwargs={word: _thing(things, name, word) for word in pattern.pattern.converters})
        answer = (nobody if access.kind == "public" else everybody).get(address)
        if answer.get("Content-Type", "").startswith("text/html") and answer.status_code not in {302, 405}:
            assert answer.status_code == 200, f"{name} at {address}: {answer.status_code}"
            if b"<!doctype" in answer.content[:40].lower():
                yield name, address, access


def _addresses() -> Iterator[tuple[str, URLPattern]]:
    for stage in get_resolver().url_patterns:
        if stage.app_name != "admin":  # Django's own pages
            names = ":".join(filter(None, (stage.app_name, "%s")))
            yield from ((names % pattern.name, pattern) for pattern in stage.url_patterns)


def _thing(things: dict[str, Any], name: str, word: str) -> Any:
    """Return what stands in an address: of the page, of its stage, or of any; what only a press has is not there."""
    for of in (name, name.split(":")[0]):
        if word in things.get(of, {}):
            return things[of][word]
    return things.get(word, 1)


def _is_part(asked: Any, home: str) -> bool:
    """Whether a request is for the page itself or how it looks: scripts draw and ask, and are not read here."""
    return asked.url.startswith(home) and asked.resource_type in {"document", "stylesheet", "font"}
