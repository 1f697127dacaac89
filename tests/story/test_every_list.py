"""Every list of the house as people share, mangle and download it: through HTTP."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from anlan.core.time.clock import frozen
from anlan.prevention import actions
from tests import make
from tests.make.contacts import contact, message
from tests.make.problems import Town, day

LISTS = {
    "/problems/": "supervisor", "/lists/": "supervisor", "/lists/?view=tasks": "supervisor",
    "/lists/?view=results": "supervisor", "/lists/?view=issued": "supervisor", "/storms/": "supervisor",
    "/studies/": "analyst", "/effect/": "analyst", "/shifts/": "dispatcher", "/units/": "dispatcher",
    "/incidents/?list=open": "dispatcher", "/messages/": "operator",
}  # fmt: skip
FULL = {address for address in LISTS if address not in {"/effect/", "/shifts/"}}


@pytest.fixture
def town(town: Town) -> Iterator[Town]:
    """Something on nearly every list, on the third day."""
    with frozen(day(1)):
        _, tasks = town.planned("interim", "permanent")
        make.browser(town.supervisor).post("/lists/new/", {"tasks": tasks, "kind": "督办", "due_on": "2016-03-01"})
        town.done(tasks[0], at=day(2))
        actions.verify(task=tasks[0], passed=True, actor=town.verifier, at=day(2))
        town.storm(1, peak=45)
        make.incident()
        message(contact())
    with frozen(day(3)):
        yield town


def browser(address: str) -> Client:
    return make.browser(make.actor(LISTS[address]))


def asked(address: str, **more: str) -> str:
    query = "&".join(f"{name}={value}" for name, value in more.items())
    return f"{address}{'&' if '?' in address else '?'}{query}"


def table(answer: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


@pytest.mark.parametrize("address", LISTS)
def test_a_mangled_address_opens_the_list(town: Town, address: str) -> None:
    """Unknown tab, filter, order, page and kind of file: what is not known is left out, or fits nothing."""
    client = browser(address)
    for junk in ({"order": "password"}, {"order": "-"}, {"page": "x"}, {"page": "-3"}, {"as": "exe"}, {"q": "%27"},
                 {"tab": "x"}, {"org": "moon"}, {"origin": "moon"}, {"only": "moon"}, {"kind": "moon"}):  # fmt: skip
        assert client.get(asked(address, **junk)).status_code == 200
    for tabs in ("view", "list", "state"):
        assert client.get(f"{address.partition('?')[0]}?{tabs}=moon").status_code == 200


@pytest.mark.parametrize("address", LISTS)
def test_a_list_downloads_what_it_lists(town: Town, address: str) -> None:
    """As many lines as the list says that it has, under its headings; an empty list gives the headings alone."""
    client = browser(address)
    listing = client.get(address).context["listing"]
    head, *rows = table(client.get(asked(address, **{"as": "csv"})))
    assert len(rows) == listing.paged.paginator.count
    assert (len(rows) > 0) == (address in FULL)
    assert head == [str(column.label) for column in listing.columns if column.value]
    assert all(len(row) == len(head) for row in rows)


@pytest.mark.parametrize("address", LISTS)
def test_each_heading_orders_the_list_both_ways(town: Town, address: str) -> None:
    """On both databases, what is missing last; the file comes in the same order."""
    client = browser(address)
    for column in client.get(address).context["listing"].columns:
        for order in {column.sort, f"-{column.sort}"} if column.sort else ():
            answer = client.get(asked(address, order=order))
            assert (answer.status_code, answer.context["listing"].order) == (200, order)
            assert client.get(asked(address, order=order, **{"as": "csv"})).status_code == 200


@pytest.mark.parametrize("address", LISTS)
def test_each_link_of_a_list_leads_somewhere(town: Town, address: str) -> None:
    """Tabs, headings, records, files, other pages; none of them to a page that is not there."""
    client = browser(address)
    page = client.get(address).content.decode().partition('<header class="bar"')[2]
    links = {href.replace("&amp;", "&") for href in re.findall(r'href="([^"#]+)', page)}
    assert links
    assert {href: status for href in links if (status := client.get(href, follow=True).status_code) != 200} == {}


@pytest.mark.parametrize("address", ["/problems/", "/lists/", "/lists/?view=tasks", "/lists/?view=results"])
def test_a_file_holds_nothing_that_its_reader_may_not_see(town: Town, address: str) -> None:
    """Another organisation's officer downloads an empty list."""
    stranger = make.browser(make.actor("officer", at="west-office"))
    assert len(table(stranger.get(asked(address, **{"as": "csv"})))) == 1


def test_tabs_of_lists_keep_the_organisation_and_its_counts(town: Town) -> None:
    """Also over the tab that has no such filter."""
    client = browser("/lists/")
    listing = client.get("/lists/?view=issued&org=drains").context["listing"]
    assert all("org=drains" in href for _tab, href, _n in listing.tabs)
    assert [n for _tab, _href, n in client.get("/lists/?org=west-office").context["listing"].tabs] == [0, 0, 0, 1]


def test_a_record_beside_its_list_keeps_the_list(town: Town) -> None:
    """Tab, words and filter stay while one goes from record to record, after a refused step too."""
    client = browser("/problems/")
    found = client.get("/problems/?view=open&q=P-2016&origin=site").content.decode()
    kept = "view=open&amp;origin=site&amp;q=P-2016"
    assert f'href="/problems/?p=P-2016-0001&amp;{kept}"' in found
    refused = client.post("/problems/P-2016-0001/instruct", {}).content.decode()
    assert 'href="/problems/?view=late"' in refused
