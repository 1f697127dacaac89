"""Every state of problems and tasks, every role, every move: a page offers exactly what the verb takes."""

from __future__ import annotations

import datetime as dt

import pytest

from anlan.core.models import Organisation
from anlan.core.people.actors import PUBLIC, Actor, system
from anlan.core.people.roles import Role
from anlan.core.time.deadlines import shipped
from anlan.prevention import actions
from anlan.prevention.models import ExtensionRequest, Problem, Task
from anlan.prevention.moves import EXTENSIONS, PROBLEMS, TASKS, clock_of, turn
from anlan.prevention.offers.tasks import STEPS
from anlan.prevention.states import ProblemState, RequestState, TaskState
from tests import make
from tests.make.problems import Town, day
from tests.make.workflow import compared, gaps, refused

LEAD, DOER, OTHER, POLICE = "drains", "west-office", "government", "police"
AT = day(60)
ASKED = {
    "instruct": {"reference": "13", "on": dt.date(2016, 1, 13), "lead": OTHER},
    "return": {"reason": "Not ours"},
    "arbitrate": {"lead": DOER, "reason": "By the list of duties"},
    "plan_tasks": {"kind": "permanent", "title": "Pipe", "responsible": "Head of works", "criterion": "Laid",
                   "due_on": dt.date(2016, 5, 31)},
    "strike_off": {"reference": "3"},
    "reopen": {"reason": "Water stood"},
    "verify": {"passed": True},
}  # fmt: skip
SITUATIONS = [*((state, "") for state in ProblemState), ("assigned", "by arbiter"), ("assigned", "closed"),
              ("signed", "closed"), ("accepted", "untested")]  # fmt: skip


def people() -> dict[str, Actor]:
    """Return somebody of every role: of the lead, of a doer, of neither, of the police; a passer-by; Anlan itself.

    Those whose house matters also of no organisation and of two.
    """
    make.organisation(POLICE, kind="police")
    houses = {"officer": (LEAD, DOER, OTHER), "supervisor": (LEAD, DOER, OTHER, POLICE), "leader": (LEAD, OTHER),
              "verifier": (LEAD, DOER, OTHER), "analyst": (OTHER, LEAD)}  # fmt: skip
    found = {f"{role} of {at}": make.actor(role, at=at) for role in Role for at in houses.get(role, (OTHER,))}
    two = frozenset(make.organisation(code).pk for code in (OTHER, "control"))
    for role in houses:
        for held, of in ((frozenset[int](), "none"), (two, "two")):
            found[f"{role} of {of}"] = Actor(f"person:{role}-{of}", frozenset({role}), organisation_ids=held)
    return found | {"passer-by": PUBLIC, "system": system("test")}


def standing(town: Town, state: str, but: str = "") -> str:
    """Walk a problem with a lead and a supporting doer to a state; return its number."""
    if state == "raised":
        return town.raised(1)[0]
    number, me = town.assigned(supporting=[DOER]), system("test")
    if state in {"returned", "disputed"} or but == "by arbiter":
        actions.return_problem(problem=number, reason="no", actor=me, at=day(1))
        if state != "returned":
            town.instruct(number, supporting=[DOER], at=day(2))
            actions.return_problem(problem=number, reason="no", actor=me, at=day(3))
        if but == "by arbiter":
            actions.arbitrate(problem=number, lead=LEAD, reason="yes", actor=me, at=day(3))
    elif state != "assigned":
        _worked(town, number, state)
    if state == "accepted" and but != "untested":
        town.storm(40, peak=45)
    if but == "closed":
        Organisation.objects.filter(code=LEAD).update(active=False)
    return number


def _worked(town: Town, number: str, state: str) -> None:
    """Go on from assigned: signed, in work, accepted, struck off, reopened."""
    me = system("test")
    actions.sign_for(problems=[number], actor=me, at=day(4))
    if state == "signed":
        return
    (task,) = town.plan(number, "permanent", organisation=DOER, at=day(5))
    if state == "in_work":
        return
    actions.finish_tasks(rows=[{"task": task, "words": "laid"}], actor=me, at=day(6))
    actions.verify(task=task, passed=True, by=OTHER, actor=me, at=day(7))
    if state == "accepted":
        return
    town.storm(30, peak=45)
    actions.strike_off(problem=number, actor=me, at=day(35))
    if state == "reopened":
        actions.reopen(problem=number, reason="Water stood", actor=me, at=day(36))


@pytest.mark.parametrize(("state", "but"), SITUATIONS)
def test_a_problems_move_is_offered_exactly_where_its_verb_takes_it(town: Town, state: str, but: str) -> None:
    """By whoever looks, in every state, also with a closed lead, an arbiter's word, or no storm yet."""
    number, actors = standing(town, state, but), people()
    assert Problem.objects.get(number=number).state == state
    visible = {who: Problem.objects.visible_to(actor) for who, actor in actors.items()}
    cases, wrong = compared(PROBLEMS, number, visible, actors, ASKED, AT)
    assert (cases, wrong) == (len(actors) * 7, [])


@pytest.mark.parametrize(("state", "but"), [*((state, "") for state in TaskState), ("open", "bare"), ("open", "asked"),
                                            ("refused", "bare"), ("refused", "erased")])  # fmt: skip
def test_a_tasks_step_is_offered_exactly_where_its_verb_takes_it(town: Town, state: str, but: str) -> None:
    """Moves and acts: also to who finished it once and verifies now, with the doer closed, without proof, or late."""
    number, me = town.assigned(supporting=[DOER]), system("test")
    actors = people()
    actions.sign_for(problems=[number], actor=me, at=day(4))
    (task,) = town.plan(number, "permanent", organisation=DOER, at=day(5))
    doer = actors[f"officer of {DOER}"]
    if state != "open" or but != "bare":
        actions.add_evidence(task=task, words="laid", actor=doer, at=day(6))
    if but == "asked":
        actions.ask_extension(task=task, due_on=dt.date(2016, 3, 1), reason="Frost", actor=doer, at=day(6))
    if state != "open":
        actions.finish_task(task=task, actor=doer, at=day(6))
    if state in {"passed", "refused"}:
        actions.verify(task=task, passed=state == "passed", words="leaks", by=OTHER, actor=me, at=day(7))
    if state == "refused" and but != "bare":
        piece = actions.add_evidence(task=task, words="mended", actor=doer, at=day(8))["evidence"]
        if but == "erased":
            actions.erase_evidence(task=task, evidence=piece, reason="mistake", actor=me, at=day(8))
    verifier = actors[f"verifier of {OTHER}"]
    actors["doer who moved"] = Actor(doer.name, verifier.roles, doer.person_id, None, verifier.organisation_ids)
    later = {"due_on": dt.date(2016, 12, 30), "reason": "Frost"}
    asked = {"verify": {"passed": True}, "add_evidence": {"words": "Pipe laid"}, "ask_extension": later,
             "extend": later, "refuse_extension": {"reason": "No"}}  # fmt: skip
    for closed, at in ((False, day(9)), (False, AT), (True, day(9))):
        Organisation.objects.filter(code=DOER).update(active=not closed)
        visible = {
            who: Task.objects.filter(problem__in=Problem.objects.visible_to(actor)) for who, actor in actors.items()
        }
        people_only = {who: actor for who, actor in actors.items() if not actor.is_system}
        cases, wrong = compared(TASKS, task, visible, people_only, asked, at, STEPS)
        assert (cases, wrong) == (len(people_only) * 6, [])
    by = {"passed": False, "words": "leaks", "by": OTHER}
    assert bool(refused(TASKS, "verify", task, by, me, AT)) == (state != "works_done")


@pytest.mark.parametrize("state", RequestState)
def test_an_extensions_move_is_offered_exactly_where_its_verb_takes_it(town: Town, state: str) -> None:
    """Asked in time and answered late, never by the doer's own house; what is answered is answered once."""
    number, me = town.assigned(supporting=[DOER]), system("test")
    actors = people()
    actions.sign_for(problems=[number], actor=me, at=day(4))
    (task,) = town.plan(number, "permanent", organisation=DOER, at=day(5))
    asked_for = {"task": task, "due_on": dt.date(2016, 3, 1), "reason": "Frost", "actor": me}
    request = actions.ask_extension(**asked_for, at=day(6))["request"]
    if state == "granted":
        actions.extend(**asked_for, at=day(7))
    elif state == "refused":
        actions.refuse_extension(task=task, reason="No", actor=me, at=day(7))
    elif state == "withdrawn":
        actions.finish_tasks(rows=[{"task": task, "words": "laid"}], actor=me, at=day(7))
    assert ExtensionRequest.objects.get().state == state
    visible = {
        who: ExtensionRequest.objects.filter(task__problem__in=Problem.objects.visible_to(actor))
        for who, actor in actors.items()
    }
    asked = {"extend": {"due_on": dt.date(2016, 12, 30), "reason": "Frost"}, "refuse_extension": {"reason": "No"}}
    cases, wrong = compared(EXTENSIONS, request, visible, actors, asked, AT)
    assert (cases, wrong) == (len(actors) * 2, [])


def test_the_tables_are_whole() -> None:
    """Every state is reached, left, waits for somebody and has a clock; every step has a door and words."""
    assert gaps(PROBLEMS, "raised", {"struck_off"}) == []
    assert gaps(TASKS, "open", {"passed"}) == []
    assert gaps(EXTENSIONS, "asked", {"granted", "refused", "withdrawn"}) == []
    clocks = {clock_of("problem", state) for state in ProblemState if state != "struck_off"}
    clocks |= {clock_of("task", state) for state in TaskState if state != "passed"}
    others = {"extension_asked", "ladder_answer", "first_look", "call_back", "reporter_objects"}
    assert clocks | others == shipped().keys()


def test_a_task_ends_only_by_being_passed() -> None:
    """A refused task goes back to its doer; nothing but a verifier's word ends it."""
    assert not [move.name for move in TASKS.moves if "passed" in move.source]
    assert {move.name for move in TASKS.moves if "passed" in move.to} == {"verify"}


def test_a_closed_organisation_leaves_its_turn_to_the_supervisor() -> None:
    """Nothing waits for somebody who is gone."""
    assert turn("assigned", True) == "lead"
    assert turn("assigned", False) == "supervisor"


def test_the_page_does_not_offer_what_the_verbs_refuse(town: Town) -> None:
    """A supervisor of a doer strikes nothing off, and police instruct nobody: neither finds the button."""
    number = standing(town, "accepted")
    own = make.browser(make.actor("supervisor", at=DOER))
    assert "/strike_off" not in own.get(f"/problems/?p={number}").content.decode()
    assert "/strike_off" in make.browser(town.supervisor).get(f"/problems/?p={number}").content.decode()
