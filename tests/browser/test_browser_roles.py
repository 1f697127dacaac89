"""Every role walks its first three tasks from the first page, by what can be seen and pressed; no address is typed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pytest

from anlan.core.people.roles import Role
from anlan.core.time.clock import frozen
from tests import make
from tests.make.whole import NOON, whole_town

pytestmark = pytest.mark.django_db(transaction=True)
HOUSES: Final = {"officer": "drains", "verifier": "government", "supervisor": "government", "leader": "government"}
FIND: Final = "Control+k"
# Each task: what is pressed one after the other (a link by how its address begins; a button; a number that is asked
# for), and what shows that the place of the task was reached.
TASKS: Final[dict[str, list[tuple[list[str], str]]]] = {
    "call_taker": [
        (["/reports/", "/calls/new"], "form [name=words]"),
        (["/reports/", "/reports/R-"], "form[action^='/incidents/']"),
        ([FIND], "main form[action$='/act']"),
    ],
    "dispatcher": [
        (["/console/", "/console/E-"], "[data-key='1']"),
        (["/today/", "/incidents/E-"], "main form[action$='/act']"),
        (["/incidents/", "/incidents/E-"], "main form[action$='/act']"),
    ],
    "officer": [
        (["button[data-row-key=s]"], ".lately a[href^='/incidents/E-']"),
        (["/today/", "/tasks/T-"], "form[action$='/add_evidence']"),
        (["/console/", "/console/E-"], "main form"),
    ],
    "verifier": [
        (["/today/", "/tasks/T-"], "form[action$='/verify']"),
        (["/problems/", "/lists/"], "table[data-rows]"),
        ([FIND], "main h2"),
    ],
    "supervisor": [
        (["/today/", "/problems/?p="], "form[action$='/instruct']"),
        (["/problems/", "/lists/", "/lists/new/"], "main form"),
        (["/overview/"], "main h2"),
    ],
    "analyst": [
        (["/studies/", "/studies/2"], "anlan-map"),
        (["/studies/", "/studies/new"], "main form"),
        (["/effect/", "/effect/V-"], "main h2"),
    ],
    "publisher": [
        (["/bulletins/desk/", "/bulletins/desk/plan"], "main form"),
        (["/bulletins/desk/", "/bulletins/B-"], "main h2"),
        (["/overview/"], "main h2"),
    ],
    "leader": [
        (["/overview/"], "main h2"),
        (["/problems/", "/problems/?p="], "main h2"),
        (["/bulletins/desk/", "/bulletins/B-"], "main h2"),
    ],
    "auditor": [
        (["/audit/"], "table[data-rows]"),
        (["/audit/", "/audit/?tab=openings"], "main table[data-rows], main .empty"),
        (["/audit/", "/audit/?tab=seals"], "main table[data-rows], main .empty"),
    ],
    "operator": [
        (["/operator/"], "main table"),
        (["/messages/"], "main"),
        (["/operator/", "/admin/"], "#content"),
    ],
}


@pytest.fixture
def things() -> Iterator[dict[str, Any]]:
    """A town in which something waits for everybody."""
    with frozen(NOON):
        yield whole_town()


def test_every_role_reaches_its_first_three_tasks_from_the_first_page(things, page_at, complaints):
    """Nobody is lost between two pages; who lands where is what waits for them."""
    assert set(TASKS) == set(Role.values)
    lost = {}
    for role in Role.values:
        page = page_at("/", 1440, cookies=make.cookies(make.person(role, at=HOUSES.get(role, "control"))))
        page.set_default_timeout(8_000)
        for n, (steps, reached) in enumerate(TASKS[role]):
            page.goto(page.url if n == 0 else page.url.split("/", 3)[0] + "//" + page.url.split("/")[2] + "/")
            try:
                for step in steps:
                    press(page, step, things)
                page.locator(reached).first.wait_for(state="attached")
            except Exception as error:
                lost[f"{role}: {steps}"] = f"at {page.url}: {str(error).splitlines()[0]}"
        page.context.close()
    complaints.expected += ["Failed to load", "AJAXError", "htmx:"]  # what a page that is left had asked for
    assert not lost, "\n".join(f"{task} {where}" for task, where in lost.items())


def press(page: Any, step: str, things: dict[str, Any]) -> None:
    """Press what a person sees: a link, a button, or the keys that ask for a number."""
    if step == FIND:
        page.keyboard.press(step)
        page.locator("#finder input").fill(things["triage"]["number"])
        page.locator("#found a", has_text=things["triage"]["number"]).wait_for()
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/incidents/{things['triage']['number']}/")
        return
    if step.startswith("/"):
        exact = page.locator(f"a[href='{step}']:visible")
        begins = page.locator(f"main a[href^='{step}']:visible")
        link = exact if exact.count() and not step.endswith("-") else begins
        link.first.wait_for()
        address = link.first.get_attribute("href")
        link.first.click()
        page.wait_for_url(lambda url: url.endswith(address), wait_until="domcontentloaded")
        return
    page.locator(step).first.click()
