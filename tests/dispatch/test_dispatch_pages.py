"""The desk sends with one key, a crew stamps with one thumb: through HTTP."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

import pytest
from django.test import Client

from anlan.core.people.actors import system
from anlan.core.time.clock import frozen
from anlan.dispatch.models import Assignment
from tests import make
from tests.flat import flat

AT = make.AT
ME = system("test")
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def town() -> Iterator[None]:
    make.city()
    with frozen(AT + dt.timedelta(minutes=1)):
        yield


def test_the_desk_is_offered_the_nearest_free_unit_first(client: Client) -> None:
    """One key sends it; the page then shows it with its stamps, and it is offered no more."""
    number = make.incident()
    client.force_login(make.person("dispatcher"))
    page = client.get(f"/incidents/{number}/").content.decode()
    assert page.index("Pump crew 1") < page.index("Mobile team 1") < page.index("Mobile team 2")
    page = flat(client.post(f"/incidents/{number}/send", {"unit": "pump-1"}, follow=True))
    assert "Dispatched 14:01" in page
    assert 'value="pump-1"' not in page


def test_a_crew_walks_its_assignment_with_one_button(client: Client) -> None:
    """Acknowledge, set out, arrive, end, tell, free: each page shows the next stamp as its one large button."""
    number = make.incident()
    client.force_login(make.person("dispatcher"))
    client.post(f"/incidents/{number}/send", {"unit": "mobile-1"})
    pk = Assignment.objects.get().pk
    client.force_login(make.person("officer", at="control"))
    for step in ("acknowledged", "en_route", "on_scene", "resolved", "field_feedback", "cleared"):
        page = flat(client.get(f"/assignments/{pk}/"))
        assert f'name="step" value="{step}" data-key="n"' in page
        client.post(f"/assignments/{pk}/move", {"step": step, "disposal": "done"})
    assert Assignment.objects.get().ended_at is not None
    assert 'data-key="n"' not in client.get(f"/assignments/{pk}/").content.decode()


def test_the_second_press_is_told_and_changes_nothing(client: Client) -> None:
    """409 with the reason, and the page as it stands."""
    number = make.incident()
    client.force_login(make.person("dispatcher"))
    client.post(f"/incidents/{number}/send", {"unit": "mobile-1"})
    pk = Assignment.objects.get().pk
    client.post(f"/assignments/{pk}/move", {"step": "en_route"})
    answer = client.post(f"/assignments/{pk}/move", {"step": "en_route"})
    assert answer.status_code == 409
    assert "already" in answer.content.decode()


def test_a_busy_unit_is_refused_with_what_to_do(client: Client) -> None:
    """Two dispatchers choose the same unit: the second reads why."""
    client.force_login(make.person("dispatcher"))
    client.post(f"/incidents/{make.incident()}/send", {"unit": "mobile-1"})
    answer = client.post(f"/incidents/{make.incident()}/send", {"unit": "mobile-1"})
    assert answer.status_code == 409
    assert "Choose another" in answer.content.decode()


def test_the_board_shows_each_unit_and_what_it_does(client: Client) -> None:
    """By organisation and kind, with counts; another organisation's officer sees the own units only."""
    number = make.incident()
    client.force_login(make.person("dispatcher"))
    client.post(f"/incidents/{number}/send", {"unit": "mobile-1"})
    page = flat(client.get("/units/"))
    assert ("Out 1" in page, "Free 2" in page) == (True, True)
    assert number in page
    free = client.get("/units/?state=free&kind=mobile").content.decode()
    assert "Mobile team 2" in free
    assert "Mobile team 1" not in free
    assert "Pump crew 1" not in free
    client.force_login(make.person("officer", at="drains"))
    page = client.get("/units/").content.decode()
    assert "Pump crew 1" in page
    assert "Mobile team" not in page


def test_who_only_looks_has_no_buttons(client: Client) -> None:
    """An analyst sees the assignment and cannot stamp it."""
    number = make.incident()
    client.force_login(make.person("dispatcher"))
    client.post(f"/incidents/{number}/send", {"unit": "mobile-1"})
    pk = Assignment.objects.get().pk
    client.force_login(make.person("analyst"))
    assert 'name="step"' not in client.get(f"/assignments/{pk}/").content.decode()
    assert client.post(f"/assignments/{pk}/move", {"step": "en_route"}).status_code == 403


def test_an_officer_of_another_house_finds_no_assignment(client: Client) -> None:
    """As if it were not there."""
    number = make.incident()
    client.force_login(make.person("dispatcher"))
    client.post(f"/incidents/{number}/send", {"unit": "mobile-1"})
    client.force_login(make.person("officer", at="west-office"))
    assert client.get(f"/assignments/{Assignment.objects.get().pk}/").status_code == 404


def test_an_incident_that_nobody_was_sent_to_asks_for_a_unit_first(client: Client) -> None:
    """Its one primary button is the console's, on the console's key; once somebody is out no key sends a second."""
    number = make.incident()
    client.force_login(make.person("dispatcher"))
    page = client.get(f"/incidents/{number}/").content.decode()
    primary = re.findall(r'class="button primary[^>]*?data-key="(\w)"[^>]*>\s*([^<]*?)\s*<', page)
    assert primary == [("n", "Send Pump crew 1")]
    page = client.post(f"/incidents/{number}/send", {"unit": "pump-1"}, follow=True).content.decode()
    assert 'data-key="n"' not in page
    assert f'href="/console/{number}/" data-key="o"' in flat(page)


def test_the_map_of_units_shows_where_those_of_the_list_stand_by(client: Client) -> None:
    """The same words narrow both; who is out has another mark; an officer sees the own units only."""
    make.assignment(unit="mobile-1")
    client.force_login(make.person("dispatcher"))
    marks = {mark["properties"]["id"]: mark["properties"]["state"] for mark in
             client.get("/units/map.geojson?kind=mobile").json()["features"]}  # fmt: skip
    assert marks == {"mobile-1": "out", "mobile-2": "unit"}
    client.force_login(make.person("officer", at="drains"))
    marks = client.get("/units/map.geojson").json()["features"]
    assert [mark["properties"]["id"] for mark in marks] == ["pump-1"]


def test_units_and_shifts_are_found_by_name(client: Client) -> None:
    """A word of the name or the code, in the own language, narrows the list."""
    client.force_login(make.person("dispatcher"))
    found = client.get("/units/?q=team 2").context["listing"].shown
    assert [row.unit.code for row in found] == ["mobile-2"]
    assert client.get("/shifts/?q=team&turn=next&kind=mobile").status_code == 200
