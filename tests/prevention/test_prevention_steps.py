"""How a step is offered and refused: by its terms, in one order, on a page that still holds, in words that say why."""

from __future__ import annotations

import ast
import dataclasses
import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from anlan.core import ledger
from anlan.core.ledger import writes
from anlan.core.models import Organisation
from anlan.core.people.actors import NotAllowed, system
from anlan.core.people.members import actor_of
from anlan.core.refusals import Refused
from anlan.core.time.clock import frozen
from anlan.core.workflow import Workflow
from anlan.prevention import actions, views
from anlan.prevention.access import ERASES, READS
from anlan.prevention.forms.problems import DelistingForm
from anlan.prevention.models import Problem, Task
from anlan.prevention.moves import PROBLEMS, TASKS
from anlan.prevention.queries.histories import history_of
from tests import make
from tests.make.problems import Town, day, problem, task
from tests.make.workflow import gaps


def handed_on(town: Town, *, by_an_earlier_version: bool = False) -> str:
    """Return a task that drains finished and a verifier refused, and that west-office finished after a new paper."""
    number, (name,) = town.planned()
    if by_an_earlier_version:
        done_before(town, name)
    else:
        town.done(name)
    actions.verify(task=name, passed=False, words="Leaks", actor=town.verifier, at=day(12))
    town.instruct(number, "west-office", at=day(13))
    west = make.actor("officer", at="west-office")
    actions.sign_for(problems=[number], actor=west, at=day(14))
    actions.add_evidence(task=name, words="Pipe laid anew", actor=west, at=day(15))
    actions.finish_task(task=name, actor=west, at=day(15))
    return name


def done_before(town: Town, name: str) -> None:
    """Leave what an earlier version left of works done: an entry that does not say by whom."""
    actions.add_evidence(task=name, words="Pipe laid", actor=town.officer, at=day(10))
    Task.objects.filter(number=name).update(state="works_done", finished_at=day(10), verify_by=dt.date(2016, 2, 5))
    payload = {"verify_by": "2016-02-05"}
    writes.perform(lambda: ledger.append("prevention.works_done", actor=town.officer, at=day(10),
                                         subject=f"task:{name}", payload=payload))  # fmt: skip


@pytest.mark.parametrize("by_an_earlier_version", [False, True])
def test_who_did_the_works_did_them_also_after_the_task_was_handed_on(town: Town, by_an_earlier_version: bool) -> None:
    """The history names each doer, and neither of them verifies or strikes off."""
    name = handed_on(town, by_an_earlier_version=by_an_earlier_version)
    done = [event.by for event in history_of(task(name)) if str(event.what) == "Works done"]
    names = {code: str(Organisation.objects.get(code=code).name_en) for code in ("west-office", "drains")}
    assert done == [names["west-office"], names["drains"]]
    for house in ("drains", "west-office"):
        with pytest.raises(NotAllowed, match="took_part"):
            actions.verify(task=name, passed=True, actor=make.actor("verifier", at=house), at=day(16))
        with pytest.raises(NotAllowed, match="took_part"):
            actions.verify(task=name, passed=True, by=house, actor=system("test"), at=day(16))
    actions.verify(task=name, passed=True, actor=town.verifier, at=day(16))
    town.storm(40, peak=45)
    number = task(name).problem.number
    with pytest.raises(NotAllowed, match="took_part"):
        actions.strike_off(problem=number, actor=make.actor("supervisor", at="drains"), at=day(50))
    actions.strike_off(problem=number, actor=town.supervisor, at=day(50))


def test_a_verifier_of_no_organisation_or_of_two_is_told_why(town: Town) -> None:
    """The form is not offered, since no result could name who verified."""
    _, (name,) = town.planned()
    town.done(name)
    person = make.person("verifier", at="government")
    person.memberships.create(organisation=make.organisation("control"), role="verifier")
    browser = make.browser(person)
    with frozen(day(11)):
        assert f"/tasks/{name}/verify" not in browser.get(f"/tasks/{name}/").content.decode()
        sent = browser.post(f"/tasks/{name}/verify", {"passed": "yes"})
    assert (sent.status_code, "belongs to one organisation" in sent.content.decode()) == (409, True)
    with pytest.raises(Refused) as refused:
        actions.verify(task=name, passed=True, actor=system("test"), at=day(11))
    assert (refused.value.code, refused.value.field) == ("verifier_missing", "by")


def test_police_are_not_offered_to_instruct_from_an_analysis_report(town: Town) -> None:
    """They report what fails and task nobody; sent all the same they read so."""
    number = town.raised(1)[0]
    make.organisation("police", kind="police")
    police, address = make.browser(make.actor("supervisor", at="police")), "/analyses/A-2016-001/"
    assert "Instruct those chosen" in make.browser(town.supervisor).get(address).content.decode()
    assert "Instruct those chosen" not in police.get(address).content.decode()
    paper = {"reference": "12", "on": "2016-01-13", "lead": "drains", "problems": number}
    with frozen(day(1)):
        sent = police.post(f"/problems/{number}/instruct", paper)
        assert (sent.status_code, "task nobody" in sent.content.decode()) == (409, True)
    assert problem(number).state == "raised"


def test_whose_it_is_comes_before_what_was_typed(town: Town) -> None:
    """Whose it is, a stale page, the state, the guard, then the words: also where all of them are wrong."""
    number, (name,) = town.planned()
    stranger, past = make.actor("analyst"), {"at": day(99), "actor": make.actor("analyst")}
    with pytest.raises(NotAllowed):
        actions.instruct(problems=[number], reference="", on=dt.date(2017, 1, 1), lead="nobody", **past)
    with pytest.raises(NotAllowed):
        actions.arbitrate(problem=number, lead="nobody", reason="", **past)
    for verb, typed in ((actions.ask_extension, {"due_on": dt.date(2016, 1, 1), "reason": ""}),
                        (actions.extend, {"due_on": dt.date(2016, 1, 1), "reason": ""}),
                        (actions.refuse_extension, {"reason": ""}), (actions.add_evidence, {"words": ""})):  # fmt: skip
        with pytest.raises(NotAllowed):
            verb(task=name, actor=stranger, at=day(99), **typed)
    with pytest.raises(Refused) as refused:
        actions.instruct(problems=[number], reference="", on=dt.date(2016, 1, 1), lead="nobody", seen="0",
                         actor=town.supervisor, at=day(9))  # fmt: skip
    assert refused.value.code == "step_taken_meanwhile"
    with pytest.raises(Refused) as refused:
        actions.arbitrate(problem=number, lead="nobody", reason="", actor=town.leader, at=day(9))
    assert refused.value.code == "stands_already"


def seen_on(browser: Any, address: str) -> str:
    """Return what a page keeps to notice a step that somebody else took."""
    return str(browser.get(address).content.decode().partition('name="seen" value="')[2].partition('"')[0])


def test_a_verdict_on_works_that_were_done_anew_is_told(town: Town) -> None:
    """The page showed the first works; meanwhile they were refused and done again."""
    _, (name,) = town.planned()
    town.done(name)
    browser = make.browser(town.verifier)
    with frozen(day(11)):
        kept = seen_on(browser, f"/tasks/{name}/")
    assert kept.startswith("2016-02-")
    actions.verify(task=name, passed=False, words="Leaks", actor=town.verifier, at=day(12))
    town.done(name, at=day(13))
    with frozen(day(14)):
        sent = browser.post(f"/tasks/{name}/verify", {"passed": "yes", "seen": kept})
        assert (sent.status_code, "meanwhile" in sent.content.decode()) == (409, True)
        assert task(name).state == "works_done"
        browser.post(f"/tasks/{name}/verify", {"passed": "yes", "seen": seen_on(browser, f"/tasks/{name}/")})
    assert task(name).state == "passed"


def test_signing_striking_off_and_reopening_notice_an_old_page(town: Town) -> None:
    """Each verb behind a door takes what its page showed."""
    number = town.accepted()
    town.storm(40, peak=45)
    for verb, who, typed in ((actions.strike_off, town.supervisor, {}),
                             (actions.reopen, town.supervisor, {"reason": "Water"})):  # fmt: skip
        with pytest.raises(Refused) as refused:
            verb(problem=number, seen="1", actor=who, at=day(50), **typed)
        assert refused.value.code == "step_taken_meanwhile"
    other = town.raised(2)[0]
    town.instruct(other)
    with pytest.raises(Refused) as refused:
        actions.sign_for(problems=[other], seen="0", actor=town.officer, at=day(1))
    assert refused.value.code == "step_taken_meanwhile"


def test_erased_evidence_proves_nothing_any_more(town: Town) -> None:
    """Before works are done: what nobody can look at is no proof; neither offered nor taken."""
    _, (name,) = town.planned()
    piece = actions.add_evidence(task=name, words="Laid", actor=town.officer, at=day(3))["evidence"]
    officer = make.browser(town.officer)
    assert f"/tasks/{name}/finish" in officer.get(f"/tasks/{name}/").content.decode()
    actions.erase_evidence(task=name, evidence=piece, reason="mistake", actor=town.supervisor, at=day(4))
    assert f"/tasks/{name}/finish" not in officer.get(f"/tasks/{name}/").content.decode()
    with pytest.raises(Refused) as refused:
        actions.finish_task(task=name, actor=town.officer, at=day(5))
    assert refused.value.code == "evidence_missing"


def test_whoever_erases_evidence_finds_the_page_with_it(town: Town) -> None:
    """An operator opens no task, so erases nothing of it."""
    assert set(ERASES) <= set(READS)
    _, (name,) = town.planned()
    piece = actions.add_evidence(task=name, words="Laid", actor=town.officer, at=day(3))["evidence"]
    operator = make.actor("operator")
    assert make.browser(operator).get(f"/tasks/{name}/").status_code == 403
    with pytest.raises(NotAllowed):
        actions.erase_evidence(task=name, evidence=piece, reason="asked", actor=operator, at=day(4))


@pytest.mark.parametrize(("wrong", "code"), [
    ({"rain_test_mm_h": -1}, "rain_test_out_of_range"), ({"rain_test_mm_h": 0}, "rain_test_out_of_range"),
    ({"rain_test_mm_h": float("nan")}, "rain_test_out_of_range"), ({"rain_test_mm_h": 501}, "rain_test_out_of_range"),
    ({"rain_test_mm_h": "30"}, "rain_test_out_of_range"), ({"supervision_level": "the whole world"}, "unknown_level"),
    ({"supervision_level": "x"}, "unknown_level"), ({"exit_criteria": "x" * 401}, "exit_criteria_too_long"),
])  # fmt: skip
def test_what_is_raised_fits_its_columns(town: Town, wrong: dict[str, Any], code: str) -> None:
    """A test that every storm is, or a level that is none, is refused and not stored."""
    others = [{"origin": "hazard", "title": "Open shaft", "title_en": "x" * 200} | wrong]
    raised = {"title": "Round", "addressee": "government", "actor": town.analyst, "at": day(0)}
    with pytest.raises(Refused) as refused:
        actions.raise_problems(others=others, **raised)
    assert (refused.value.code, refused.value.field) == (code, next(iter(wrong)))
    assert not Problem.objects.exists()


def test_the_rain_of_sites_and_the_level_of_an_instruction_have_bounds_too(town: Town) -> None:
    """The same words, wherever they are given."""
    with pytest.raises(Refused) as refused:
        actions.raise_problems(title="Ponding", addressee="government", study=town.study, sites=[1], rain_test_mm_h=-1,
                               actor=town.analyst, at=day(0))  # fmt: skip
    assert refused.value.code == "rain_test_out_of_range"
    number = town.raised(1)[0]
    with pytest.raises(Refused) as refused:
        town.instruct(number, supervision_level="the whole world")
    assert refused.value.code == "unknown_level"


def test_a_move_that_is_none_is_no_key_of_the_table() -> None:
    """A misspelt name is a KeyError with the name, not the silent end of some loop."""
    with pytest.raises(KeyError, match="instrcut"):
        PROBLEMS["instrcut"]


def test_a_form_that_its_verb_does_not_take_would_be_seen() -> None:
    """The check of the tables is not blind: neither for a field too many nor for one that is missing."""
    verify = dataclasses.replace(TASKS["verify"], form=DelistingForm)
    other: Workflow[Task] = dataclasses.replace(TASKS, moves=(verify, TASKS["finish"]), doors=TASKS.doors)
    found = [gap for gap in gaps(other, "open", {"passed"}) if gap.startswith("verify")]
    assert len(found) == 1
    assert "argument" in found[0]


def test_no_view_names_a_role() -> None:
    """Whose a move is stands in its table, and what other roles are for in access.py."""
    sources = {path.name: path.read_text(encoding="utf-8") for path in Path(views.__file__).parent.glob("*.py")}
    assert len(sources) > 5
    named = {name for name, text in sources.items() for node in ast.walk(ast.parse(text))
             if isinstance(node, ast.Name) and node.id == "Role"}  # fmt: skip
    assert not named


def test_who_said_that_works_were_done_reads_why_they_do_not_verify(town: Town) -> None:
    """The words of the code, where there are any; else whose the step is."""
    _, (name,) = town.planned()
    verifier = make.person("officer", at="drains")
    doer, town.officer = town.officer, actor_of(verifier)
    town.done(name)
    verifier.memberships.update(role="verifier", organisation=make.organisation("government"))
    with frozen(day(11)):
        sent = make.browser(verifier).post(f"/tasks/{name}/verify", {"passed": "yes"})
        assert "You have said of these works" in sent.content.decode()
        sent = make.browser(doer).post(f"/tasks/{name}/verify", {"passed": "yes"})
        assert "somebody else does" in sent.content.decode()
