"""The pages that the toy stage declares, through HTTP: what every list and every record page must hold."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from django.urls import include, path

from anlan import urls
from anlan.core.models import LedgerEntry
from anlan.core.people.actors import system
from anlan.core.people.roles import Role
from anlan.core.time.clock import frozen
from anlan.core.web.access import roles
from tests import make
from tests.make.city import AT
from tests.stage_example import stage
from tests.stage_example.stage import FIND, FIND_LIST, Find

READS = roles(Role.OFFICER, Role.SUPERVISOR)
PERSONAL = replace(FIND_LIST, personal="stage_example.finds_downloaded")
finds = [
    path("finds/", FIND_LIST.view(READS), name="finds"),
    path("owners/", PERSONAL.view(READS), name="owners"),
    *FIND.urls("finds", READS),
]
urlpatterns = [*urls.urlpatterns, path("", include((finds, "finds")))]
pytestmark = pytest.mark.urls(__name__)
ME = system("test")


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with frozen(AT + dt.timedelta(hours=1)):
        yield


@pytest.fixture
def officer(find: str) -> Client:
    return make.browser(make.actor("officer", at="drains"))


def many(count: int, first: int = 2) -> None:
    """Take in so many more finds."""
    keeper = make.organisation("drains")
    numbers = [f"F-{n:03d}" for n in range(first, first + count)]
    Find.objects.bulk_create(Find(number=each, keeper=keeper, found_at=AT, state="kept") for each in numbers)


def links(client: Client, address: str) -> list[str]:
    """Return the addresses that the list itself holds out, as a browser would follow them."""
    page = client.get(address).content.decode().partition("<main")[2]
    return [href.replace("&amp;", "&") for href in re.findall(r'href="([^"]+)"', page)]


def table(answer: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_each_link_of_a_list_keeps_what_the_address_asks_for(officer: Client) -> None:
    """Tab, words and order stand in every link; only the page begins anew, and a tab has an order of its own."""
    many(120)
    found = links(officer, "/finds/?tab=kept&q=F-&order=-number&page=2")
    tabs = [href for href in found if "tab=returned" in href or "tab=claimed" in href]
    assert tabs == ["/finds/?tab=claimed&q=F-", "/finds/?tab=returned&q=F-"]
    assert "/finds/?tab=kept&q=F-&order=-number&page=1" in found
    assert "/finds/?tab=kept&q=F-&order=-number&page=3" in found
    assert "/finds/?tab=kept&q=F-&order=-number&as=csv" in found
    assert "/finds/?tab=kept&q=F-&order=number" in found


def test_the_form_of_words_carries_tab_and_order_along(officer: Client) -> None:
    """Whoever looks for something stays where they are."""
    page = officer.get("/finds/?tab=claimed&order=number").content.decode()
    assert '<input type="hidden" name="tab" value="claimed">' in page
    assert '<input type="hidden" name="order" value="number">' in page


@pytest.mark.parametrize(
    "query", ["tab=moon", "order=keeper__secret", "page=999", "page=x", "q=%27%22", "as=exe", "tab="]
)
def test_what_the_list_does_not_know_is_left_out(officer: Client, query: str) -> None:
    """A link that somebody mangled opens the list all the same."""
    answer = officer.get(f"/finds/?{query}")
    assert answer.status_code == 200
    page = answer.content.decode().partition("<main")[2]
    assert ("moon" in page, "secret" in page) == (False, False)


def test_the_second_page_goes_on_where_the_first_ended(officer: Client) -> None:
    """In the order asked for, and says which rows these are."""
    many(60)
    first, second = (officer.get(f"/finds/?order=-number&page={n}").content.decode() for n in (1, 2))
    assert ("F-061" in first, "F-002" in first, "F-002" in second) == (True, False, True)
    assert "51–61 / 61" in second
    assert 'aria-sort="descending"' in first


def test_the_file_holds_what_is_listed_and_nothing_else(officer: Client) -> None:
    """All pages of the tab and words asked for, in order; a cell that a spreadsheet would run is text."""
    many(60)
    Find.objects.filter(number="F-1").update(number="=F-1()")
    Find.objects.filter(number="F-004").update(state="returned")
    answer = officer.get("/finds/?tab=kept&order=-number&as=csv")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    head, *rows = table(answer)
    assert (head, len(rows), rows[0][0], rows[-1][0]) == (["Number", "Found"], 60, "F-061", "'=F-1()")
    assert rows[0][1] == "2016-06-28T14:00:00+08:00"
    assert [row[0] for row in table(officer.get("/finds/?q=F-00&as=csv"))[1:]] == [
        find.number for find in Find.objects.filter(state="kept", number__contains="F-00").order_by("pk")
    ]
    assert "attachment" in answer["Content-Disposition"]


def test_a_file_of_what_is_personal_is_an_entry(officer: Client) -> None:
    """Who, when, which list and file, never the words looked for; a look at the page is none, nor is another list."""
    officer.get("/owners/")
    officer.get("/finds/?as=csv")
    assert not LedgerEntry.objects.filter(kind=PERSONAL.personal).exists()
    sent = officer.get("/owners/?tab=kept&q=Zhang&as=csv").content
    entry = LedgerEntry.objects.get(kind=PERSONAL.personal)
    digest, rows = hashlib.sha256(sent).hexdigest(), len(sent.decode().splitlines()) - 1
    assert entry.subject == "list:/owners/"
    assert json.loads(entry.payload) == {"tab": "kept", "rows": rows, "sha256": digest}


def test_an_empty_list_says_what_to_do(officer: Client) -> None:
    """Nothing at all is one case; nothing that fits what was looked for is another, with the way out."""
    Find.objects.all().delete()
    assert "Nothing was found yet." in officer.get("/finds/").content.decode()
    page = officer.get("/finds/?tab=claimed&q=umbrella").content.decode()
    assert "Nothing fits" in page
    assert 'href="/finds/?tab=claimed"' in page


def test_a_list_and_a_record_open_to_whom_their_addresses_let_in(find: str) -> None:
    """Declared where the address is; the file is under the same lock."""
    for address in ("/finds/", "/finds/?as=csv", f"/finds/{find}/", f"/finds/{find}/claim"):
        assert Client().get(address).status_code == 302
        assert make.browser(make.person("analyst")).get(address).status_code == 403
    assert make.browser(make.person("officer")).get("/finds/F-99/").status_code == 404
    assert make.browser(make.person("officer")).post(f"/finds/{find}/burn").status_code == 404


def test_a_list_asks_the_same_number_of_questions_however_long_it_is(
    officer: Client, django_assert_max_num_queries: Any
) -> None:
    """Session, person, roles, city, the tabs together, the page."""
    many(60)
    with django_assert_max_num_queries(9):
        officer.get("/finds/")


def test_a_step_is_taken_on_the_records_page_and_stands_in_its_history(officer: Client, find: str) -> None:
    """The button carries its key, and is gone once it was pressed."""
    page = officer.get(f"/finds/{find}/").content.decode()
    assert 'data-key="c"' in page
    assert officer.post(f"/finds/{find}/claim", {"seen": "0"})["Location"] == f"/finds/{find}/"
    page = officer.get(f"/finds/{find}/").content.decode()
    assert (Find.objects.get().claims, "<b>claim</b>" in page) == (1, True)
    assert 'data-key="c"' not in page


def test_a_refusal_keeps_what_was_typed_and_stands_at_its_field(find: str) -> None:
    """422 where a field is wrong, as the form says or as the verb says."""
    stage.claim(finds=[find], actor=ME, at=AT)
    supervisor = make.browser(make.actor("supervisor", at="west-office"))
    for reason, says in ((" ", "required"), ("x" * 201, "at most 200 characters")):
        answer = supervisor.post(f"/finds/{find}/decide", {"theirs": "on", "reason": reason})
        page = answer.content.decode()
        field = page.partition('id="decide-reason_error"')[2][:200]
        assert (answer.status_code, says in field, "checked" in page) == (422, True, True)
    assert Find.objects.get().state == "claimed"


def test_somebody_elses_step_is_refused_in_words_and_a_stale_page_too(officer: Client, find: str) -> None:
    """409: what is wrong is the whole, not a field."""
    answer = make.browser(make.actor("supervisor", at="west-office")).post(f"/finds/{find}/claim")
    assert (answer.status_code, "An officer of the keeper" in answer.content.decode()) == (409, True)
    stage.claim(finds=[find], seen="0", actor=ME, at=AT)
    stage.FINDS.doors["decide"](find, None, {"theirs": False, "reason": "No name"}, actor=ME, at=AT)
    answer = officer.post(f"/finds/{find}/claim", {"seen": "0"})
    assert (answer.status_code, "meanwhile" in answer.content.decode()) == (409, True)


def test_a_form_sent_again_with_other_words_is_told(find: str) -> None:
    """The first press counts; the second is refused, and nothing is lost."""
    stage.claim(finds=[find], actor=ME, at=AT)
    supervisor = make.browser(make.actor("supervisor", at="west-office"))
    sent = {"theirs": "on", "reason": "Their name is in it", "key": "one"}
    for _ in range(2):  # a double press is one
        assert supervisor.post(f"/finds/{find}/decide", sent)["Location"] == f"/finds/{find}/"
    answer = supervisor.post(f"/finds/{find}/decide", sent | {"reason": "Another"})
    assert (answer.status_code, "Another" in answer.content.decode()) == (409, True)
