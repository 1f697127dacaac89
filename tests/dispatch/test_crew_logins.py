"""A log-in that was given units sees and stamps these alone, and begins with its assignment: through HTTP."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from django.test import Client

from anlan.core.models import LedgerEntry, Person
from anlan.core.people.actors import NotAllowed, system
from anlan.core.people.members import actor_of, sign_of
from anlan.core.refusals import Refused
from anlan.core.time.clock import frozen
from anlan.dispatch.actions import give_unit, open_in_hand, take_unit
from anlan.dispatch.models import Assignment, Milestone, Unit, UnitAccess
from anlan.triage.actions import sign_for
from tests import make
from tests.flat import flat

AT = make.AT
ME = system("test")
JSON = {"headers": {"Accept": "application/json"}}
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def town() -> Iterator[None]:
    make.city()
    with frozen(AT + dt.timedelta(minutes=1)):
        yield


@pytest.fixture
def crew() -> Person:
    """The telephone of mobile team 1."""
    person = make.person("officer")
    give_unit(person_id=person.pk, unit="mobile-1", actor=ME, at=AT)
    return person


def test_a_crew_stamps_its_own_assignment_and_finds_no_other(client: Client, crew: Person) -> None:
    """The other team of the same house is as if it were not there; the station's desk sees both."""
    mine, other = make.assignment(unit="mobile-1"), make.assignment(unit="mobile-2")
    client.force_login(crew)
    assert client.post(f"/assignments/{mine}/move", {"step": "acknowledged"}).status_code == 302
    assert client.get(f"/assignments/{other}/").status_code == 404
    assert client.post(f"/assignments/{other}/move", {"step": "acknowledged"}).status_code == 404
    assert "Mobile team 2" not in client.get("/units/").content.decode()
    make.sign_in(client, "officer")
    assert client.post(f"/assignments/{other}/move", {"step": "acknowledged"}).status_code == 302
    assert Milestone.objects.filter(step="acknowledged").count() == 2


def test_a_crew_reads_the_reports_of_its_own_incident_only(client: Client) -> None:
    """What another team of the house was sent to opens neither as report nor in a list."""
    pump = Unit.objects.get(code="pump-1")
    Unit.objects.create(code="pump-2", name="x", name_en="x", kind=pump.kind, organisation=pump.organisation)
    phone = make.person("officer", at="drains")
    give_unit(person_id=phone.pk, unit="pump-1", actor=ME, at=AT)
    sent = [Assignment.objects.get(pk=make.assignment(unit=unit)) for unit in ("pump-1", "pump-2")]
    client.force_login(phone)
    numbers = [assignment.incident.links.get().report.number for assignment in sent]
    assert [client.get(f"/reports/{number}/").status_code for number in numbers] == [200, 404]


def test_a_crew_finds_of_what_its_house_holds_only_what_it_is_at(client: Client) -> None:
    """Address and words of the other are closed on every page; the house's desk has both, the crew its own for now."""
    said = [make.report(place_words=f"house {n}", words=f"said {n}") for n in (1, 2)]
    mine, other = (make.incident(report, to="drains") for report in said)
    sign_for(number=mine, actor=make.actor("officer", at="drains"), at=AT)
    pk = make.assignment(mine, unit="pump-1")
    phone = make.person("officer", at="drains")
    give_unit(person_id=phone.pk, unit="pump-1", actor=ME, at=AT)
    client.force_login(phone)
    assert "said 1" in client.get(f"/incidents/{mine}/").content.decode()
    for page in (f"/incidents/{other}/", f"/console/{other}/", f"/reports/{said[1].number}/"):
        answer = client.get(page)
        assert (answer.status_code, "said 2" in answer.content.decode()) == (404, False), page
    assert client.get(f"/find/?q={other}", headers={"HX-Request": "true"}).content.decode().count(f"/{other}/") == 0
    house = make.browser(make.person("officer", at="drains"))
    assert "said 2" in house.get(f"/incidents/{other}/").content.decode()
    make.stamp(pk, "cleared", AT)
    assert [client.get(page).status_code for page in (f"/incidents/{mine}/", f"/reports/{said[0].number}/")] == [
        404,
        404,
    ]


def test_a_crew_has_nothing_in_hand_that_only_its_house_holds() -> None:
    """The verb that opens words refuses too."""
    report = make.report(words="said")
    number = make.incident(report, to="drains")
    phone = make.person("officer", at="drains")
    give_unit(person_id=phone.pk, unit="pump-1", actor=ME, at=AT)
    with pytest.raises(NotAllowed):
        open_in_hand(work={"incident": number}, report_ids=[report.pk], actor=actor_of(phone), at=AT)


def test_a_crew_begins_with_its_open_assignment(client: Client, crew: Person) -> None:
    """With none it reads that nothing waits; the page asks by itself and is told to come anew when one is there."""
    client.force_login(crew)
    assert client.get("/").url == "/assignments/"
    page = flat(client.get("/assignments/"))
    assert "Nothing waits for you" in page
    asks = client.get("/assignments/?seen=0", headers={"HX-Request": "true"})
    assert (asks.status_code, asks.headers.get("HX-Refresh")) == (204, None)
    pk = make.assignment(unit="mobile-1")
    assert client.get("/assignments/?seen=0", headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    assert client.get("/assignments/").url == f"/assignments/{pk}/"


def test_an_officer_without_units_keeps_the_list_of_the_house(client: Client) -> None:
    """Today is the first page; the list has every open assignment of the own units, and those that are over beside."""
    make.assignment(unit="mobile-1")
    make.assignment(unit="pump-1")
    make.assignment(unit="mobile-2")
    make.free("mobile-2")
    make.sign_in(client, "officer")
    assert client.get("/").url == "/today/"
    names = [row.unit.code for row in client.get("/assignments/").context["listing"].shown]
    assert names == ["mobile-1"]
    over = client.get("/assignments/?tab=over").context["listing"].shown
    assert [row.unit.code for row in over] == ["mobile-2"]


def test_a_unit_is_given_to_an_officer_of_its_house_once(crew: Person) -> None:
    """Others are refused; it can be taken away again, and each is an entry that names no unit's place."""
    give_unit(person_id=crew.pk, unit="mobile-1", actor=ME, at=AT)
    assert UnitAccess.objects.count() == 1
    for stranger in (make.person("officer", at="drains"), make.person("dispatcher")):
        with pytest.raises(Refused) as error:
            give_unit(person_id=stranger.pk, unit="mobile-1", actor=ME, at=AT)
        assert error.value.code == "not_of_the_house"
    take_unit(person_id=crew.pk, unit="mobile-1", actor=ME, at=AT)
    with pytest.raises(Refused) as error:
        take_unit(person_id=crew.pk, unit="mobile-1", actor=ME, at=AT)
    assert error.value.code == "unit_not_given"
    kinds = LedgerEntry.objects.filter(kind__startswith="dispatch.access_").values_list("kind", "payload")
    assert list(kinds) == [
        ("dispatch.access_given", '{"unit":"mobile-1"}'),
        ("dispatch.access_taken", '{"unit":"mobile-1"}'),
    ]


def test_an_operator_gives_units_in_the_admin(client: Client) -> None:
    """Whoever is no officer of the house is refused at once."""
    make.sign_in(client, "operator")
    fit, unfit = make.person("officer"), make.person("analyst")
    unit = Assignment.objects.get(pk=make.assignment()).unit_id
    page = "/admin/dispatch/unitaccess/add/"
    assert client.post(page, {"person": unfit.pk, "unit": unit}).status_code == 200
    assert client.post(page, {"person": fit.pk, "unit": unit}).status_code == 302
    assert UnitAccess.objects.get().person == fit


def test_a_kept_press_is_answered_with_what_became_of_it(client: Client, crew: Person) -> None:
    """Taken, and again the same; already, where the radio was quicker; refused with why; not of another log-in."""
    pk = make.assignment(unit="mobile-1")
    client.force_login(crew)
    press = {"step": "en_route", "key": "a", "who": sign_of(actor_of(crew)), "device_at": "2016-06-28T06:00:30Z"}
    page = f"/assignments/{pk}/move"
    answers = [
        client.post(page, press | more, **JSON)
        for more in (
            {},
            {},
            {"key": "b"},
            {"key": "c", "step": "acknowledged"},
            {"key": "d", "step": "on_scene", "who": "x"},
        )
    ]
    states = [(answer.status_code, answer.json()["state"]) for answer in answers]
    assert states == [(200, "taken"), (200, "taken"), (409, "already"), (409, "refused"), (409, "other")]
    assert "stamped it" in answers[3].json()["why"]
    assert list(Milestone.objects.filter(assignment=pk).exclude(device_at=None).values_list("step", flat=True)) == [
        "en_route"
    ]


def test_a_devices_time_is_shown_only_where_it_says_something(client: Client, crew: Person) -> None:
    """A press that came at once shows one time; one that waited for the network shows both."""
    client.force_login(crew)
    pk = make.assignment(unit="mobile-1")
    for step, device in (("acknowledged", "06:00:50"), ("en_route", "05:52:00")):
        client.post(f"/assignments/{pk}/move", {"step": step, "device_at": f"2016-06-28T{device}Z"})
    page = flat(client.get(f"/assignments/{pk}/"))
    assert (page.count("device 1"), "device 13:52" in page) == (1, True)


def test_the_page_of_an_assignment_is_told_that_something_changed(client: Client, crew: Person) -> None:
    """A second caller's report is news; without any the answer is empty."""
    client.force_login(crew)
    pk = make.assignment(unit="mobile-1")
    seen = client.get(f"/assignments/{pk}/").context["seen"]
    assert client.get(f"/assignments/{pk}/news?seen={seen}").content == b""
    make.stamp(pk, "acknowledged", AT)
    assert "show it" in client.get(f"/assignments/{pk}/news?seen={seen}").content.decode()


def test_the_way_is_open_to_the_telephones_own_map(client: Client, crew: Person) -> None:
    """A link that asks nobody outside."""
    client.force_login(crew)
    assert 'href="geo:31.7' in client.get(f"/assignments/{make.assignment(unit='mobile-1')}/").content.decode()
