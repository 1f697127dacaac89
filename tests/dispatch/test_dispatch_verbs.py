"""A unit is sent, stamps its way, and frees itself: the one table of milestones, with the clocks that hear it."""

from __future__ import annotations

import datetime as dt

import pytest

from anlan.core.models import ClockRule, ClockRun, LedgerEntry
from anlan.core.people.actors import NotAllowed, system
from anlan.core.refusals import Refused
from anlan.core.time.clock_report import clock_report
from anlan.dispatch import actions, rules
from anlan.dispatch.models import Assignment, Milestone
from anlan.dispatch.states import Stamp
from anlan.triage import actions as triage
from anlan.triage.models import Incident
from tests import make

AT = make.AT
ME = system("test")
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def town() -> None:
    make.city()


def later(seconds: int) -> dt.datetime:
    return AT + dt.timedelta(seconds=seconds)


def test_a_mobile_team_reacts_sets_out_and_ends_the_danger_against_its_clocks() -> None:
    """Each stamp is one row; 1-3-5 runs for the mobile team, and the incident is resolved with the last unit."""
    pk = make.assignment()
    for step, seconds in [("acknowledged", 45), ("en_route", 170), ("on_scene", 500), ("resolved", 900)]:
        make.stamp(pk, step, later(seconds))
    runs = {run.rule.code: run for run in ClockRun.objects.filter(subject=f"assignment:{pk}").select_related("rule")}
    within = {code: run.stopped_at is not None and run.stopped_at <= run.due_at for code, run in runs.items()}
    assert within == {"react": True, "set_out": True, "end_danger": False}
    assert Incident.objects.get().state == "resolved"
    steps = list(Milestone.objects.values_list("step", flat=True))
    assert steps == ["received", "entered", "dispatched", "acknowledged", "en_route", "on_scene", "resolved"]


def test_1_3_5_is_not_the_rule_of_a_works_crew() -> None:
    """The scope asks for the kind of unit; a pump crew has no such clock."""
    pk = make.assignment(unit="pump-1")
    assert not ClockRun.objects.filter(subject=f"assignment:{pk}").exists()


def ends(pk: int) -> dict[str, tuple[dt.datetime | None, dt.datetime | None]]:
    """Return when each clock of an assignment stopped, and from when on its stamp is missing."""
    told = ClockRun.objects.filter(subject=f"assignment:{pk}")
    return {
        code: (stopped, missing)
        for code, stopped, missing in told.values_list("rule__code", "stopped_at", "missing_at")
    }


def test_a_stamp_that_can_come_no_more_is_missing_and_its_clock_has_no_time() -> None:
    """A crew without network stamps the scene only: nothing is made up for the steps between."""
    pk = make.assignment()
    make.stamp(pk, "on_scene", later(400))
    assert not Milestone.objects.filter(assignment=pk, step__in=["acknowledged", "en_route"]).exists()
    assert ends(pk) == {"react": (None, later(400)), "set_out": (None, later(400)), "end_danger": (None, None)}
    told = {row["clock"]: row for row in clock_report(since=None, until=None)}
    assert [(told[code]["n"], told[code]["missing"], told[code]["running"]) for code in ends(pk)] == [
        (0, 1, 0), (0, 1, 0), (0, 1, 1)]  # fmt: skip
    assert told["react"]["median_s"] is None


def test_a_unit_that_is_not_needed_is_free_again_and_ended_nothing() -> None:
    """No time is made of it; the incident stays with the desk, its own clock running."""
    pk = make.assignment()
    make.stamp(pk, "on_scene", later(100))
    make.stamp(pk, "cleared", later(200))
    assert ends(pk)["end_danger"] == (None, later(200))
    assert not ClockRun.objects.running().filter(subject=f"assignment:{pk}").exists()
    one = Incident.objects.get()
    assert one.state == "dispatched"
    assert ClockRun.objects.running().filter(subject=one.subject).exists()
    assert make.assignment(one.number)


def test_a_unit_is_out_until_it_is_free_also_where_the_incident_was_closed() -> None:
    """The desk ends the matter on the phone: no clock of it runs; the crew's run until it is told."""
    pk = make.assignment()
    number = Incident.objects.get().number
    triage.resolve(number=number, disposal="not_found", actor=ME, at=later(50))
    triage.close_incident(number=number, actor=ME, at=later(60))
    assert not ClockRun.objects.running().filter(subject=f"incident:{number}").exists()
    assert set(ends(pk).values()) == {(None, None)}
    make.stamp(pk, "cleared", later(90))
    assert set(ends(pk).values()) == {(None, later(90))}


def test_a_clock_that_the_city_dropped_runs_out_and_starts_no_more() -> None:
    """What ran goes on to its stop; the next unit has no such clock."""
    pk = make.assignment()
    ClockRule.objects.filter(code="react").update(active=False)
    make.stamp(pk, "acknowledged", later(30))
    assert ends(pk)["react"] == (later(30), None)
    assert "react" not in ends(make.assignment(unit="mobile-2"))


@pytest.mark.parametrize("state", list(rules.MOVES))
def test_what_can_come_yet_is_what_the_table_leads_to(state: Stamp) -> None:
    """Held against a plain walk of the table; backup is asked while a crew is out or can still go."""
    reached, edge = set(), [state]
    while edge:
        for step in rules.MOVES[edge.pop()]:
            reached.add(step)
            edge.append(step)
    told = rules.still_to_come(state)
    assert told - {"backup_asked"} == reached
    assert ("backup_asked" in told) == bool(rules.OUT & {state, *reached})


def test_device_time_and_server_time_are_both_kept() -> None:
    """A stamp that comes late over a bad network says when it was pressed."""
    pk = make.assignment()
    actions.stamp(assignment=pk, step="en_route", device_at=later(60), actor=ME, at=later(600))
    row = Milestone.objects.get(assignment=pk, step="en_route")
    assert (row.device_at, row.at) == (later(60), later(600))


def test_the_same_stamp_twice_is_refused_and_changes_nothing() -> None:
    """Two people press at once: the second is told."""
    pk = make.assignment()
    make.stamp(pk, "en_route", later(60))
    with pytest.raises(Refused) as refused:
        make.stamp(pk, "en_route", later(61))
    assert refused.value.code == "no_such_step"
    assert Milestone.objects.filter(assignment=pk, step="en_route").count() == 1


def test_a_unit_is_at_one_place_at_a_time() -> None:
    """It is refused while it is elsewhere, and free once it says so."""
    pk = make.assignment()
    other = make.incident(lon=119.95)
    with pytest.raises(Refused) as refused:
        make.assignment(other)
    assert refused.value.code == "unit_busy"
    for step, seconds in [("on_scene", 100), ("resolved", 200), ("field_feedback", 300), ("cleared", 310)]:
        make.stamp(pk, step, later(seconds))
    assert make.assignment(other)


def test_two_units_at_one_incident_and_the_last_one_resolves_it() -> None:
    """While one of them works there the danger has not ended."""
    number = make.incident()
    first, second = make.assignment(number, unit="mobile-1"), make.assignment(number, unit="mobile-2")
    make.stamp(first, "on_scene", later(100))
    make.stamp(second, "on_scene", later(120))
    make.stamp(first, "resolved", later(200))
    assert Incident.objects.get().state == "dispatched"
    make.stamp(second, "resolved", later(260))
    assert Incident.objects.get().state == "resolved"


def test_backup_is_asked_and_another_unit_comes() -> None:
    """The request is a stamp of its own and does not move the crew's state."""
    pk = make.assignment()
    make.stamp(pk, "on_scene", later(100))
    actions.ask_backup(assignment=pk, actor=ME, at=later(120))
    one = Assignment.objects.get(pk=pk)
    assert (one.state, one.backup) == ("on_scene", True)
    assert make.assignment(one.incident.number, unit="mobile-2")


def test_a_reassigned_unit_is_free_and_its_clocks_have_no_time() -> None:
    """Another goes in its place."""
    pk = make.assignment()
    new = actions.reassign(assignment=pk, unit="mobile-2", actor=ME, at=later(90))["assignment"]
    assert Assignment.objects.get(pk=pk).ended_at == later(90)
    assert set(ends(pk).values()) == {(None, later(90))}
    assert not ClockRun.objects.running().filter(subject=f"assignment:{pk}").exists()
    assert Assignment.objects.get(pk=new).unit.code == "mobile-2"


def test_a_unit_off_shift_is_not_sent() -> None:
    """A shift puts it on duty; the shift before says what it handed over."""
    kwargs = {"unit": "mobile-1", "people": 20, "actor": ME, "at": AT}
    actions.begin_shift(begins_at=later(-86400), ends_at=later(-3600), **kwargs)
    number = make.incident()
    with pytest.raises(Refused) as refused:
        make.assignment(number)
    assert refused.value.code == "unit_off_shift"
    actions.begin_shift(begins_at=later(-60), ends_at=later(28800), **kwargs)
    assert make.assignment(number)


def test_who_reviews_was_not_there() -> None:
    """Review and archive belong to the desk and the supervisor, after the unit is free."""
    pk = make.assignment()
    with pytest.raises(Refused) as refused:
        actions.review(assignment=pk, actor=ME, at=later(10))
    assert refused.value.code == "no_such_step"
    for step, seconds in [("on_scene", 100), ("resolved", 200), ("cleared", 310)]:
        make.stamp(pk, step, later(seconds))
    officer = make.actor("officer", at="control")
    with pytest.raises(NotAllowed):
        actions.review(assignment=pk, actor=officer, at=later(400))
    actions.review(assignment=pk, actor=make.actor("supervisor"), at=later(400))
    assert actions.archive(assignment=pk, actor=make.actor("supervisor"), at=later(500))["state"] == "archived"


def test_a_crew_stamps_only_its_own_units() -> None:
    """An officer of another organisation is refused."""
    pk = make.assignment(unit="pump-1")
    with pytest.raises(NotAllowed):
        actions.stamp(assignment=pk, step="en_route", actor=make.actor("officer", at="west-office"), at=later(5))
    actions.stamp(assignment=pk, step="en_route", actor=make.actor("officer", at="drains"), at=later(5))


def test_what_another_organisation_holds_is_not_sent_to_by_the_desk() -> None:
    """The holder sends its own crew."""
    number = make.incident()
    triage.hand_over(number=number, to="drains", actor=ME, at=AT)
    officer = make.actor("officer", at="drains")
    triage.sign_for(number=number, actor=officer, at=AT)
    with pytest.raises(NotAllowed):
        actions.dispatch_unit(number=number, unit="mobile-1", actor=make.actor("dispatcher"), at=AT)
    assert actions.dispatch_unit(number=number, unit="pump-1", actor=officer, at=AT)["unit"] == "pump-1"


@pytest.mark.parametrize("step", list(rules.MOVES))
def test_every_state_has_a_next_step_or_is_the_end(step: Stamp) -> None:
    """No assignment hangs: the usual next step is one that the table allows, and only the archive is an end."""
    usual = rules.next_step(step)
    assert (usual is None) == (step == Stamp.ARCHIVED)
    assert usual is None or usual in rules.MOVES[step]


def test_each_step_leaves_one_entry() -> None:
    """The ledger tells unit, incident and assignment, and no person."""
    pk = make.assignment()
    make.stamp(pk, "en_route", later(60))
    kinds = list(LedgerEntry.objects.filter(subject=f"assignment:{pk}").values_list("kind", flat=True))
    assert kinds == ["dispatch.unit_dispatched", "dispatch.unit_en_route"]
