"""From the plan to a result that somebody else found, and off the list once rain has tested it."""

from __future__ import annotations

import datetime as dt

import pytest

from anlan.core.models import Holiday, Person
from anlan.core.people.actors import NotAllowed
from anlan.core.people.members import actor_of
from anlan.core.refusals import Refused
from anlan.core.time.clock import frozen
from anlan.prevention import actions
from anlan.prevention.models import Escalation, Result, Task
from tests import make
from tests.make.problems import A, Town, day, problem, task


def test_a_deadline_on_a_holiday_moves_to_the_next_working_day(town: Town) -> None:
    """2016-02-12 is a Friday off here: the task is due on Monday."""
    Holiday.objects.update_or_create(date=dt.date(2016, 2, 12), defaults={"kind": "holiday", "name": "x"})
    number = town.signed()
    planned = town.plan(number, "permanent", due_on=dt.date(2016, 2, 12))
    assert task(planned[0]).due_on == dt.date(2016, 2, 15)
    assert problem(number).due_on == dt.date(2016, 2, 15)


def test_a_plan_names_post_deadline_and_criterion(town: Town) -> None:
    """Without one of them, with a past deadline or a stranger as doer it is refused."""
    number = town.signed()
    for name, value in [("criterion", ""), ("responsible", " "), ("due_on", dt.date(2015, 1, 1)),
                        ("due_on", dt.date(9999, 12, 31)),
                        ("organisation", "west-office")]:  # fmt: skip
        with pytest.raises(Refused) as refused:
            town.plan(number, "permanent", **{name: value})
        assert refused.value.field == name
    assert not Task.objects.exists()


def test_works_done_need_evidence_and_are_verified_by_somebody_else(town: Town) -> None:
    """The doer, and whoever belongs to the doer's organisation, cannot pass the work."""
    number, tasks = town.planned("interim", "permanent")
    with pytest.raises(Refused) as refused:
        actions.finish_task(task=tasks[0], actor=town.officer, at=day(5))
    assert refused.value.code == "evidence_missing"
    actions.add_evidence(task=tasks[0], photo=make.photo(), actor=town.officer, at=day(5))
    actions.finish_task(task=tasks[0], actor=town.officer, at=day(5))
    assert (task(tasks[0]).state, str(task(tasks[0]).verify_by)) == ("works_done", "2016-02-01")
    with pytest.raises(NotAllowed, match="took_part"):
        actions.verify(task=tasks[0], passed=True, actor=make.actor("verifier", at="drains"), at=day(6))
    with pytest.raises(Refused) as refused:
        actions.verify(task=tasks[0], passed=False, actor=town.verifier, at=day(6))
    assert refused.value.code == "unmet_part_missing"
    actions.verify(task=tasks[0], passed=False, words="Pump missing", actor=town.verifier, at=day(6))
    assert task(tasks[0]).state == "refused"
    town.done(tasks[0])
    actions.verify(task=tasks[0], passed=True, actor=town.verifier, at=day(12))
    assert problem(number).state == "in_work"  # the pump holds, the pipe is not laid
    town.done(tasks[1])
    actions.verify(task=tasks[1], passed=True, actor=town.verifier, at=day(13))
    assert problem(number).state == "accepted"
    assert Result.objects.filter(passed=True).count() == 2


def test_who_has_ever_finished_a_task_does_not_verify_it_from_another_house(town: Town) -> None:
    """Neither after a colleague finished it again, nor after moving to the verifiers."""
    _, tasks = town.planned()
    town.done(tasks[0])
    actions.verify(task=tasks[0], passed=False, words="Leaks", actor=town.verifier, at=day(12))
    moved, town.officer = town.officer.person_id, make.actor("officer", at="drains")
    town.done(tasks[0], at=day(14))
    person = Person.objects.get(pk=moved)
    person.memberships.update(role="verifier", organisation=make.organisation("government"))
    with pytest.raises(NotAllowed, match="has_finished"):
        actions.verify(task=tasks[0], passed=True, actor=actor_of(person), at=day(15))
    actions.verify(task=tasks[0], passed=True, actor=town.verifier, at=day(15))


def test_two_verifiers_at_once_give_one_result(town: Town) -> None:
    """The second reads that the task is passed."""
    town.accepted()
    with pytest.raises(Refused) as refused:
        actions.verify(task="T-2016-0001", passed=False, words="No", actor=town.verifier, at=day(13))
    assert refused.value.code == "stands_already"


def test_a_flood_prone_place_is_struck_off_only_once_rain_has_tested_it(town: Town) -> None:
    """Dry weather and weak rain prove nothing; a storm with reports from the place is a failure."""
    number = town.accepted()
    for n, peak in [(20, 12.0), (30, 35.0)]:
        if peak > 30:
            make.report(lon=A[0], lat=A[1], received_at=day(n) + dt.timedelta(hours=1), at=day(n + 1))
            make.report(lon=119.97, lat=31.75, received_at=day(n) + dt.timedelta(hours=1), at=day(n + 1))
        town.storm(n, peak=peak)
        with pytest.raises(Refused) as refused:
            actions.strike_off(problem=number, actor=town.supervisor, at=day(n + 2))
        assert refused.value.code == "not_rain_tested"
    town.storm(40, peak=45)
    actions.strike_off(problem=number, actor=town.supervisor, at=day(42))
    assert (problem(number).state, problem(number).due_on) == ("struck_off", None)


def test_a_problem_under_supervision_leaves_the_list_by_its_superiors_paper(town: Town) -> None:
    """Without the delisting number it stays."""
    number = town.accepted()
    one = problem(number)
    one.supervision_level = "province"
    one.save()
    town.storm(40, peak=45)
    with pytest.raises(Refused) as refused:
        actions.strike_off(problem=number, actor=town.supervisor, at=day(42))
    assert refused.value.code == "delisting_number_missing"
    actions.strike_off(problem=number, reference="苏治〔2016〕3号", actor=town.supervisor, at=day(42))


def test_an_extension_is_granted_before_the_deadline_with_a_reason_and_not_to_oneself(town: Town) -> None:
    """A late task is late, not extended."""
    _, tasks = town.planned()
    told = {"task": tasks[0], "due_on": dt.date(2016, 3, 31), "reason": "Frost", "at": day(20)}
    with pytest.raises(NotAllowed):
        actions.extend(actor=make.actor("supervisor", at="drains"), **told)
    with pytest.raises(Refused) as refused:
        actions.extend(actor=town.supervisor, **(told | {"due_on": dt.date(2016, 2, 1)}))
    assert refused.value.code == "deadline_not_later"
    actions.extend(actor=town.supervisor, **told)
    assert (str(task(tasks[0]).due_on), str(task(tasks[0]).first_due_on)) == ("2016-03-31", "2016-02-15")
    with pytest.raises(Refused) as refused:
        actions.extend(actor=town.supervisor, **(told | {"at": day(90), "due_on": dt.date(2016, 5, 31)}))
    assert refused.value.code == "deadline_passed"


def test_a_numbered_list_keeps_the_deadlines_of_its_day(town: Town) -> None:
    """A later extension does not rewrite the list."""
    _, tasks = town.planned("interim", "permanent")
    told = actions.issue_list(tasks=tasks, kind="督办", due_on=dt.date(2016, 3, 1), actor=town.supervisor, at=day(5))
    assert told == {"list": "L-2016-001", "items": 2}
    with pytest.raises(NotAllowed):
        actions.issue_list(tasks=["T-1"], kind="督办", due_on=dt.date(2016, 3, 1), actor=town.supervisor, at=day(5))


def test_the_ladder_climbs_a_step_a_day_and_does_nothing_twice(town: Town) -> None:
    """Reminded, supervised, called to an interview; run again at once it finds nothing to do."""
    town.planned()
    for n, step in [(31, "remind"), (34, "supervise"), (49, "interview")]:
        first = actions.escalate_overdue(actor=town.supervisor, at=day(n))
        assert first[step] == 1
        assert sum(actions.escalate_overdue(actor=town.supervisor, at=day(n)).values()) == 0
    assert {row.organisation.code for row in Escalation.objects.all() if row.organisation} == {"drains"}
    assert sum(actions.escalate_overdue(actor=town.supervisor, at=day(60)).values()) == 0


def test_nobody_is_supervised_who_was_not_reminded(town: Town) -> None:
    """Where the day of the reminder went by, as when works are sent back late, it comes late, and the rest after it."""
    town.planned()
    for n, step in [(40, "remind"), (41, "supervise"), (60, "interview")]:
        assert actions.escalate_overdue(actor=town.supervisor, at=day(n))[step] == 1
        assert sum(actions.escalate_overdue(actor=town.supervisor, at=day(n)).values()) == 0


def test_who_was_supervised_before_that_was_the_rule_is_reminded_no_more(town: Town) -> None:
    """What was done stands as it was, the page says that no reminder was given, and the interview follows."""
    _number, (task,) = town.planned()
    held = Task.objects.get(number=task)
    Escalation.objects.create(problem=held.problem, task=held, subject=task, due_on=held.due_on, step="supervise",
                              organisation=held.organisation, at=day(34))  # fmt: skip
    assert sum(actions.escalate_overdue(actor=town.supervisor, at=day(36)).values()) == 0
    with frozen(day(36)):
        page = make.browser(town.supervisor).get(f"/problems/?p={held.problem.number}&view=late").content.decode()
    assert "not given" in page
    assert actions.escalate_overdue(actor=town.supervisor, at=day(49))["interview"] == 1


def test_a_mended_place_that_fails_is_reopened_and_planned_anew(town: Town) -> None:
    """Works of before stay passed, and prove nothing for the new round."""
    number = town.struck_off()
    actions.reopen(problem=number, reason="It stood under water", actor=town.supervisor, at=day(60))
    assert (problem(number).state, problem(number).reopened) == ("reopened", 1)
    (interim,) = town.plan(number, "interim", at=day(61))
    town.done(interim, at=day(62))
    actions.verify(task=interim, passed=True, actor=town.verifier, at=day(63))
    assert problem(number).state == "in_work"
    assert problem(number).due_on is not None


def test_the_lead_does_not_verify_what_it_has_done_by_others(town: Town) -> None:
    """Work handed to a supporting house stays the lead's matter: its verifier is refused, its supervisor too."""
    number = town.assigned(supporting=["west-office"])
    actions.sign_for(problems=[number], actor=town.officer, at=day(1))
    (name,) = town.plan(number, "permanent", organisation="west-office")
    west = make.actor("officer", at="west-office")
    actions.add_evidence(task=name, words="Pipe laid", actor=west, at=day(5))
    actions.finish_task(task=name, actor=west, at=day(5))
    for house in ("drains", "west-office"):
        with pytest.raises(NotAllowed, match="took_part"):
            actions.verify(task=name, passed=True, actor=make.actor("verifier", at=house), at=day(6))
    actions.verify(task=name, passed=True, actor=town.verifier, at=day(6))
    town.storm(40, peak=45)
    for house in ("drains", "west-office"):
        with pytest.raises(NotAllowed, match="took_part"):
            actions.strike_off(problem=number, actor=make.actor("supervisor", at=house), at=day(42))


def test_refused_works_are_done_again_only_with_new_proof_of_the_doer(town: Town) -> None:
    """Neither the proof of before nor the verifier's own photo counts."""
    _, tasks = town.planned()
    town.done(tasks[0])
    actions.verify(task=tasks[0], passed=False, words="Leaks", actor=town.verifier, at=day(12))
    actions.add_evidence(task=tasks[0], photo=make.photo(), actor=town.verifier, at=day(12))
    with pytest.raises(Refused) as refused:
        actions.finish_task(task=tasks[0], actor=town.officer, at=day(13))
    assert refused.value.code == "evidence_missing"
    town.done(tasks[0], at=day(14))
    assert task(tasks[0]).state == "works_done"


def test_what_has_passed_takes_no_more_evidence_and_comes_back_only_with_a_reason(town: Town) -> None:
    """The record of a result is closed; whoever reopens says what failed."""
    number = town.accepted()
    with pytest.raises(Refused) as refused:
        actions.add_evidence(task="T-2016-0001", words="One more", actor=town.officer, at=day(13))
    assert refused.value.code == "works_have_passed"
    with pytest.raises(Refused) as refused:
        actions.reopen(problem=number, reason=" ", actor=town.supervisor, at=day(20))
    assert refused.value.code == "failure_missing"
    assert problem(number).state == "accepted"
