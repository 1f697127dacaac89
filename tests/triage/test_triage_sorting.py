"""What the desk sorts on an incident's page: reports that told of something else, and how soon somebody has to go."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from anlan.core.people.actors import system
from anlan.core.refusals import Refused
from anlan.core.time.clock import frozen
from anlan.intake.models import Report
from anlan.triage import actions
from anlan.triage.models import Incident
from tests import make

ME = system("test")
pytestmark = pytest.mark.django_db


@pytest.fixture
def told_by_three(db: Any) -> Iterator[tuple[str, list[Report]]]:
    """An incident of three reports."""
    make.city()
    reports = [make.report(lon=119.95 + n / 10_000) for n in range(3)]
    number = actions.open_incident(report_id=reports[0].pk, actor=ME, at=make.AT)["incident"]
    for one in reports[1:]:
        actions.link_report(number=number, report_id=one.pk, actor=ME, at=make.AT)
    with frozen(make.AT + dt.timedelta(minutes=1)):
        yield number, reports


def linked(number: str) -> list[str]:
    links = Incident.objects.get(number=number).links.filter(unlinked_at=None)
    return sorted(links.values_list("report__number", flat=True))


def test_chosen_reports_become_an_incident_of_their_own(
    client: Client, told_by_three: tuple[str, list[Report]]
) -> None:
    """The page leads to the second one; each keeps its reports, and both histories say so."""
    number, (first, second, third) = told_by_three
    make.sign_in(client, "dispatcher")
    assert "Split off the chosen" in client.get(f"/incidents/{number}/").content.decode()
    told = {"report": [second.number, third.number], "verb": "split"}
    page = client.post(f"/incidents/{number}/reports", told, follow=True)
    other = Incident.objects.exclude(number=number).get().number
    assert page.redirect_chain[-1][0] == f"/incidents/{other}/"
    assert (linked(number), linked(other)) == ([first.number], sorted([second.number, third.number]))
    assert f"the other part is {other}" in client.get(f"/incidents/{number}/").content.decode()


@pytest.mark.parametrize(("chosen", "says"), [(0, "Tick the reports first"), (3, "at least one report on each side")])
def test_a_split_leaves_a_report_on_each_side(
    client: Client, told_by_three: tuple[str, list[Report]], chosen: int, says: str
) -> None:
    """None chosen and all chosen are refused in words, and nothing moves."""
    number, reports = told_by_three
    make.sign_in(client, "dispatcher")
    told = {"report": [one.number for one in reports[:chosen]], "verb": "split"}
    answer = client.post(f"/incidents/{number}/reports", told)
    assert answer.status_code == 409
    assert says in answer.content.decode()
    assert len(linked(number)) == 3


def test_a_report_is_taken_away_until_one_is_left(client: Client, told_by_three: tuple[str, list[Report]]) -> None:
    """It is free to be linked elsewhere; the last one stays, and its page offers no more."""
    number, (first, second, third) = told_by_three
    make.sign_in(client, "call_taker")
    told = {"verb": "away", "report": [one.number for one in (first, second, third)]}
    assert client.post(f"/incidents/{number}/reports", told).status_code == 409
    assert len(linked(number)) == 3
    client.post(f"/incidents/{number}/reports", told | {"report": [second.number, third.number]})
    assert linked(number) == [first.number]
    assert "Take the chosen away" not in client.get(f"/incidents/{number}/").content.decode()
    assert client.post(f"/incidents/{number}/reports", told | {"report": [first.number]}).status_code == 409


def test_an_officer_sorts_no_reports(client: Client, told_by_three: tuple[str, list[Report]]) -> None:
    """It is the desk's; the page shows the reports without the form."""
    number, (_, second, _) = told_by_three
    actions.hand_over(number=number, to="drains", actor=ME, at=make.AT)
    make.sign_in(client, "officer", at="drains")
    assert "Take the chosen away" not in client.get(f"/incidents/{number}/").content.decode()
    assert client.post(f"/incidents/{number}/reports", {"verb": "away", "report": [second.number]}).status_code == 403


def test_the_desk_sets_how_soon_somebody_has_to_go(client: Client, told_by_three: tuple[str, list[Report]]) -> None:
    """With its entry; what is no urgency is refused in words."""
    number, _ = told_by_three
    make.sign_in(client, "dispatcher")
    page = client.post(f"/incidents/{number}/act", {"verb": "urgency", "urgency": "1"}, follow=True)
    assert Incident.objects.get(number=number).urgency == 1
    assert "Urgency: at once" in page.content.decode()
    for wrong in ("0", "four", ""):
        assert client.post(f"/incidents/{number}/act", {"verb": "urgency", "urgency": wrong}).status_code == 409


def test_a_report_that_is_taken_away_twice_is_away(client: Client, told_by_three: tuple[str, list[Report]]) -> None:
    """The second press finds it gone and changes nothing."""
    number, (first, second, third) = told_by_three
    make.sign_in(client, "dispatcher")
    for _ in range(2):
        told = {"verb": "away", "report": [third.number]}
        assert client.post(f"/incidents/{number}/reports", told).status_code == 302
    assert linked(number) == [first.number, second.number]
    assert Incident.objects.count() == 1


def test_a_split_that_is_sent_twice_is_one_split(client: Client, told_by_three: tuple[str, list[Report]]) -> None:
    """Both lead to the same second incident; from a page that is out of date it is refused in words."""
    number, (_, second, third) = told_by_three
    make.sign_in(client, "dispatcher")
    key = client.get(f"/incidents/{number}/").context["key"]
    told = {"report": [second.number], "verb": "split", "key": key}
    pages = {client.post(f"/incidents/{number}/reports", told).headers["Location"] for _ in range(2)}
    assert len(pages) == 1
    assert Incident.objects.count() == 2
    late = client.post(f"/incidents/{number}/reports", told | {"report": [second.number, third.number], "key": "new"})
    assert late.status_code == 409
    assert "Somebody was quicker" in late.content.decode()


def test_danger_told_of_a_mild_matter_makes_it_urgent_and_guards_it():
    """Violence at home linked to a noise is never diverted with it; split away, the noise is free again."""
    make.city()
    number = make.incident(make.report(category="noise"))
    told = make.report(category="home_violence", source_id="2")
    actions.link_report(number=number, report_id=told.pk, actor=ME, at=make.AT)
    incident = Incident.objects.get(number=number)
    assert (incident.urgency, incident.is_guarded) == (1, True)
    with pytest.raises(Refused) as error:
        actions.divert(number=number, to="drains", actor=ME, at=make.AT)
    assert error.value.code == "danger_needs_a_unit"


def test_danger_told_of_what_somebody_else_holds_brings_it_back_to_who_can_send():
    """The works office holds it; at once it is the control room's again."""
    make.city()
    number = make.incident(make.report(category="noise"), to="drains")
    actions.set_urgency(number=number, urgency=1, actor=make.actor("dispatcher"), at=make.AT)
    incident = Incident.objects.get(number=number)
    assert (incident.state, incident.owner.code, incident.urgency) == ("returned", "control", 1)


def test_nothing_is_linked_to_what_is_said_to_be_over():
    """The report stays to be sorted, and whoever sorts it decides: reopen, or an incident of its own."""
    make.city()
    number = make.incident(make.report(category="noise"))
    actions.resolve(number=number, disposal="done", actor=ME, at=make.AT)
    late = make.report(category="noise", source_id="2")
    with pytest.raises(Refused) as error:
        actions.link_report(number=number, report_id=late.pk, actor=ME, at=make.AT)
    assert error.value.code == "resolved_already"
