"""The first steps of a new city: each stands as what is there says, and leads whom it concerns to where it is done."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

import pytest
from django.test import Client

from anlan.bulletin.actions import fix_measures
from anlan.core.models import City, Holiday
from anlan.core.people.actors import system
from anlan.core.people.roles import Role
from anlan.core.time.clock import frozen
from anlan.hotspots.models import Study
from tests import make
from tests.boards.test_today import first

pytestmark = pytest.mark.django_db
SINCE, UNTIL = dt.date(2015, 1, 1), dt.date(2015, 12, 31)
OPENS = {Role.OPERATOR, Role.ANALYST, Role.CALL_TAKER, Role.SUPERVISOR, Role.PUBLISHER}


@pytest.fixture(autouse=True)
def _town() -> Iterator[None]:
    make.city()
    with frozen(make.AT):
        yield


@pytest.fixture
def operator() -> Client:
    return make.browser(make.person("operator"))


def states(client: Client) -> list[str]:
    """Return how each step stands: done, the next one (warn), or after it (idle)."""
    return re.findall(r'class="state (done|warn|idle)"', client.get("/start/").content.decode().partition("<tbody>")[2])


def led_to(client: Client) -> set[str]:
    page = client.get("/start/").content.decode().partition("<tbody>")[2]
    return set(re.findall(r'<a class="button[^"]*" href="([^"]+)"', page))


def test_each_step_is_done_by_what_is_there_and_the_first_that_is_not_is_the_next(operator: Client) -> None:
    """Folder, people, a second person, reports, study, adoption, plan, bulletin: none of them is ticked."""

    def done() -> int:
        found = states(operator)
        n = found.count("done")
        assert found == ["done"] * n + ["warn"][: 8 - n] + ["idle"] * (7 - n)
        return n

    assert done() == 1
    make.person("analyst")
    assert done() == 1
    make.person("publisher")
    assert done() == 3
    make.storms(2015, [(119.93, 31.73)])
    assert done() == 4
    study = make.study(2015)
    assert done() == 5
    Study.objects.filter(pk=study.pk).update(adopted_at=make.AT)
    assert done() == 6
    plan = fix_measures(since=SINCE, until=UNTIL, measures=["reports"], actor=system("test"), at=make.AT)["plan"]
    assert done() == 7
    make.organisation("government")
    make.issue_of(plan, at=make.AT)
    assert done() == 8


def test_one_person_in_both_roles_is_no_second(operator: Client) -> None:
    """Whoever studies and publishes alone has nobody beside them; somebody switched off is nobody."""
    alone, gone = make.person("analyst"), make.person("publisher")
    gone.is_active = False
    gone.save()
    assert states(operator).count("done") == 1
    alone.memberships.create(organisation=make.organisation(), role="publisher")
    assert states(operator)[:3] == ["done", "done", "warn"]
    make.person("supervisor")
    assert states(operator)[:4] == ["done", "done", "done", "warn"]


def test_an_operator_begins_here_until_the_first_bulletin_and_finds_back_later(operator: Client) -> None:
    """Then with how Anlan runs, where a line leads here."""
    assert first(operator)[0] == "/start/"
    make.organisation("government")
    make.issue("reports", since=SINCE, until=UNTIL)
    where, page = first(operator)
    assert where != "/start/"
    assert 'href="/start/"' in page


@pytest.mark.parametrize("role", Role.values)
def test_who_has_a_step_is_offered_it_and_led_only_where_they_may_go(role: str) -> None:
    """On the first page and here; others are refused; once a bulletin is published nothing is offered any more."""
    client = make.browser(make.person(role))
    assert client.get("/start/").status_code == (200 if role in OPENS else 403)
    assert ('href="/start/"' in client.get("/today/").content.decode()) is (role in OPENS)
    assert all(client.get(address).status_code == 200 for address in led_to(client))
    make.organisation("government")
    make.issue("reports", since=SINCE, until=UNTIL)
    assert 'href="/start/"' not in client.get("/today/").content.decode()


def test_years_without_holidays_are_named(operator: Client) -> None:
    """This year and the next; one holiday says that somebody saw to the year."""
    Holiday.objects.all().delete()
    assert "none for 2016, 2017:" in operator.get("/start/").content.decode()
    Holiday.objects.create(date=dt.date(2017, 1, 2), kind="holiday", name="New Year")
    assert "none for 2016:" in operator.get("/start/").content.decode()


def test_a_city_that_names_no_emergency_number_is_asked_to_look_at_112(operator: Client) -> None:
    """It stands large on the first page of the public."""
    assert "telephone 112" not in operator.get("/start/").content.decode()
    here = City.objects.get()
    here.settings = "{}"
    here.save()
    assert "telephone 112" in operator.get("/start/").content.decode()


def test_a_plan_whose_period_goes_on_is_told_how_long_and_what_can_be_published_now(operator: Client) -> None:
    """The way to a bulletin of the past stands beside it."""
    fix_measures(since=dt.date(2016, 1, 1), until=dt.date(2016, 12, 31), actor=system("test"), at=make.AT)
    assert "2016-12-31" in (page := operator.get("/start/").content.decode())
    assert "compiled afterwards" in page
