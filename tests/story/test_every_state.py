"""Nothing waits for nobody: in every state there is an owner and a running clock, whatever happens to the owner."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from anlan.core.models import ClockRun, Membership, Organisation, Person
from anlan.core.people.actors import system
from anlan.core.people.members import actor_of
from anlan.core.refusals import Refused
from anlan.dispatch import actions as dispatch
from anlan.prevention import actions as prevention
from anlan.prevention import moves as prevention_moves
from anlan.prevention.models import Problem, Task
from anlan.prevention.states import ProblemState, TaskState
from anlan.triage import actions as triage
from anlan.triage.models import Incident
from anlan.triage.states import State
from tests import make
from tests.make.problems import JAN, Town, day, problem, task

AT = make.AT
ME = system("test")
pytestmark = pytest.mark.django_db


def later(minutes: int) -> dt.datetime:
    return AT + dt.timedelta(minutes=minutes)


def given(number: str, to: str = "drains", minute: int = 1) -> None:
    triage.hand_over(number=number, to=to, actor=ME, at=later(minute))


def signed(number: str) -> None:
    given(number)
    triage.sign_for(number=number, actor=ME, at=later(2))


def returned(number: str, minute: int = 2) -> None:
    given(number, minute=minute - 1)
    triage.return_incident(number=number, reason="not ours", actor=ME, at=later(minute))


def disputed(number: str) -> None:
    returned(number)
    returned(number, minute=4)


def sent(number: str) -> None:
    dispatch.dispatch_unit(number=number, unit="mobile-1", actor=ME, at=later(1))


def resolved(number: str) -> None:
    triage.resolve(number=number, disposal="done", actor=ME, at=later(3))


def reopened(number: str) -> None:
    resolved(number)
    triage.reopen(number=number, reason="it came back", actor=ME, at=later(5))


WAYS: dict[str, Callable[[str], None]] = {
    "new": lambda number: None, "handed_over": given, "signed": signed, "returned": returned, "disputed": disputed,
    "dispatched": sent, "resolved": resolved, "reopened": reopened,
}  # fmt: skip


@pytest.mark.parametrize("state", sorted(set(State) - {"closed"}))
def test_an_open_incident_has_an_owner_and_a_running_clock(state: str) -> None:
    """In every state of the table but the closed one."""
    make.city()
    number = make.incident()
    WAYS[state](number)
    one = Incident.objects.get(number=number)
    assert one.state == state
    assert one.owner.active
    assert ClockRun.objects.running().filter(subject=one.subject).exists()


@pytest.mark.parametrize("state", ["handed_over", "signed"])
def test_a_closed_holder_is_followed_by_the_control_room(state: str) -> None:
    """The desk takes it back with one key; while the holder is there it cannot."""
    make.city()
    number = make.incident()
    WAYS[state](number)
    with pytest.raises(Refused) as refused:
        triage.take_back(number=number, actor=make.actor("dispatcher"), at=later(9))
    assert refused.value.code == "holder_is_there"
    Organisation.objects.filter(code="drains").update(active=False)
    triage.take_back(number=number, actor=make.actor("dispatcher"), at=later(10))
    one = Incident.objects.get(number=number)
    assert (one.state, one.owner.code) == ("returned", "control")
    runs = ClockRun.objects.running().filter(subject=one.subject)
    assert [run.rule.code for run in runs] == ["first_step"]
    given(number, to="west-office", minute=11)


def test_when_an_officer_leaves_the_organisation_still_holds_it() -> None:
    """Another officer of the house goes on; who left can do nothing."""
    make.city()
    number = make.incident()
    given(number)
    gone = make.person("officer", at="drains")
    Membership.objects.filter(person=gone).delete()
    with pytest.raises(PermissionError):
        triage.sign_for(number=number, actor=actor_of(Person.objects.get(pk=gone.pk)), at=later(3))
    assert triage.sign_for(number=number, actor=make.actor("officer", at="drains"), at=later(4))


def reopened_problem(town: Town) -> str:
    number = town.accepted()
    prevention.reopen(problem=number, reason="it came back", actor=town.supervisor, at=day(20))
    return number


PROBLEMS: dict[str, Callable[[Town], str]] = {
    "raised": lambda town: town.raised(1)[0], "assigned": Town.assigned, "returned": Town.returned,
    "disputed": Town.disputed, "signed": Town.signed, "in_work": lambda town: town.planned()[0],
    "accepted": Town.accepted, "reopened": reopened_problem,
}  # fmt: skip


@pytest.mark.parametrize("lead_is_there", [True, False])
@pytest.mark.parametrize("state", sorted(set(ProblemState.values) - {"struck_off"}))
def test_an_open_problem_has_somebody_whose_turn_it_is_and_a_deadline(
    town: Town,
    state: str,
    lead_is_there: bool,
) -> None:
    """Also where the lead was closed: then it is the supervisor's turn."""
    number = PROBLEMS[state](town)
    if not lead_is_there:
        Organisation.objects.filter(code="drains").update(active=False)
    one = problem(number)
    assert one.state == state
    assert one.due_on is not None
    turn = prevention_moves.turn(one.state, bool(one.lead and one.lead.active))
    assert turn != "nobody"
    assert turn != "lead" or (one.lead is not None and one.lead.active)


@pytest.mark.parametrize("state", sorted(set(TaskState.values) - {"passed"}))
def test_a_task_that_is_not_passed_has_a_doer_or_a_verifier_and_a_day(town: Town, state: str) -> None:
    """Open and refused are the doer's, works done the verifier's."""
    _, tasks = town.planned()
    if state != "open":
        town.done(tasks[0])
    if state == "refused":
        prevention.verify(task=tasks[0], passed=False, words="leaks", actor=town.verifier, at=day(11))
    one = task(tasks[0])
    assert one.state == state
    assert one.organisation.active
    assert (one.verify_by if state == "works_done" else one.due_on) is not None


def test_a_closed_doers_tasks_go_to_the_new_lead(town: Town) -> None:
    """Instructed anew, what is not passed goes along."""
    number, tasks = town.planned()
    Organisation.objects.filter(code="drains").update(active=False)
    town.instruct(number, "west-office", at=day(5))
    assert task(tasks[0]).organisation.code == "west-office"


def test_a_deadline_on_a_holiday_moves_to_the_next_working_day(town: Town) -> None:
    """9 to 11 June 2016 are holidays, 12 June a Sunday that is worked."""
    number = town.signed()
    tasks = town.plan(number, "permanent", due_on=dt.date(2016, 6, 9))
    assert task(tasks[0]).due_on == dt.date(2016, 6, 12)


def test_every_state_of_the_tables_was_walked() -> None:
    """Whoever adds a state adds its way."""
    assert set(WAYS) | {"closed"} == set(State)
    assert set(PROBLEMS) | {"struck_off"} == set(ProblemState.values)
    assert JAN.year == 2016
    assert Problem.objects.count() == Task.objects.count() == 0
