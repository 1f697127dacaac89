"""From the analyst's report to somebody who answers for it."""

from __future__ import annotations

import datetime as dt

import pytest

from anlan.core.models import LedgerEntry, Organisation
from anlan.core.people.actors import NotAllowed
from anlan.core.refusals import Refused
from anlan.prevention import actions
from anlan.prevention.models import AnalysisReport, Problem
from tests import make
from tests.make.problems import Town, day, problem


def test_sites_of_an_adopted_study_become_problems_with_numbers(town: Town) -> None:
    """The report goes to the city government; each site is a problem once, flood-prone ones with a rain test."""
    assert town.raised() == ["P-2016-0001", "P-2016-0002"]
    one = problem("P-2016-0001")
    assert (one.title, one.rain_test_mm_h, str(one.due_on)) == ("人民路1号桥下", 30.0, "2016-01-27")
    assert AnalysisReport.objects.get().number == "A-2016-001"
    assert LedgerEntry.objects.filter(kind="prevention.problem_raised").count() == 2
    with pytest.raises(Refused) as refused:
        town.raised()
    assert refused.value.code == "sites_raised_already"


def test_other_origins_stand_beside_sites(town: Town) -> None:
    """Silent areas, key areas and hazards are problems as well; a key area is listed with its exit criteria."""
    told = {"title": "Second half-year", "addressee": "government", "actor": town.analyst, "at": day(0)}
    hazard = {"origin": "hazard", "title": "Open shaft"}
    actions.raise_problems(silent_areas=["west"], others=[hazard], **told)
    assert set(Problem.objects.values_list("origin", flat=True)) == {"silent_area", "hazard"}
    with pytest.raises(Refused) as refused:
        actions.raise_problems(others=[{"origin": "key_area", "title": "Station square"}], **told)
    assert refused.value.code == "exit_criteria_missing"


def test_the_government_instructs_and_the_lead_signs(town: Town) -> None:
    """The instruction's number and date are kept; the lead's officer signs, and each step has a deadline."""
    number = town.assigned(supporting=["west-office"])
    one = problem(number)
    assert (one.state, one.lead.code, one.instruction_ref) == ("assigned", "drains", "常政办〔2016〕12号")
    assert [helper.code for helper in one.supporting.all()] == ["west-office"]
    actions.sign_for(problems=[number], actor=town.officer, at=day(1))
    assert (problem(number).state, str(problem(number).due_on)) == ("signed", "2016-01-28")
    assert [move.verb for move in one.moves.all()] == ["instruct", "sign_for"]


def test_a_key_area_has_a_superior_who_takes_it_off(town: Town) -> None:
    """Without one it is not instructed; with one it leaves the list only by that superior's paper."""
    others = [{"origin": "key_area", "title": "Station square", "exit_criteria": "No obstruction for three months"}]
    told = {"title": "Key areas", "addressee": "government", "others": others, "actor": town.analyst, "at": day(0)}
    (number,) = actions.raise_problems(**told)["problems"]
    with pytest.raises(Refused) as refused:
        town.instruct(number)
    assert refused.value.code == "supervision_level_missing"
    assert refused.value.field == "supervision_level"
    town.instruct(number, supervision_level="province")
    assert (problem(number).state, problem(number).supervision_level) == ("assigned", "province")


def test_police_task_nobody(town: Town) -> None:
    """A supervisor of the police cannot instruct; without the government's number nobody can."""
    make.organisation("police", kind="police")
    number = town.raised(1)[0]
    with pytest.raises(NotAllowed, match="police_task_nobody"):
        town.instruct(number, actor=make.actor("supervisor", at="police"))
    with pytest.raises(Refused) as refused:
        town.instruct(number, reference=" ")
    assert refused.value.code == "instruction_number_missing"
    with pytest.raises(Refused) as refused:
        town.instruct(number, on=dt.date(2016, 2, 1))
    assert refused.value.code == "instruction_date_ahead"


def test_the_second_return_goes_to_the_arbiter_whose_word_stands(town: Town) -> None:
    """Returned with a reason, assigned anew, returned again: the arbiter decides and nobody returns it a third time."""
    number = town.assigned()
    with pytest.raises(Refused) as refused:
        actions.return_problem(problem=number, reason="", actor=town.officer, at=day(1))
    assert refused.value.code == "return_reason_missing"
    actions.return_problem(problem=number, reason="The road is the west office's", actor=town.officer, at=day(1))
    assert problem(number).state == "returned"
    town.instruct(number, at=day(2))
    actions.return_problem(problem=number, reason="Still theirs", actor=town.officer, at=day(3))
    assert problem(number).state == "disputed"
    actions.arbitrate(problem=number, lead="drains", reason="The gully is yours", actor=town.leader, at=day(4))
    assert problem(number).state == "assigned"
    with pytest.raises(Refused) as refused:
        actions.return_problem(problem=number, reason="No", actor=town.officer, at=day(5))
    assert refused.value.code == "arbiter_has_decided"


def test_an_officer_acts_on_their_own_organisations_problems_only(town: Town) -> None:
    """Another organisation's problem is neither seen nor signed for."""
    number = town.assigned()
    stranger = make.actor("officer", at="west-office")
    assert not Problem.objects.visible_to(stranger).exists()
    with pytest.raises(NotAllowed):
        actions.sign_for(problems=[number], actor=stranger, at=day(1))
    with pytest.raises(NotAllowed):
        actions.sign_for(problems=[number], actor=town.analyst, at=day(1))


def test_two_who_press_at_once_sign_once(town: Town) -> None:
    """The second reads that it is signed for; the same press sent twice gets the same answer."""
    number = town.assigned()
    told = {"problems": [number], "actor": town.officer, "at": day(1)}
    assert actions.sign_for(**told, key="k") == actions.sign_for(**told, key="k")
    with pytest.raises(Refused) as refused:
        actions.sign_for(problems=[number], actor=make.actor("officer", at="drains"), at=day(1))
    assert refused.value.code == "stands_already"


def test_a_closed_organisation_takes_no_work_and_its_work_is_handed_on(town: Town) -> None:
    """The supervisor instructs the successor, and the tasks go along."""
    number, tasks = town.planned("interim", "permanent")
    drains = problem(number).lead
    drains.active = False
    drains.save()
    with pytest.raises(Refused) as refused:
        actions.finish_task(task=tasks[0], actor=town.officer, at=day(3))
    assert refused.value.code == "organisation_closed"
    with pytest.raises(Refused) as refused:
        town.instruct(number, "drains", at=day(3))
    assert refused.value.code == "organisation_closed"
    town.instruct(number, "west-office", at=day(3))
    assert {task.organisation.code for task in problem(number).tasks.all()} == {"west-office"}


def test_an_officer_who_left_leaves_the_work_with_the_organisation(town: Town) -> None:
    """A colleague goes on where the officer stopped, since a post answers and no person."""
    number = town.signed()
    colleague = make.actor("officer", at="drains")
    town.officer = colleague
    assert town.plan(number, "permanent") == ["T-2016-0001"]


def test_a_new_lead_goes_on_where_the_work_stood(town: Town) -> None:
    """Until it signs its own clock runs; what passes meanwhile counts, and no second plan is asked for."""
    number, tasks = town.planned("interim", "permanent")
    town.done(tasks[0])
    town.instruct(number, "west-office", at=day(12))
    due_on = problem(number).due_on
    actions.verify(task=tasks[0], passed=True, actor=town.verifier, at=day(13))
    assert (problem(number).state, problem(number).due_on) == ("assigned", due_on)
    west = make.actor("officer", at="west-office")
    actions.sign_for(problems=[number], actor=west, at=day(14))
    assert (problem(number).state, str(problem(number).due_on)) == ("in_work", "2016-02-15")
    assert problem(number).moves.last().verb == "sign_for"
    actions.add_evidence(task=tasks[1], words="Pipe laid", actor=west, at=day(15))
    actions.finish_task(task=tasks[1], actor=west, at=day(15))
    town.instruct(number, "drains", at=day(16))
    actions.verify(task=tasks[1], passed=True, actor=town.verifier, at=day(17))
    actions.sign_for(problems=[number], actor=town.officer, at=day(18))
    assert (problem(number).state, problem(number).accepted_at) == ("accepted", day(18))


def test_a_closed_lead_neither_signs_nor_plans(town: Town) -> None:
    """The turn is the supervisor's, whoever of the closed house is still there; giving it back stays open to it."""
    number = town.assigned()
    Organisation.objects.filter(code="drains").update(active=False)
    with pytest.raises(Refused) as refused:
        actions.sign_for(problems=[number], actor=town.officer, at=day(1))
    assert refused.value.code == "organisation_closed"
    Organisation.objects.filter(code="drains").update(active=True)
    actions.sign_for(problems=[number], actor=town.officer, at=day(1))
    Organisation.objects.filter(code="drains").update(active=False)
    with pytest.raises(Refused) as refused:
        town.plan(number, "permanent")
    assert refused.value.code == "organisation_closed"
    actions.return_problem(problem=number, reason="We are closed", actor=town.officer, at=day(2))


def test_the_arbiter_is_no_party_and_speaks_of_one_lead(town: Town) -> None:
    """A leader of the house that returned it decides nothing; a lead that the arbiter never named may return it."""
    number = town.assigned()
    for n in (1, 3):
        actions.return_problem(problem=number, reason="Not ours", actor=town.officer, at=day(n))
        if n == 1:
            town.instruct(number, at=day(2))
    told = {"problem": number, "lead": "west-office", "reason": "By the list of duties", "at": day(4)}
    with pytest.raises(NotAllowed, match="took_part"):
        actions.arbitrate(actor=make.actor("leader", at="drains"), **told)
    actions.arbitrate(actor=town.leader, **told)
    town.instruct(number, "drains", at=day(5))
    actions.return_problem(problem=number, reason="The arbiter named another", actor=town.officer, at=day(6))
    assert problem(number).state == "disputed"
