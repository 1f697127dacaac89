"""Who holds an incident and who may see and move it: houses that close, officers who leave, what an arbiter decided."""

from __future__ import annotations

import datetime as dt

import pytest

from anlan.core.models import ClockRule, Organisation
from anlan.core.people.actors import NotAllowed, system
from anlan.core.people.members import actor_of
from anlan.core.people.roles import Role
from anlan.core.refusals import Refused
from anlan.intake.models import Category
from anlan.triage import actions
from anlan.triage.models import Handover, Incident, IncidentReport
from tests import make
from tests.make.incidents import arbitrated, running

AT = make.AT
ME = system("test")
MINUTE = dt.timedelta(minutes=1)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def town():
    make.city()


def handed(**values) -> Incident:
    return Incident.objects.get(number=make.incident(to="drains", **values))


def again(incident: Incident) -> Incident:
    return Incident.objects.get(pk=incident.pk)


def test_what_the_arbiter_decided_cannot_be_sent_back_again():
    """The third return is refused with the reason."""
    incident, drains = Incident.objects.get(number=arbitrated()), make.actor(Role.OFFICER, at="drains")
    with pytest.raises(Refused) as refused:
        actions.return_incident(number=incident.number, reason="x", actor=drains, at=AT)
    assert refused.value.code == "arbiter_has_decided"


def test_an_organisation_that_is_closed_gets_nothing_and_what_it_holds_can_be_taken_on():
    """No hand-over to it; the control room's people still see what it holds."""
    Organisation.objects.filter(code="drains").update(active=False)
    with pytest.raises(Refused) as refused:
        actions.hand_over(number=make.incident(), to="drains", actor=ME, at=AT)
    assert refused.value.code == "unknown_holder"


def test_an_officer_who_left_can_no_longer_sign():
    """Rights go with the membership; the incident keeps its holder and its clock."""
    incident = handed()
    person = make.person(Role.OFFICER, at="drains")
    person.memberships.all().delete()
    with pytest.raises(NotAllowed):
        actions.sign_for(number=incident.number, actor=actor_of(person), at=AT)
    assert running(incident) == {"sign": "drains"}


def test_officers_see_what_they_hold_or_held_and_no_more():
    """Another organisation's officer sees nothing; the call-taker sees all."""
    incident = handed()
    make.incident(lon=119.99)
    seen = {
        at: set(Incident.objects.visible_to(make.actor(Role.OFFICER, at=at)).values_list("number", flat=True))
        for at in ("drains", "west-office")
    }
    assert seen == {"drains": {incident.number}, "west-office": set()}
    assert Incident.objects.visible_to(make.actor(Role.CALL_TAKER)).count() == 2


@pytest.mark.parametrize("role", [Role.ANALYST, Role.LEADER, Role.AUDITOR])
def test_who_only_looks_moves_nothing(role):
    """Analysts, leaders and auditors are refused."""
    with pytest.raises(NotAllowed):
        actions.open_incident(report_id=make.report().pk, actor=make.actor(role), at=AT)


def test_no_column_of_triage_is_about_a_person():
    """No name, contact, score or trait: incidents are about matters."""
    names = {field.name for model in (Incident, IncidentReport, Handover) for field in model._meta.fields}
    assert not names & {"name", "contact", "phone", "person", "caller", "score", "risk", "suspect", "origin"}
    assert not Category.objects.filter(group__in=["persons_watched", "key_people"]).exists()


def test_to_whom_had_it_before_it_goes_back_with_a_reason_only():
    """Handing it on instead would restart the clock unsaid; to somebody new it may go on unsigned."""
    incident = handed()
    drains, west = make.actor(Role.OFFICER, at="drains"), make.actor(Role.OFFICER, at="west-office")
    with pytest.raises(Refused) as refused:
        actions.hand_over(number=incident.number, to="control", actor=drains, at=AT)
    assert refused.value.code == "return_instead"
    actions.hand_over(number=incident.number, to="west-office", actor=drains, at=AT + 2 * MINUTE)
    for code in ("drains", "control"):
        with pytest.raises(Refused) as refused:
            actions.hand_over(number=incident.number, to=code, actor=west, at=AT)
        assert refused.value.code == "return_instead"
    assert again(incident).owner.code == "west-office"


def test_what_the_arbiter_decided_is_not_handed_on_and_is_asked_anew_once_reopened():
    """Who got it by decision keeps it; a matter that was taken up again may be returned again, and says why it was."""
    incident, drains = Incident.objects.get(number=arbitrated()), make.actor(Role.OFFICER, at="drains")
    with pytest.raises(Refused) as refused:
        actions.hand_over(number=incident.number, to="west-office", actor=drains, at=AT)
    assert refused.value.code == "arbiter_has_decided"
    actions.sign_for(number=incident.number, actor=drains, at=AT)
    actions.resolve(number=incident.number, disposal="done", actor=drains, at=AT)
    actions.reopen(number=incident.number, reason="Water again", actor=ME, at=AT)
    actions.hand_over(number=incident.number, to="drains", actor=ME, at=AT)
    actions.return_incident(number=incident.number, reason="A private yard", actor=drains, at=AT)
    incident = again(incident)
    assert (incident.state, incident.owner.code, incident.reopened_because) == ("returned", "control", "Water again")
    assert incident.disposal == ""


def test_nothing_waits_with_an_organisation_that_was_closed():
    """What comes back to it goes to the control room, and so does what had come back to it before."""
    west = make.actor(Role.OFFICER, at="west-office")
    drains = make.actor(Role.OFFICER, at="drains")
    before, after = handed(lon=119.98), handed(lon=119.99)
    for incident in (before, after):
        actions.hand_over(number=incident.number, to="west-office", actor=drains, at=AT + 2 * MINUTE)
    actions.return_incident(number=before.number, reason="Not here", actor=west, at=AT + 3 * MINUTE)
    assert again(before).owner.code == "drains"
    Organisation.objects.filter(code="drains").update(active=False)
    actions.take_back(number=before.number, actor=ME, at=AT + 4 * MINUTE)
    actions.return_incident(number=after.number, reason="Not here", actor=west, at=AT + 4 * MINUTE)
    for incident in (before, after):
        incident = again(incident)
        assert (incident.state, incident.owner.code) == ("returned", "control")
        assert running(incident) == {"first_step": "control"}


def test_moves_go_on_over_rules_that_an_older_version_let_in():
    """With an effect that nobody knows, lapsed before each move, and a scope that is none."""
    ClockRule.objects.filter(code="first_step").update(effect="nonsense", target_s=1)
    ClockRule.objects.filter(code="sign").update(scope="fire")
    incident, drains = handed(), make.actor(Role.OFFICER, at="drains")
    actions.return_incident(number=incident.number, reason="x", actor=drains, at=AT + MINUTE)
    actions.close_incident(number=incident.number, disposal="not_found", actor=ME, at=AT + 2 * MINUTE)
    actions.reopen(number=incident.number, reason="x", actor=ME, at=AT + 3 * MINUTE)
    actions.hand_over(number=incident.number, to="drains", actor=ME, at=AT + 4 * MINUTE)
    assert again(incident).state == "handed_over"
    assert "first_step" in running(incident)
    assert "sign" not in running(incident)
