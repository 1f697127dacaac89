"""Behind each deadline of problems, tasks and extensions runs a clock of the city, and says the same day."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator

from anlan.core.city.current import city_zone
from anlan.core.models import ClockRule, ClockRun, Holiday, LedgerEntry
from anlan.core.people.actors import system
from anlan.core.time.clock_report import clock_report
from anlan.core.time.rules import last_day
from anlan.prevention import actions
from anlan.prevention.models import Escalation, ExtensionRequest, Problem, Task
from tests.make.problems import JAN, Town, day, problem, task

ME = system("test")
Waits = tuple[str, str, dt.date, str | None]


def waiting() -> Iterator[Waits]:
    """Yield what the pages sort by: which clock should run on what, up to which day, and whose it is."""
    for found in Problem.objects.open().select_related("lead"):
        if found.state != "in_work" or not found.tasks.exclude(state="passed").exists():
            assert found.due_on
            leads = (
                found.lead.code if found.lead and found.state in {"assigned", "signed", "in_work", "reopened"} else None
            )
            yield f"problem:{found.number}", f"problem_{found.state}", found.due_on, leads
    for works in Task.objects.exclude(state="passed").select_related("organisation"):
        doing = works.state != "works_done"
        until = works.due_on if doing else works.verify_by
        assert until
        yield f"task:{works.number}", f"task_{works.state}", until, works.organisation.code if doing else None
    for request in ExtensionRequest.objects.waiting():
        yield f"extension:{request.number}", "extension_asked", request.answer_by, None


def running() -> list[Waits]:
    """Return which clocks run."""
    runs = ClockRun.objects.running().select_related("rule", "organisation")
    return sorted((run.subject, run.rule.code, last_day(run.due_at, city_zone()),
                   run.organisation.code if run.organisation else None) for run in runs)  # fmt: skip


def test_every_step_leaves_the_clocks_that_pages_sort_by(town: Town) -> None:
    """Raised, instructed, returned, decided, signed, planned, asked, extended, done, refused, passed, struck off."""
    number = town.disputed()
    assert running() == sorted(waiting())
    actions.arbitrate(problem=number, lead="west-office", reason="By the list", actor=town.leader, at=day(4))
    town.instruct(number, supporting=["west-office"], at=day(5))
    actions.sign_for(problems=[number], actor=town.officer, at=day(6))
    assert running() == sorted(waiting())
    interim, pipe = town.plan(number, "interim", "permanent", at=day(7))
    actions.ask_extension(task=pipe, due_on=dt.date(2016, 3, 31), reason="Frost", actor=town.officer, at=day(8))
    assert [rule for _, rule, _, _ in running()] == ["extension_asked", "task_open", "task_open"]
    actions.extend(task=pipe, due_on=dt.date(2016, 3, 31), reason="Frost", actor=town.supervisor, at=day(9))
    assert running() == sorted(waiting())
    actions.ask_extension(task=pipe, due_on=dt.date(2016, 4, 29), reason="Frost", actor=town.officer, at=day(10))
    actions.refuse_extension(task=pipe, reason="No", actor=town.supervisor, at=day(11))
    town.done(interim, at=day(12))
    assert running() == sorted(waiting())
    actions.verify(task=interim, passed=False, words="Leaks", actor=town.verifier, at=day(70))  # after its deadline
    assert running() == sorted(waiting())
    town.done(interim, at=day(71))
    actions.verify(task=interim, passed=True, actor=town.verifier, at=day(72))
    town.done(pipe, at=day(73))
    actions.verify(task=pipe, passed=True, actor=town.verifier, at=day(74))
    assert running() == sorted(waiting()) == [(f"problem:{number}", "problem_accepted", problem(number).due_on, None)]
    town.storm(80, peak=45)
    actions.strike_off(problem=number, actor=town.supervisor, at=day(90))
    assert running() == []
    actions.reopen(problem=number, reason="Water stood", actor=town.supervisor, at=day(91))
    assert running() == sorted(waiting())


def test_works_that_hold_only_for_a_season_leave_the_problem_to_be_planned_further(town: Town) -> None:
    """Nothing of it waits any more, so a clock of its own runs until more is planned."""
    number, (interim,) = town.planned("interim")
    town.done(interim)
    actions.verify(task=interim, passed=True, actor=town.verifier, at=day(12))
    assert running() == [(f"problem:{number}", "problem_in_work", problem(number).due_on, "drains")]
    town.plan(number, "permanent", at=day(13))
    assert [rule for _, rule, _, _ in running()] == ["task_open"]


def test_many_at_once_are_the_same_runs_as_one_by_one(town: Town) -> None:
    """Begun, ended and due at the same moments, also where each row has its own."""

    def lived(single: bool) -> list[tuple[object, ...]]:
        known = set(ClockRun.objects.values_list("pk", flat=True))
        raised = {"title": "Round", "addressee": "government", "actor": ME, "at": JAN}
        numbers = actions.raise_problems(others=[{"origin": "hazard", "title": "Shaft"}] * 2, **raised)["problems"]
        groups = [[number] for number in numbers] if single else [numbers]
        for some in groups:
            actions.instruct(problems=some, reference="12", on=JAN.date(), lead="drains", actor=ME, at=day(1))
            actions.sign_for(problems=some, actor=ME, at=day(2))
        done = []
        for some in groups:
            row = {"kind": "permanent", "title": "Pipe", "responsible": "Works", "criterion": "Laid"}
            rows = [row | {"problem": number, "due_on": dt.date(2016, 3, 1)} for number in some]
            done += actions.plan_tasks(tasks=rows, actor=ME, at=day(3))["tasks"]
        rows = [{"task": works, "words": "Laid", "at": day(4 + n)} for n, works in enumerate(done)]
        for some_rows in [[row] for row in rows] if single else [rows]:
            actions.finish_tasks(rows=some_rows, actor=ME, at=day(6))
        looked = [{"task": works, "passed": n == 0, "words": "Leaks", "at": day(7 + n)} for n, works in enumerate(done)]
        for some_rows in [[row] for row in looked] if single else [looked]:
            actions.verify_tasks(rows=some_rows, by="government", actor=ME, at=day(9))
        names = {f"problem:{number}": n for n, number in enumerate(numbers)}
        names |= {f"task:{works}": n for n, works in enumerate(done)}
        runs = ClockRun.objects.exclude(pk__in=known).select_related("rule")
        return sorted((run.rule.code, names[run.subject], run.started_at, run.due_at, str(run.stopped_at),
                       str(run.organisation_id)) for run in runs)  # fmt: skip

    assert lived(single=True) == lived(single=False)


def test_a_city_sets_its_own_days_and_its_own_ladder(town: Town) -> None:
    """The next problem goes by them: column, entry, run and the steps that come; what runs keeps its day."""
    before = problem(town.raised(1)[0])
    ClockRule.objects.filter(code="problem_raised").update(target_s=2 * 86_400, counting="days", ladder="supervise:+5d")
    Holiday.objects.create(date=dt.date(2016, 1, 15), kind="holiday", name="Day of the city")
    number = town.raised(2)[0]
    assert problem(number).due_on == dt.date(2016, 1, 18)  # the second day is no working day, nor are the two after it
    assert str(before.due_on) == "2016-01-27"
    assert (f"problem:{number}", "problem_raised", dt.date(2016, 1, 18), None) in running()
    for n in (9, 10):
        actions.escalate_overdue(actor=town.supervisor, at=day(n))
    assert list(Escalation.objects.filter(subject=number).values_list("step", flat=True)) == ["supervise"]
    ClockRule.objects.filter(code="problem_assigned").update(target_s=86_400)
    town.instruct(number, at=day(11))
    sent = LedgerEntry.objects.filter(kind="prevention.problem_assigned").latest("pk")
    assert json.loads(sent.payload)["due_on"] == str(problem(number).due_on) == "2016-01-25"


def test_a_city_whose_folder_says_nothing_goes_by_what_is_shipped(town: Town) -> None:
    """Also before any rule is stored, and where an operator switched a clock off: then none runs, and days hold."""
    ClockRule.objects.all().delete()
    number = town.raised(1)[0]
    assert running() == [(f"problem:{number}", "problem_raised", dt.date(2016, 1, 27), None)]
    ClockRule.objects.filter(code="problem_assigned").update(active=False)
    ClockRule.objects.create(code="problem_assigned", name="签", name_en="Sign", target_s=86_400, counting="working",
                             active=False)  # fmt: skip
    town.instruct(number, at=day(1))
    assert (running(), problem(number).due_on) == ([], dt.date(2016, 1, 15))


def test_a_task_that_is_handed_on_is_the_new_leads(town: Town) -> None:
    """Its clock goes on, under another name."""
    number, (pipe,) = town.planned()
    town.instruct(number, lead="west-office", at=day(5))
    assert task(pipe).organisation.code == "west-office"
    assert running() == sorted(waiting())
    assert ClockRun.objects.filter(rule__code="task_open").count() == 1


def test_a_request_that_works_overtake_ends_its_clock(town: Town) -> None:
    """Nobody has to answer any more."""
    _, (pipe,) = town.planned()
    actions.ask_extension(task=pipe, due_on=dt.date(2016, 3, 31), reason="Frost", actor=town.officer, at=day(8))
    town.done(pipe, at=day(9))
    assert [rule for _, rule, _, _ in running()] == ["task_works_done"]


def test_the_report_of_clocks_tells_how_long_steps_took(town: Town) -> None:
    """Beside the targets of the city: in working days both, so that the nine hours of the day after it count."""
    town.signed()
    rows = {row["clock"]: row for row in clock_report(since=None, until=None)}
    assert (rows["problem_assigned"]["n"], rows["problem_assigned"]["median_s"]) == (1, 9 * 3600)
    assert (rows["problem_assigned"]["within_target"], rows["problem_signed"]["running"]) == (1.0, 1)
