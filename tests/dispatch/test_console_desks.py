"""Two desks at one console: whoever was later is told by whom, and a stale press changes nothing."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from anlan.core.models import LedgerEntry, Organisation
from anlan.core.people.actors import system
from anlan.core.time.clock import frozen
from anlan.dispatch import actions
from anlan.dispatch.models import Assignment
from tests import make
from tests.dispatch.test_console import later, press_next
from tests.flat import flat

AT = make.AT
ME = system("test")
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def town() -> Iterator[None]:
    make.city()
    with frozen(AT + dt.timedelta(minutes=1)):
        yield


def test_whoever_was_later_is_told_by_whom_and_offered_the_next_unit(client: Client) -> None:
    """Two desks, one unit: the press changes nothing, and the next key sends the next one."""
    number = make.incident()
    first, second = make.person("dispatcher"), make.person("dispatcher")
    first.name = "Desk 2"
    first.save()
    client.force_login(second)
    told = {"verb": "send", "unit": "mobile-1", "key": "a"}
    with frozen(later(31)):
        make.browser(first).post(f"/console/{number}/act", told)
    before = LedgerEntry.objects.count()
    with frozen(later(33)):
        answer = client.post(f"/console/{number}/act", told | {"key": "b"})
    assert answer.status_code == 409
    assert LedgerEntry.objects.count() == before
    words = flat(answer).partition('role="alert"><span>')[2].partition("</span>")[0]
    assert "Desk 2" in words
    assert number in words
    assert re.search(r"\d\d:\d\d:31", words)
    press_next(client, answer.content.decode(), number)
    assert set(Assignment.objects.values_list("unit__code", flat=True)) == {"mobile-1", "pump-1"}


def test_a_stale_next_move_sends_nobody(client: Client) -> None:
    """The page said that nobody was sent; a colleague sent another unit meanwhile. A bounced key counts once."""
    number = make.incident()
    client.force_login(make.person("dispatcher"))
    page = client.get(f"/console/{number}/").content.decode()
    press_next(client, page, number)
    assert Assignment.objects.count() == 1
    press_next(client, page, number)  # the same press again
    assert Assignment.objects.count() == 1
    other = make.incident(at=later(1), lon=119.95)
    page = client.get(f"/console/{other}/").content.decode()
    free = next(unit for unit in ("mobile-1", "pump-1") if not Assignment.objects.filter(unit__code=unit))
    stale = client.get(f"/console/{other}/").context["next"].fields
    assert stale["unit"] == free
    make.free("mobile-1", at=later(2))
    make.free("pump-1", at=later(2))
    elsewhere = "mobile-1" if free == "pump-1" else "pump-1"
    actions.dispatch_unit(number=other, unit=elsewhere, actor=ME, at=later(3))
    assert client.post(f"/console/{other}/act", stale | {"key": "z"}).status_code == 409
    assert Assignment.objects.open().count() == 1


def test_the_console_asks_for_nothing_twice(client: Client, django_assert_max_num_queries: Any) -> None:
    """Once what was said is noted, no two statements of a page are the same, and there are few of them."""
    number = make.incident()
    actions.dispatch_unit(number=number, unit="mobile-1", actor=ME, at=AT)
    client.force_login(make.person("dispatcher"))
    client.get(f"/console/{number}/")
    with django_assert_max_num_queries(30) as asks:
        client.get(f"/console/{number}/")
    sent = [ask["sql"] for ask in asks.captured_queries]
    assert len(set(sent)) == len(sent)


def test_to_whom_a_matter_is_handed_follows_the_city_at_once(client: Client) -> None:
    """An organisation that closes is offered no more, and a new one is, though all are read only once."""
    number = make.incident()
    client.force_login(make.person("dispatcher"))
    offer = '<option value="drains"'
    assert offer in client.get(f"/console/{number}/").content.decode()
    Organisation.objects.filter(code="drains").update(active=False)
    assert offer not in client.get(f"/console/{number}/").content.decode()
    Organisation.objects.filter(code="drains").update(active=True)
    assert offer in client.get(f"/console/{number}/").content.decode()
