"""A report finds its incident: near its pin as far as the pin can tell, or by number, matter and area."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from anlan.core.people.actors import system
from anlan.core.people.roles import Role
from anlan.core.time.clock import frozen
from anlan.intake.models import Report
from anlan.intake.queries.nearness import possible_repeats_of
from anlan.intake.rules.reach import reach_of
from anlan.triage.actions import open_incident, send, take_report
from anlan.triage.models import Incident
from anlan.triage.queries.incidents import open_incidents_near
from anlan.triage.queries.search import incidents_like
from tests import make
from tests.flat import flat

AT = make.AT
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def town():
    make.city()
    with frozen(AT + dt.timedelta(minutes=1)):
        yield


def later(minutes: int) -> dt.datetime:
    return AT + dt.timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("precision_m", "radius_m", "is_vague"),
    [
        (None, 300, False),
        (0, 300, False),
        (20, 320, False),
        (301, 601, True),
        (4685, 4985, True),
        (90_000, 10_000, True),
    ],
)
def test_a_search_reaches_as_far_as_the_pin_is_vague(precision_m, radius_m, is_vague):
    """Up to ten kilometres; beyond, a pin names no place."""
    reach = reach_of(precision_m, 300.0)
    assert (reach.radius_m, reach.is_vague) == (radius_m, is_vague)


def test_around_a_vague_pin_the_same_kind_comes_first_and_then_the_latest():
    """A distance from such a pin says nothing: the fire 3 km off is what the caller means."""
    near = make.incident(category="noise", at=later(-50))
    fire = make.incident(lat=31.785, at=later(-40))
    later_fire = make.incident(lat=31.787, at=later(-30))
    report, me = make.report(lat=31.76, precision_m=4685), make.actor(Role.CALL_TAKER)
    assert [found.number for found, _ in open_incidents_near(report, me)] == [later_fire, fire, near]
    sharp = make.report(lat=31.76, precision_m=15)
    assert [found.number for found, _ in open_incidents_near(sharp, me)] == [near]


def test_two_vague_reports_may_be_the_same_but_never_very_likely():
    """What is near follows the errors of both pins."""
    make.report(lat=31.78, precision_m=2000)
    report, me = make.report(lat=31.76, precision_m=1000), make.actor(Role.CALL_TAKER)
    assert [near.likely for near in possible_repeats_of(report, me)] == [False]
    assert possible_repeats_of(make.report(lat=31.72, precision_m=10), me) == []


def test_no_page_says_that_nothing_is_near_a_vague_pin_without_saying_how_vague(client):
    """On the report's page and after saving a call: within how many metres, and how far off the pin may be."""
    make.sign_in(client, Role.CALL_TAKER)
    vague, sharp, none = make.report(precision_m=4685), make.report(), make.report(lon=None, lat=None, place_words="x")
    page = flat(client.get(f"/reports/{vague.number}/"))
    assert "within 4,985 m; the pin is 4,685 m vague" in page
    assert "within 300 m or alike in words." in flat(client.get(f"/reports/{sharp.number}/"))
    assert "The report has no point" in flat(client.get(f"/reports/{none.number}/"))
    for report, words in (
        (vague, "4,685 m vague"),
        (sharp, "within 300 m or alike"),
        (none, "The report has no point"),
    ):
        assert words in flat(client.get(f"/calls/new?saved={report.number}"))


def test_the_call_being_typed_is_told_how_vague_its_pin_is(client):
    """The form sends the pin's error along."""
    make.sign_in(client, Role.CALL_TAKER)
    typed = {"lon": "119.97", "lat": "31.76", "precision_m": "4685", "where": "bridge"}
    assert "4,685 m vague" in flat(client.post("/calls/near", typed))
    number = make.incident(lat=31.79)
    page = flat(client.post("/calls/near", typed))
    assert number in page
    assert "The pin is 4,685 m vague" in page


@pytest.mark.parametrize(
    "asked", ["0001", "1", "E-160628-0001", "e1606280001", "积水", "waterlogging", "西区", "west water", "积水，西区"]
)
def test_an_incident_is_found_by_the_end_of_its_number_its_matter_or_its_area(asked):
    """In both languages, and by several words at once."""
    number = make.incident(lon=119.935)
    make.incident(category="theft", lon=120.05)
    found = incidents_like(asked, make.actor(Role.DISPATCHER), AT)
    assert [candidate.incident.number for candidate in found.found] == [number]


@pytest.mark.parametrize("asked", ["", " , ", "theft west", "9999", "%", "_"])
def test_what_is_not_true_of_it_does_not_find_it(asked):
    """All words must be; signs of a pattern are signs."""
    make.incident(lon=119.935)
    assert incidents_like(asked, make.actor(Role.DISPATCHER), AT).found == []


def test_a_report_without_a_point_is_linked_from_its_own_page(client):
    """It is looked for by its last digits, and one press says that the report tells of it."""
    number = make.incident()
    report = make.report(lon=None, lat=None, place_words="third floor")
    make.sign_in(client, Role.DISPATCHER)
    page = client.post(f"/incidents/for/{report.number}/find", {"find": number[-4:]})
    assert page.status_code == 200
    assert report.number in page.content.decode()
    shown = flat(page)
    assert f'value="{number}"' in shown
    assert "Small" in shown or "West" in shown
    client.post(f"/incidents/for/{report.number}", {"incident": number})
    assert Incident.objects.get(number=number).links.count() == 2


def opened_at_once(**values: Any) -> Report:
    """Return a report of danger: it opened an incident of its own."""
    said = {"channel": "web", "category": "waterlogging", "urgency": 1} | values
    return Report.objects.get(pk=take_report(actor=system("test"), at=AT, **said)["report_id"])


def test_a_report_that_opened_its_own_incident_is_put_to_the_one_that_it_tells_of(client):
    """What a neighbour says of a fire that is known already reaches the crew there, from the report's own page."""
    known, report = make.incident(), opened_at_once(place_words="third floor")
    own = Incident.objects.get(links__report=report).number
    make.sign_in(client, Role.DISPATCHER)
    found = client.post(f"/incidents/for/{report.number}/find", {"find": "waterlogging"}).content.decode()
    assert (f'name="instead" value="{own}"' in found, f'value="{known}"' in found) == (True, True)
    assert f'aria-label="Tells of this {own}"' not in found
    client.post(f"/incidents/for/{report.number}", {"incident": known, "instead": own})
    assert (Incident.objects.get(number=known).links.count(), Incident.objects.get(number=own).state) == (2, "closed")


def test_a_report_whose_incident_is_worked_on_is_offered_no_other(client):
    """Nobody's work is closed by moving a report."""
    make.incident()
    report = opened_at_once(place_words="third floor")
    send(number=Incident.objects.get(links__report=report).number, actor=system("test"), at=AT)
    make.sign_in(client, Role.DISPATCHER)
    assert 'name="instead"' not in client.get(f"/reports/{report.number}/").content.decode()


def test_a_report_without_a_point_is_offered_what_reports_alike_in_words_tell_of(client):
    """The place is the same words: nobody has to know the number."""
    heard = make.report(lon=None, lat=None, place_words="新世界7幢")
    known = open_incident(report_id=heard.pk, actor=system("test"), at=AT)["incident"]
    report = make.report(lon=None, lat=None, place_words="新世界7幢三楼")
    make.sign_in(client, Role.DISPATCHER)
    page = client.get(f"/reports/{report.number}/").content.decode()
    assert (f'value="{known}"' in page, "place words alike" in page) == (True, True)


def test_the_fragment_holds_the_incident_part_alone(client):
    """So what was opened on the page stays open while the desk looks."""
    number, report = make.incident(), make.report(lon=None, lat=None, place_words="x")
    make.sign_in(client, Role.DISPATCHER)
    page = client.post(f"/incidents/for/{report.number}/find", {"find": "waterlogging"}, headers={"HX-Request": "true"})
    assert number in page.content.decode()
    assert page.content.decode().strip().startswith('<section class="stack tight noprint" id="tells-of"')


def test_closed_ones_are_not_found_and_who_sorts_no_reports_finds_none(client):
    """The search is the desk's, over what is open."""
    number, report = make.incident(), make.report(lon=None, lat=None, place_words="x")
    Incident.objects.filter(number=number).update(state="closed", closed_at=AT)
    make.sign_in(client, Role.DISPATCHER)
    page = flat(client.post(f"/incidents/for/{report.number}/find", {"find": number}))
    assert "No open incident is called so" in page
    make.sign_in(client, Role.ANALYST)
    assert client.post(f"/incidents/for/{report.number}/find", {"find": number}).status_code == 403
    assert 'name="find"' not in client.get(f"/reports/{report.number}/").content.decode()


def test_many_are_cut_and_said(client):
    """Eight are shown; one more word finds fewer."""
    for n in range(10):
        make.incident(at=later(-n))
    found = incidents_like("waterlogging", make.actor(Role.DISPATCHER), AT)
    assert (len(found.found), found.more) == (8, 2)
