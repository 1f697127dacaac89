"""Problems, tasks and lists in the reader's language: names and labels that pages share, and why a step was refused."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import gettext_noop as noop
from django.utils.translation import ngettext, pgettext_lazy

from anlan.core import labels, refusals
from anlan.core.models import AreaVersion, Organisation
from anlan.core.time import vocabulary
from anlan.core.words import area_label, in_chinese
from anlan.prevention.models import Problem
from anlan.prevention.states import ProblemState, RequestState, TaskState

refusals.words({
    "words_too_long": noop("Write at most 200 characters."),
    "organisation_unknown": noop("There is no organisation '%(code)s'."),
    "organisation_closed": noop("%(name)s is closed; choose the organisation that took over."),
    # raised
    "silent_areas_missing": noop("Keep %(n)d of these places for silent areas, or write why there are none."),
    "sites_raised_already": noop("Every site chosen has a problem already; choose others."),
    "study_not_adopted": noop("Sites are raised from an adopted study; adopt it first."),
    "site_not_in_study": noop("The study has no site %(sites)s."),
    "unknown_origin": noop("A problem needs a known origin; a site is chosen from its study."),
    "rain_test_out_of_range": noop("The rain that tests works lies above 0 and up to %(most)g mm/h."),
    "unknown_level": noop("There is no such level of supervision."),
    "exit_criteria_too_long": noop("Write at most 400 characters of exit criteria."),
    "problem_title_missing": noop("Write what is to be put right."),
    "exit_criteria_missing": noop("A key area is listed with its exit criteria."),
    "area_unknown": noop("There is no area '%(code)s'."),
    # assigned
    "police_task_nobody": noop("The police report what fails and task nobody."),
    "instruction_number_missing": noop("Write the number of the government's instruction."),
    "instruction_date_ahead": noop("The instruction's date has not come yet."),
    "supervision_level_missing": noop("Choose the superior who takes a key area off the list."),
    "return_reason_missing": noop("Write why it is returned, and who owns it if you know."),
    "arbitration_reason_missing": noop("Write why it is theirs."),
    # planned and done
    "task_incomplete": noop("A task needs kind, words, responsible post, deadline and criterion."),
    "unknown_task_kind": noop("A task is interim or permanent."),
    "not_its_doer": noop("Only the lead and supporting organisations do its tasks."),
    "deadline_in_past": noop("The deadline lies in the past."),
    "deadline_too_far": noop("The deadline lies more than ten years ahead."),
    "evidence_empty": noop("Choose a photo or write a line."),
    "works_have_passed": noop("The works have passed; what happens now is told of the problem."),
    "evidence_missing": noop("Add evidence first: a photo, or a line that says what was done."),
    "moment_out_of_bounds": noop("A row tells of a moment before it can have been done, or after the whole is told."),
    # extended
    "extension_asked_already": noop("A later deadline is asked for already; wait for the answer."),
    "extension_not_asked": noop("No later deadline is asked for; look at the task again."),
    "extension_answered": noop("Somebody answered what was asked meanwhile. Look at the task again."),
    "extension_reason_missing": noop("Write why it takes longer."),
    "refusal_reason_missing": noop("Write why it is refused."),
    "nothing_to_extend": noop("The works are done; there is nothing to extend."),
    "deadline_moved": noop("The deadline was moved to %(day)s meanwhile. Look, then send again."),
    "deadline_passed": noop("The deadline has passed; a late task is late, not extended."),
    "deadline_not_later": noop("The new deadline must be later than %(day)s."),
    # listed
    "issuer_missing": noop("Whoever issues a list belongs to one organisation; ask the operator."),
    "list_kind_missing": noop("Write what kind of list this is."),
    # verified, struck off, reopened
    "verifier_missing": noop("Whoever verifies belongs to one organisation; ask the operator."),
    "has_finished": noop("You have said of these works that they were done; somebody else verifies them."),
    "unmet_part_missing": noop("Write which part of the criterion is not met."),
    "delisting_number_missing": noop(
        "It is under a superior's supervision: write the number of the delisting paper."
    ),
    "not_rain_tested": noop("Works are done, but no storm of %(mm)g mm/h has tested them yet."),
    "failure_missing": noop("Write what failed."),
    # storms
    "storm_recorded_already": noop("This storm is recorded already, with other figures; correct it in the list."),
    "unknown_storm": noop("This storm is not recorded."),
    "storm_correction_missing": noop("Write what was wrong."),
    "storm_not_over": noop("A storm is recorded once it is over, with its end after its start."),
    "peak_out_of_range": noop("The peak lies between 0 and 500 mm/h."),
})  # fmt: skip
vocabulary.runs_between({
    "problem_raised": (ProblemState.RAISED.label, pgettext_lazy("a clock", "Instructed")),
    "problem_assigned": (ProblemState.ASSIGNED.label, pgettext_lazy("a clock", "Signed for")),
    "problem_returned": (ProblemState.RETURNED.label, pgettext_lazy("a clock", "Instructed again")),
    "problem_disputed": (ProblemState.DISPUTED.label, pgettext_lazy("a clock", "Arbitrated")),
    "problem_signed": (ProblemState.SIGNED.label, pgettext_lazy("a clock", "Planned")),
    "problem_in_work": (ProblemState.IN_WORK.label, pgettext_lazy("a clock", "Planned further")),
    "problem_accepted": (ProblemState.ACCEPTED.label, pgettext_lazy("a clock", "Tested by rain and struck off")),
    "problem_reopened": (ProblemState.REOPENED.label, pgettext_lazy("a clock", "Planned anew")),
    "task_open": (pgettext_lazy("a clock", "Planned"), TaskState.WORKS_DONE.label),
    "task_refused": (pgettext_lazy("a clock", "Refused at verification"), TaskState.WORKS_DONE.label),
    "task_works_done": (TaskState.WORKS_DONE.label, pgettext_lazy("a clock", "Verified")),
    "extension_asked": (RequestState.ASKED.label, pgettext_lazy("a clock", "Answered")),
})  # fmt: skip
vocabulary.gives_a_day({
    "ladder_answer": pgettext_lazy("a clock", "The day to answer by on papers of the ladder; nothing runs"),
})  # fmt: skip
labels.name_kinds({
    "prevention.analysis_sent": noop("Analysis report sent"),
    "prevention.escalated": noop("Step of the ladder taken"),
    "prevention.evidence_added": noop("Evidence added"),
    "prevention.evidence_erased": noop("Evidence erased"),
    "prevention.extension_asked": noop("Extension asked for"),
    "prevention.extension_refused": noop("Extension refused"),
    "prevention.list_issued": noop("Task list issued"),
    "prevention.photo_read": noop("Photo of works opened"),
    "prevention.problem_accepted": noop("Problem: all works passed"),
    "prevention.problem_arbitrated": noop("Problem: decided whose it is"),
    "prevention.problem_assigned": noop("Problem: lead instructed"),
    "prevention.problem_disputed": noop("Problem: returned twice"),
    "prevention.problem_planned": noop("Problem: task planned"),
    "prevention.problem_raised": noop("Problem raised"),
    "prevention.problem_reopened": noop("Problem reopened"),
    "prevention.problem_returned": noop("Problem returned"),
    "prevention.problem_signed_for": noop("Problem signed for"),
    "prevention.problem_struck_off": noop("Problem struck off"),
    "prevention.storm_corrected": noop("Storm corrected"),
    "prevention.storm_recorded": noop("Storm recorded"),
    "prevention.task_extended": noop("Task extended"),
    "prevention.task_handed_on": noop("Task handed on"),
    "prevention.task_planned": noop("Task planned"),
    "prevention.task_verified": noop("Works verified"),
    "prevention.works_done": noop("Works said to be done"),
})  # fmt: skip

RECORDS_STORMS = lazy("An analyst, a supervisor or the operator records storms, as they were measured.")
ISSUES_LISTS = lazy("A supervisor issues lists, of tasks that they may see.")
COMMA = pgettext_lazy("between parts of a sentence", ", ")

VIEWS: dict[str, Promise] = {  # the tabs of the inbox
    "open": lazy("Open"), "sign": lazy("To sign for"), "late": lazy("Late"), "asked": lazy("Extension asked"),
    "check": lazy("To verify"), "rain": lazy("Waiting for rain"), "back": lazy("Returned"), "done": lazy("Struck off"),
}  # fmt: skip
LEVELS: list[tuple[str, str | Promise]] = [
    ("", "—"),
    ("ministry", lazy("Ministry")),
    ("province", lazy("Province")),
    ("city", lazy("City")),
    ("district", lazy("District")),
]


def named(body: Organisation | AreaVersion | None) -> str:
    """Name an organisation or an area in the reader's language."""
    return area_label(body) if body else "—"


def by_whom(organisation: Organisation | None) -> str:
    """Name the organisation that did something; nothing where the row names none."""
    return named(organisation) if organisation else ""


def title_of(problem: Problem) -> str:
    """Return a problem's title in the reader's language where it was given in it."""
    return problem.title if in_chinese() else problem.title_en or problem.title


def reopened_words(problem: Problem) -> str:
    """Say how often a problem was reopened."""
    return ngettext("reopened once", "reopened %(n)s times", problem.reopened) % {"n": problem.reopened}


def turn_word(turn: str, problem: Problem) -> str:
    """Name who has the next step."""
    if turn == "lead" and problem.lead:
        return named(problem.lead)
    return {"arbiter": _("Arbiter"), "nobody": "—"}.get(turn, _("Supervisor"))


def level_word(level: str) -> Any:
    """Name the level that keeps a problem on its open list."""
    return dict(LEVELS).get(level, level)


def against(due_on: dt.date, today: dt.date) -> tuple[str, str]:
    """Return the mark and the words of a day's distance from its deadline."""
    left = (due_on - today).days
    if left < 0:
        return "late", ngettext("%(n)d day late", "%(n)d days late", -left) % {"n": -left}
    coming = ngettext("%(n)d day left", "%(n)d days left", left) % {"n": left}
    return "warn" if left <= 3 else "calm", coming if left else _("due today")


PAPERS: dict[str, Promise] = {  # of the steps of the ladder
    "remind": lazy("Reminder letter"), "supervise": lazy("Supervision order"), "interview": lazy("Interview notice"),
}  # fmt: skip
NUMBERS = {"LR": lazy("Reminder %(year)s/%(n)s"), "LS": lazy("Supervision %(year)s/%(n)s"),
           "LI": lazy("Interview %(year)s/%(n)s")}  # fmt: skip


def paper_number(number: str) -> str:
    """Write the number of a paper of the ladder, such as LS-2016-012, as the paper itself has it."""
    letters, year, n = number.split("-")
    return NUMBERS[letters] % {"year": year, "n": int(n)}


def only_words() -> list[tuple[str, str]]:
    """Return what the task list can be narrowed to, in words."""
    return [("waiting", _("Open")), ("late", _("Late")), ("asked", _("Extension asked")),
            ("extended", _("Extended")), ("check", _("To verify")), ("passed", _("Passed"))]  # fmt: skip
