"""The life of an incident by its verbs: who holds it, which moves are allowed, and that a clock always runs."""

from __future__ import annotations

import datetime as dt

import pytest

from anlan.core.ledger.verification import verify
from anlan.core.models import ClockRun, LedgerEntry
from anlan.core.people.actors import NotAllowed, system
from anlan.core.people.roles import Role
from anlan.core.refusals import Refused
from anlan.intake.actions import set_validity
from anlan.intake.models import Category
from anlan.triage import actions
from anlan.triage.models import Handover, Incident, IncidentReport
from anlan.triage.moves import INCIDENTS
from anlan.triage.states import State
from tests import make
from tests.make.incidents import running

AT = make.AT
ME = system("test")
MINUTE = dt.timedelta(minutes=1)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def town():
    make.city()


def opened(**values) -> Incident:
    number = actions.open_incident(report_id=make.report(**values).pk, actor=ME, at=AT)["incident"]
    return Incident.objects.get(number=number)


def again(incident: Incident) -> Incident:
    return Incident.objects.get(pk=incident.pk)


def handed(to: str = "drains", **values) -> Incident:
    incident = opened(**values)
    actions.hand_over(number=incident.number, to=to, actor=ME, at=AT + MINUTE)
    return again(incident)


def test_an_incident_carries_what_was_said_at_the_call():
    """Number of the day, the category at call, the control room as holder, one linked report, a running clock."""
    incident = opened()
    assert (incident.number, incident.state, incident.owner.code) == ("E-160628-0001", "new", "control")
    assert (incident.category_at_call.code, incident.category_confirmed) == ("waterlogging", None)
    assert IncidentReport.objects.get().incident == incident
    assert running(incident) == {"first_step": "control"}
    assert opened(source_id="other", lon=119.98).number == "E-160628-0002"


def test_a_report_tells_of_one_incident_at_a_time():
    """Neither a second incident nor a second link is made of it."""
    incident = opened()
    report_id = incident.links.get().report_id
    with pytest.raises(Refused) as refused:
        actions.open_incident(report_id=report_id, actor=ME, at=AT)
    assert refused.value.code == "report_tells_of_another"
    with pytest.raises(Refused) as refused:
        actions.link_report(number=opened(lon=119.98).number, report_id=report_id, actor=ME, at=AT)
    assert refused.value.code == "report_tells_of_another"


def test_many_callers_raise_the_urgency_and_never_lower_it():
    """Three callers make it soon, five make it at once; a set urgency of 1 stays."""
    incident = opened()
    seen = []
    for n in range(4):
        report = make.report(lon=119.971 + n / 1e4)
        seen.append(actions.link_report(number=incident.number, report_id=report.pk, actor=ME, at=AT)["urgency"])
    assert seen == [3, 2, 2, 1]


def test_misdials_do_not_raise_the_urgency():
    """What tells of nothing counts for nothing."""
    incident = opened()
    for n in range(5):
        report = make.report(lon=119.971 + n / 1e4)
        set_validity(report_id=report.pk, validity="misdial", actor=ME, at=AT)
        actions.link_report(number=incident.number, report_id=report.pk, actor=ME, at=AT)
    assert again(incident).urgency == 3


def test_a_report_can_be_taken_away_again_but_not_the_last_one():
    """The link keeps its times; the freed report can tell of another incident."""
    incident = opened()
    report = make.report(lon=119.98)
    actions.link_report(number=incident.number, report_id=report.pk, actor=ME, at=AT)
    actions.unlink_report(number=incident.number, report_id=report.pk, actor=ME, at=AT + MINUTE)
    assert IncidentReport.objects.get(report=report).unlinked_at == AT + MINUTE
    actions.open_incident(report_id=report.pk, actor=ME, at=AT)
    with pytest.raises(Refused) as refused:
        actions.unlink_report(number=incident.number, report_id=incident.links.first().report_id, actor=ME, at=AT)
    assert refused.value.code == "split_needs_both_sides"


def test_an_incident_is_split_in_two():
    """Some of its reports told of something else; both sides keep at least one."""
    incident = opened()
    others = [make.report(lon=119.98 + n / 1e3).pk for n in range(2)]
    for report_id in others:
        actions.link_report(number=incident.number, report_id=report_id, actor=ME, at=AT)
    into = actions.split_incident(number=incident.number, report_ids=others, actor=ME, at=AT)["into"]
    assert Incident.objects.get(number=into).links.filter(unlinked_at=None).count() == 2
    assert incident.links.filter(unlinked_at=None).count() == 1


def test_it_is_handed_over_signed_for_resolved_and_closed():
    """Each step changes the holder's clock; the last one ends them all."""
    incident = handed()
    assert (incident.state, incident.owner.code, running(incident)) == ("handed_over", "drains", {"sign": "drains"})
    officer = make.actor(Role.OFFICER, at="drains")
    actions.sign_for(number=incident.number, actor=officer, at=AT + 2 * MINUTE)
    assert running(incident) == {"handle": "drains"}
    actions.resolve(number=incident.number, disposal="done", actor=officer, at=AT + 3 * MINUTE)
    assert running(incident) == {"close": "control"}
    actions.close_incident(number=incident.number, actor=ME, at=AT + 4 * MINUTE)
    incident = again(incident)
    assert (incident.state, incident.disposal, incident.closed_at) == ("closed", "done", AT + 4 * MINUTE)
    assert running(incident) == {}
    kinds = [one.kind for one in LedgerEntry.objects.filter(subject=incident.subject).order_by("id")]
    assert kinds == [f"triage.incident_{what}" for what in ("opened", "handed_over", "signed", "resolved", "closed")]
    assert verify().ok


def test_it_comes_back_with_a_reason_and_the_second_time_an_arbiter_decides():
    """First to the sender, then to the arbiter; who gets it then cannot lose it without a word."""
    incident = handed()
    drains, west = make.actor(Role.OFFICER, at="drains"), make.actor(Role.OFFICER, at="west-office")
    with pytest.raises(Refused) as refused:
        actions.return_incident(number=incident.number, reason="  ", actor=drains, at=AT)
    assert refused.value.code == "reason_missing"
    actions.return_incident(number=incident.number, reason="A private yard", actor=drains, at=AT + 2 * MINUTE)
    incident = again(incident)
    assert (incident.state, incident.owner.code, running(incident)) == (
        "returned",
        "control",
        {"first_step": "control"},
    )
    actions.hand_over(number=incident.number, to="west-office", actor=ME, at=AT + 3 * MINUTE)
    actions.return_incident(number=incident.number, reason="Not ours either", actor=west, at=AT + 4 * MINUTE)
    incident = again(incident)
    assert (incident.state, running(incident)) == ("disputed", {"arbitrate": "control"})
    with pytest.raises(NotAllowed):
        actions.arbitrate(number=incident.number, to="drains", reason="The pipe", actor=drains, at=AT)
    arbiter = make.actor(Role.SUPERVISOR)
    actions.arbitrate(
        number=incident.number, to="drains", reason="The pipe is theirs", actor=arbiter, at=AT + 5 * MINUTE
    )
    assert (again(incident).owner.code, running(incident)) == ("drains", {"sign": "drains"})
    assert [one.reason for one in Handover.objects.all()] == ["A private yard", "Not ours either", "The pipe is theirs"]


def test_what_is_no_police_matter_is_diverted_and_violence_at_home_never():
    """Noise goes to whom it belongs; violence at home stays, whatever it was called at first."""
    noise = opened(category="noise", lon=119.98)
    actions.divert(number=noise.number, to="west-office", actor=ME, at=AT)
    assert (again(noise).diverted, again(noise).owner.code) == (True, "west-office")
    violence = opened(category="noise", lon=119.99)
    actions.confirm_category(number=violence.number, category="home_violence", actor=ME, at=AT)
    for verb in (actions.divert, actions.hand_over):
        with pytest.raises(Refused) as refused:
            verb(number=violence.number, to="west-office", actor=ME, at=AT)
        assert refused.value.code == "danger_needs_a_unit"
    assert again(violence).state == "new"


def test_a_diverted_matter_that_turns_out_to_be_violence_at_home_comes_back_at_once():
    """To the control room, as urgent as can be, with its clock."""
    incident = opened(category="noise", lon=119.98)
    actions.divert(number=incident.number, to="west-office", actor=ME, at=AT)
    officer = make.actor(Role.OFFICER, at="west-office")
    actions.sign_for(number=incident.number, actor=officer, at=AT)
    actions.confirm_category(number=incident.number, category="home_violence", actor=officer, at=AT + MINUTE)
    incident = again(incident)
    assert (incident.owner.code, incident.state, incident.urgency, incident.diverted) == (
        "control",
        "returned",
        1,
        False,
    )
    assert running(incident) == {"first_step": "control"}


def test_the_confirmed_category_stands_beside_the_one_at_call():
    """Figures use the confirmed one; what was said at the call is kept."""
    incident = opened(category="theft", lon=119.98)
    actions.confirm_category(number=incident.number, category="noise", actor=ME, at=AT)
    incident = again(incident)
    assert (incident.category_at_call.code, incident.category.code, incident.kind) == ("theft", "noise", "complaint")


def test_a_closed_incident_can_be_taken_up_again():
    """The control room holds it, with a clock."""
    incident = opened()
    actions.close_incident(number=incident.number, disposal="not_found", actor=ME, at=AT)
    actions.reopen(number=incident.number, reason="The caller rang again", actor=ME, at=AT + MINUTE)
    assert (again(incident).closed_at, running(incident)) == (None, {"first_step": "control"})


def test_the_moves_lead_where_they_always_led():
    """Every pair of states that some move joins, and no other."""
    onward = {"handed_over", "dispatched", "resolved", "closed"}
    table = {
        "new": onward, "returned": onward, "reopened": onward,
        "handed_over": {"signed", "returned", "disputed", "handed_over"},
        "signed": {"dispatched", "resolved", "returned", "disputed"},
        "disputed": {"handed_over"},
        "dispatched": {"dispatched", "resolved", "handed_over"},
        "resolved": {"closed", "reopened"},
        "closed": {"reopened"},
    }  # fmt: skip
    closed_holder = {(state, "returned") for state in ("handed_over", "signed", "returned", "dispatched")}
    joined = {(state, to) for move in INCIDENTS.moves for state in move.source for to in move.to}
    assert joined == {(state, to) for state, ways in table.items() for to in ways} | closed_holder


def test_every_state_that_can_be_reached_has_a_holder_and_a_running_clock_or_is_closed():
    """Walk all moves of the table that verbs make, from each state once."""
    reached: set[str] = set()
    drains = make.actor(Role.OFFICER, at="drains")

    def look(incident: Incident) -> None:
        incident = again(incident)
        reached.add(incident.state)
        assert incident.owner_id
        assert (incident.state == "closed") != bool(running(incident)), incident.state

    walked = opened()
    look(walked)
    for step in (
        lambda n: actions.hand_over(number=n, to="drains", actor=ME, at=AT),
        lambda n: actions.return_incident(number=n, reason="x", actor=drains, at=AT),
        lambda n: actions.hand_over(number=n, to="drains", actor=ME, at=AT),
        lambda n: actions.return_incident(number=n, reason="x", actor=drains, at=AT),
        lambda n: actions.arbitrate(number=n, to="drains", reason="x", actor=ME, at=AT),
        lambda n: actions.sign_for(number=n, actor=drains, at=AT),
        lambda n: actions.resolve(number=n, disposal="done", actor=drains, at=AT),
        lambda n: actions.close_incident(number=n, actor=ME, at=AT),
        lambda n: actions.reopen(number=n, reason="x", actor=ME, at=AT),
    ):
        step(walked.number)
        look(walked)
    assert reached == set(State) - {"dispatched"}


def test_a_deadline_on_a_holiday_ends_on_the_next_working_day():
    """Handed over on the eve of the dragon-boat days: one working day is the worked Sunday."""
    report = make.report(received_at=dt.datetime(2016, 6, 8, 2, tzinfo=dt.UTC))
    eve = dt.datetime(2016, 6, 8, 3, tzinfo=dt.UTC)
    number = actions.open_incident(report_id=report.pk, actor=ME, at=eve)["incident"]
    actions.hand_over(number=number, to="drains", actor=ME, at=eve)
    due = ClockRun.objects.running().get(subject=f"incident:{number}").due_at
    assert due == dt.datetime(2016, 6, 12, 16, tzinfo=dt.UTC)


def test_the_second_of_two_who_press_at_once_is_told():
    """Both saw it as handed over; one signs, the other's return is refused as a move that is gone."""
    incident = handed()
    first, second = (make.actor(Role.OFFICER, at="drains") for _ in range(2))
    actions.sign_for(number=incident.number, actor=first, at=AT)
    with pytest.raises(Refused) as refused:
        actions.sign_for(number=incident.number, actor=second, at=AT)
    assert refused.value.code == "no_such_move"


def test_a_closed_incident_takes_no_more_reports():
    """Whoever reports then is not told that the matter is over; the report waits to be sorted."""
    incident = opened()
    actions.close_incident(number=incident.number, disposal="done", actor=ME, at=AT)
    report = make.report(lon=119.98)
    for act in (
        lambda: actions.link_report(number=incident.number, report_id=report.pk, actor=ME, at=AT),
        lambda: actions.set_urgency(number=incident.number, urgency=1, actor=ME, at=AT),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.code == "closed_already"
    assert not report.links.exists()


def test_what_came_back_counts_as_diverted_no_more():
    """The control room looks at it again; with the arbiter it stays what it was."""
    incident = opened(category="noise", lon=119.98)
    west = make.actor(Role.OFFICER, at="west-office")
    seen = []
    for n in range(2):
        actions.divert(number=incident.number, to="west-office", actor=ME, at=AT + n * MINUTE)
        actions.return_incident(number=incident.number, reason="Not here", actor=west, at=AT + n * MINUTE)
        seen.append((again(incident).state, again(incident).diverted))
    assert seen == [("returned", False), ("disputed", True)]


def test_another_category_opens_no_way_out_before_somebody_went():
    """What was called in as violence at home is urgent at once, and is diverted only when a unit was there."""
    incident = opened(category="home_violence", lon=119.98)
    assert incident.urgency == 1
    actions.confirm_category(number=incident.number, category="noise", actor=ME, at=AT)
    for verb in (actions.divert, actions.hand_over):
        with pytest.raises(Refused) as refused:
            verb(number=incident.number, to="west-office", actor=ME, at=AT)
        assert refused.value.code == "danger_needs_a_unit"
    actions.send(number=incident.number, actor=ME, at=AT)
    actions.divert(number=incident.number, to="west-office", actor=ME, at=AT)
    assert again(incident).owner.code == "west-office"


def test_a_report_with_a_point_says_where_an_incident_without_one_is():
    """The first point stays: a later caller's does not move it."""
    incident = opened(lon=None, lat=None, place_words="长虹路桥下")
    for lon in (119.96, 119.98):
        report = make.report(lon=lon, source_id=str(lon))
        actions.link_report(number=incident.number, report_id=report.pk, actor=ME, at=AT)
    assert (again(incident).lon, again(incident).lat) == (119.96, 31.76)


def test_a_category_says_how_soon_somebody_has_to_go() -> None:
    """A fire stands at once before noise that came first; what is typed can raise it and never lower it."""
    make.city()
    Category.objects.filter(code="theft").update(urgency=2)
    numbers = [make.incident(make.report(category=code)) for code in ("noise", "theft", "home_violence")]
    assert [Incident.objects.get(number=number).urgency for number in numbers] == [3, 2, 1]
