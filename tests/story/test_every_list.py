"""Every list of the house as people share, mangle and download it: through HTTP."""

from __future__ import annotations

import csv
import datetime as dt
import io
import operator
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from anlan.core.models import LedgerEntry, Organisation
from anlan.core.pages.cells import in_file
from anlan.core.people.actors import system
from anlan.core.time.clock import frozen
from anlan.dispatch.actions import begin_shift
from anlan.dispatch.models import Unit
from anlan.effect.models import Estimate
from anlan.hotspots.models import Study
from anlan.prevention import actions
from tests import make
from tests.flat import flat
from tests.make.contacts import contact, message
from tests.make.problems import Town, day

LISTS = {
    "/problems/": "supervisor", "/lists/": "supervisor", "/lists/?view=tasks": "supervisor",
    "/lists/?view=results": "supervisor", "/lists/?view=issued": "supervisor", "/storms/": "supervisor",
    "/studies/": "analyst", "/effect/": "analyst", "/shifts/": "dispatcher", "/units/": "dispatcher",
    "/incidents/?list=open": "dispatcher", "/messages/": "operator",
}  # fmt: skip
FULL = {address for address in LISTS if address not in {"/effect/", "/shifts/"}}
OWN = {"/problems/", "/lists/", "/lists/?view=tasks", "/lists/?view=results", "/lists/?view=issued",
       "/incidents/?list=open", "/shifts/", "/units/"}  # fmt: skip
SHARED = {"/storms/"}  # rain is nobody's


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
            listing = answer.context["listing"]
            assert (answer.status_code, listing.order) == (200, order)
            values = [operator.attrgetter(column.sort.replace("__", "."))(record) for record in listing.rows]
            known = [value for value in values if value is not None]
            assert known == sorted(known, reverse=order.startswith("-"))
            assert values[len(known) :] == [None] * (len(values) - len(known))
            written = table(client.get(asked(address, order=order, **{"as": "csv"})))[1:]
            assert written == [[str(in_file(kept.value(row))) for kept in listing.columns if kept.value]
                               for row in listing.part.shape(list(listing.rows), listing.reader)]  # fmt: skip


@pytest.mark.parametrize("address", LISTS)
def test_each_link_of_a_list_leads_somewhere(town: Town, address: str) -> None:
    """Tabs, headings, records, files, other pages; none of them to a page that is not there."""
    client = browser(address)
    page = client.get(address).content.decode().partition('<header class="bar"')[2]
    links = {href.replace("&amp;", "&") for href in re.findall(r'href="([^"#]+)', page)}
    assert links
    assert {href: status for href in links if (status := client.get(href, follow=True).status_code) != 200} == {}


@pytest.mark.parametrize("address", LISTS)
def test_a_list_holds_nothing_that_its_reader_may_not_see(town: Town, address: str) -> None:
    """Another organisation's officer finds an empty list, on the page and in the file, or a closed door."""
    stranger = make.browser(make.actor("officer", at="west-office"))
    page, file = stranger.get(address), stranger.get(asked(address, **{"as": "csv"}))
    assert page.status_code == file.status_code == (200 if address in SHARED | OWN else 403)
    if page.status_code == 200:
        rows = len(table(file)) - 1
        assert rows == page.context["listing"].paged.paginator.count
        assert (rows == 0) == (address in OWN)


@pytest.mark.parametrize("address", LISTS)
def test_a_signed_out_reader_gets_neither_page_nor_file(town: Town, address: str) -> None:
    """Both lead to the log-in."""
    for path in (address, asked(address, **{"as": "csv"})):
        assert Client().get(path).status_code == 302


def test_a_file_holds_each_figure_in_a_column_of_its_own(town: Town) -> None:
    """A deadline is a day, tasks passed and planned are numbers; a spreadsheet would take 1 / 2 for a day."""
    head, row = table(browser("/lists/").get("/lists/?as=csv"))
    found = dict(zip(head, row, strict=True))
    assert (found["Tasks passed"], found["Tasks planned"]) == ("1", "2")
    assert dt.date.fromisoformat(found["Deadline"])
    assert found["Next step"]
    assert "Tasks planned" not in flat(browser("/lists/").get("/lists/"))
    head, row = table(browser("/problems/").get("/problems/?as=csv"))
    assert dt.date.fromisoformat(dict(zip(head, row, strict=True))["Deadline"])


def test_a_file_of_estimates_holds_the_interval(town: Town) -> None:
    """Ratio and both ends as numbers, and the two counts of each pair apart."""
    fill(town, "/effect/", 1, 0)
    head, row = table(browser("/effect/").get("/effect/?as=csv"))
    assert dict(zip(head[3:], row[3:], strict=True)) == {
        "Ratio": "0.5", "Interval from": "0.25", "Interval to": "1.5", "Mended": "4", "Compared": "9",
        "Storms before": "7", "Storms after": "6", "Works before": "2016-01-01",
    }  # fmt: skip
    assert not [cell for address in LISTS for row in table(browser(address).get(asked(address, **{"as": "csv"})))[1:]
                for cell in row if re.fullmatch(r"\d+ / \d+", cell)]  # fmt: skip


def test_the_download_of_messages_is_an_entry(town: Town) -> None:
    """It names who has a log-in here, and what word they got."""
    browser("/messages/").get("/messages/")
    assert not LedgerEntry.objects.filter(kind="core.messages_downloaded").exists()
    browser("/messages/").get("/messages/?as=csv")
    assert LedgerEntry.objects.get(kind="core.messages_downloaded").subject == "list:/messages/"


def fill(town: Town, address: str, rows: int, n: int) -> None:
    """Put so many more rows on a list, after the first `n`."""
    if address == "/incidents/?list=open":
        for _ in range(rows):
            make.incident()
    elif address == "/messages/":
        for k in range(n, n + rows):
            message(contact(address=f"138{k:08}"))
    elif address == "/storms/":
        for k in range(n, n + rows):
            town.storm(10 + k, peak=45)
    elif address == "/units/":
        mine = Organisation.objects.get(code="control")
        Unit.objects.bulk_create(Unit(code=f"extra-{k}", name=f"{k}", name_en=f"{k}", kind="mobile", organisation=mine)
                                 for k in range(n, n + rows))  # fmt: skip
    elif address == "/shifts/":
        for k in range(n, n + rows):
            begin_shift(unit="mobile-1", begins_at=day(10 + k), ends_at=day(10 + k) + dt.timedelta(hours=8), people=2,
                        actor=system("test"), at=day(3))  # fmt: skip
    elif address == "/studies/":
        study = Study.objects.get(pk=town.study)
        for k in range(n, n + rows):
            study.pk, study.name = None, f"Study {k}"
            study.save(force_insert=True)
    elif address == "/effect/":
        texts = dict.fromkeys(("treated", "controls", "later", "storms", "warnings"), "[]")
        counts = dict.fromkeys(
            ("revision", "seed", "position", "reports", "rows", "failures", "effective_after_storms"), 0
        )
        days = dict.fromkeys(("since", "until", "measure_at"), dt.date(2016, 1, 1))
        Estimate.objects.bulk_create(
            Estimate(number=f"X-2016-{k:04}", study_id=town.study, made_at=day(3), verdict="unclear", ratio=0.5,
                     low=0.25, high=1.5, places_used=9, treated_used=4, before_storms=7, after_storms=6,
                     sentence_en="Maybe", sentence_zh="也许", **texts, **counts, **days)
            for k in range(n, n + rows))  # fmt: skip
    else:
        fill_problems(town, rows)


def fill_problems(town: Town, rows: int) -> None:
    """Raise problems with two tasks each, one of them passed, each on a list of its own."""
    others = [{"origin": "hazard", "title": f"Shaft {n}"} for n in range(rows)]
    raised = {"title": "Shafts", "addressee": "government", "actor": town.analyst, "at": day(2)}
    found = actions.raise_problems(others=others, **raised)["problems"]
    for number in found:
        town.instruct(number, at=day(2))
    actions.sign_for(problems=found, actor=town.officer, at=day(2))
    for number in found:
        passed, waits = town.plan(number, "interim", "permanent", at=day(2))
        make.browser(town.supervisor).post("/lists/new/", {"tasks": waits, "kind": "督办", "due_on": "2016-03-01"})
        town.done(passed, at=day(3))
        actions.verify(task=passed, passed=True, actor=town.verifier, at=day(3))


@pytest.mark.parametrize("address", LISTS)
def test_more_rows_need_no_more_queries(town: Town, address: str) -> None:
    """A page and a file of fifty rows ask the database as often as those of five."""
    counts, had = [], 0
    for rows in (5, 45):
        fill(town, address, rows, had)
        had, client = had + rows, browser(address)
        assert client.get(address).context["listing"].paged.paginator.count >= had
        paths = (address, asked(address, **{"as": "csv"}))
        client.get(paths[1])  # the first entry of a kind stores the kind as well
        for path in paths:
            with CaptureQueriesContext(connection) as asks:
                client.get(path)
            counts.append(len(asks))
    assert counts[:2] == counts[2:]
