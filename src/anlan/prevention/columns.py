"""What tables of prevention show of problems, tasks, results, issued lists and their lines."""

from __future__ import annotations

import operator
from collections.abc import Collection
from typing import Any, NamedTuple

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.core.pages import Column, Reader, Typed, drawn_by, labelled, picked
from anlan.core.web.addresses import href
from anlan.core.words import MISSING, area_label, day, typed
from anlan.prevention.models import Problem, Storm, TaskList
from anlan.prevention.queries.lists import Line
from anlan.prevention.queries.sources import StudySite
from anlan.prevention.queries.standings import Standing
from anlan.prevention.queries.tasks import Drawn
from anlan.prevention.spans import Part, Scale, Span
from anlan.prevention.words import PAPERS, named, paper_number, reopened_words, title_of


class Stood(NamedTuple):
    """A problem and how it stands."""

    problem: Problem
    stands: Standing


class Issued(NamedTuple):
    """A numbered list and what became of its tasks."""

    paper: TaskList
    tally: list[Part]


class Given(NamedTuple):
    """A line of an issued list with its days on the scale of the table."""

    line: Line
    span: Span
    scale: Scale


def stood(stands: Standing) -> SafeString:
    """Draw how something stands against its clock."""
    late = " tag" if stands.mark == "late" else ""
    return format_html('<span class="state {}{}">{}</span>', stands.mark, late, stands.words)


def item(row: Stood, reader: Reader) -> SafeString:
    """Draw a problem as a line of the inbox."""
    problem = row.problem
    return format_html(
        '<b>{}</b> {} <small>{} · {} · {}{}</small> <small class="num">{}</small>',
        typed(title_of(problem)), stood(row.stands), problem.number, origin_of(problem), problem.get_state_display(),
        f" · {reopened_words(problem)}" if problem.reopened else "",
        f"{problem.due_on:%m-%d}" if problem.due_on else MISSING,
    )  # fmt: skip


def problem_href(number: str) -> str:
    """Return the address of a problem, beside the list."""
    return f"{href('prevention:inbox')}?p={number}"


def origin_of(problem: Problem) -> str:
    """Say where a problem came from: a site by its number, else the origin."""
    return f"{_('Site')} {problem.site.code}" if problem.site else problem.get_origin_display()


def _task_state(drawn: Drawn) -> SafeString:
    if drawn.stands.mark == "done":
        return format_html('<span class="state done">{}</span>', drawn.task.get_state_display())
    return format_html("{} {}", drawn.task.get_state_display(), stood(drawn.stands))


def _fate(given: Given) -> SafeString:
    fate = format_html('<span class="state {}">{}</span>', given.line.mark, given.line.fate.label)
    task = given.line.item.task
    behind = given.line.fate == "open" and task.state != "open"
    return format_html("{}<br><small>{}</small>", fate, task.get_state_display()) if behind else fate


def _scale(rows: Any) -> SafeString:
    return drawn_by("prevention/tasks/_scale.html")(rows[0])


def task_href(number: str) -> str:
    """Return the address of a task."""
    return href("prevention:task", number)


SPANS = Column("", css="spans", draw=drawn_by("prevention/tasks/_span.html"), heading=_scale)
KIND = Column(_("Kind"), lambda drawn: drawn.task.get_kind_display())
DEADLINE = Column(_("Deadline"), lambda drawn: drawn.task.due_on, "num", draw=drawn_by("prevention/tasks/_due.html"),
                  sort="due_on")  # fmt: skip
STATE = Column(_("State"), lambda drawn: (drawn.task.get_state_display(), drawn.stands.words), draw=_task_state)
POST = Column(_("Post"), lambda drawn: Typed(drawn.task.responsible))
PROGRESS = [
    Column(_("Tasks passed"), css="n", draw=drawn_by("prevention/lists/_progress.html")),
    Column(_("Tasks passed"), lambda stood: stood.problem.passed, on_page=False),
    Column(_("Tasks planned"), lambda stood: stood.problem.planned, on_page=False),
]
PROBLEM_COLUMNS = [
    Column(_("Number"), lambda stood: stood.problem.number, "num nowrap", sort="number",
           link=lambda stood: problem_href(stood.problem.number)),
    Column(_("Problem"), lambda stood: Typed(title_of(stood.problem)), head=True),
    Column(_("Origin"), lambda stood: origin_of(stood.problem)),
    Column(_("Lead"), lambda stood: named(stood.problem.lead)),
    Column(_("State"), lambda stood: stood.problem.get_state_display()),
    *PROGRESS,
    Column(_("Next step"), sort="due_on",
           draw=lambda line: format_html('{} <small class="num">{}</small>', stood(line.stands),
                                         line.problem.due_on or "")),
    Column(_("Next step"), lambda stood: stood.stands.words, on_page=False),
    Column(_("Deadline"), lambda stood: stood.problem.due_on, on_page=False),
]  # fmt: skip
TASK_COLUMNS = [
    Column(_("Number"), lambda drawn: drawn.task.number, "num nowrap", link=lambda drawn: task_href(drawn.task.number),
           sort="number"),
    Column(_("Task"), lambda drawn: Typed(drawn.task.title), head=True,
           under=lambda drawn: (drawn.task.problem.number, Typed(drawn.task.criterion))),
    KIND,
    Column(_("Organisation"), lambda drawn: drawn.doer), POST, DEADLINE, SPANS, STATE,
]  # fmt: skip
TASKS_OF_ONE = [  # of a problem, or of a site
    Column(_("Task"), lambda drawn: Typed(drawn.task.title), head=True, link=lambda drawn: task_href(drawn.task.number),
           under=lambda drawn: (drawn.task.number, Typed(drawn.task.criterion))),
    KIND,
    Column(_("Organisation and post"), lambda drawn: (drawn.doer, Typed(drawn.task.responsible))), DEADLINE, SPANS,
    STATE,
]  # fmt: skip
RESULT_COLUMNS = [
    Column(_("Passed on"), lambda result: result.verified_at, "num nowrap", sort="verified_at"),
    Column(_("Task"), lambda result: Typed(result.task.title), head=True,
           link=lambda result: task_href(result.task.number),
           under=lambda result: (result.task.number, result.task.problem.number, Typed(result.task.criterion))),
    Column(_("Organisation"), lambda result: named(result.task.organisation)),
    Column(_("Verified by"), lambda result: named(result.by)),
    Column(_("Evidence"), lambda result: result.pieces, "n"),
    Column(_("Words"), lambda result: Typed(result.words)),
]  # fmt: skip
ISSUED_COLUMNS = [
    Column(_("Number"), lambda issued: issued.paper.number, "num nowrap", sort="number",
           link=lambda issued: href("prevention:issued", issued.paper.number)),
    Column(_("Kind of list"), lambda issued: Typed(issued.paper.kind), head=True),
    Column(_("Issued by"), lambda issued: named(issued.paper.issuer)),
    Column(_("Issued on"), lambda issued: issued.paper.issued_on, "num nowrap", sort="issued_on"),
    Column(_("Deadline"), lambda issued: issued.paper.due_on, "num nowrap", sort="due_on"),
    Column(_("Its tasks"), lambda issued: tuple(f"{part.words} {part.n}" for part in issued.tally if part.n), "tallies",
           draw=drawn_by("prevention/lists/_tally.html")),
]  # fmt: skip
LINE_COLUMNS = [
    Column("#", lambda given: given.line.item.line, "n"),
    Column(_("Task"), lambda given: Typed(given.line.item.task.title), head=True,
           link=lambda given: task_href(given.line.item.task.number),
           under=lambda given: (given.line.item.task.number, Typed(given.line.item.task.criterion))),
    Column(_("Organisation"), lambda given: named(given.line.item.task.organisation)),
    Column(_("Post"), lambda given: Typed(given.line.item.task.responsible)),
    Column(_("Deadline on the list"), lambda given: given.line.item.due_on, "num nowrap"),
    Column(_("Deadline now"), lambda given: given.line.item.task.due_on, "num nowrap",
           under=lambda given: Typed(given.line.why) if given.line.item.task.due_on != given.line.item.due_on else ""),
    SPANS,
    Column(_("State"), lambda given: given.line.fate.label, draw=_fate),
]  # fmt: skip


def chosen_tasks(chosen: Collection[str]) -> list[Column]:
    """Return the columns in which tasks of a new list are chosen."""
    number = operator.attrgetter("task.number")
    return [
        picked("tasks", number, chosen),
        labelled("tasks", number, _("Task"), lambda drawn: format_html(
            '{} <small>{} · {}</small>', typed(drawn.task.title), drawn.task.number, drawn.task.problem.number)),
        Column(_("Organisation"), lambda drawn: drawn.doer),
        Column(_("Deadline"), lambda drawn: drawn.task.due_on, "num nowrap"),
        Column(_("State"), draw=lambda drawn: stood(drawn.stands)),
    ]  # fmt: skip


def reported_problems(chosen: Collection[str] | None) -> list[Column]:
    """Return the columns of the problems of an analysis report, to be chosen from where somebody instructs."""
    number = operator.attrgetter("problem.number")
    named_by = labelled("problems", number, _("Problem"), lambda reported: format_html(
        "<small>{}</small> {}", reported.problem.site.code if reported.problem.site
        else reported.problem.get_origin_display(), typed(title_of(reported.problem))))  # fmt: skip
    return [
        *([picked("problems", number, chosen, lambda reported: reported.waits)] if chosen is not None else []),
        Column(_("Number"), number, "num nowrap", link=lambda reported: problem_href(reported.problem.number)),
        named_by,
        Column(_("Area"), lambda reported: tuple(area_label(area) for area in reported.areas)),
        Column(_("Reports"), lambda reported: reported.place and reported.place.reports, "n"),
        Column(_("Episodes"), lambda reported: reported.place and reported.place.episodes, "n"),
        Column(_("State"), lambda reported: reported.problem.get_state_display()),
        Column(_("Lead"), lambda reported: reported.lead),
    ]


ANNEX = [  # of an analysis report, as a file
    Column(_("Number"), lambda found: found.problem.number),
    Column(_("Site"), lambda found: found.problem.site.code if found.problem.site else ""),
    Column(_("Origin"), lambda found: found.problem.get_origin_display()),
    Column(_("Problem"), lambda found: Typed(title_of(found.problem))),
    Column(_("Area"), lambda found: tuple(area_label(area) for area in found.areas)),
    Column(_("Longitude"), lambda found: found.problem.lon), Column(_("Latitude"), lambda found: found.problem.lat),
    Column(_("Radius (m)"), lambda found: found.problem.radius_m),
    Column(_("Reports"), lambda found: found.place and found.place.reports),
    Column(_("Episodes"), lambda found: found.place and found.place.episodes),
    Column(_("First report"), lambda found: found.place and day(found.place.first_at)),
    Column(_("Last report"), lambda found: found.place and day(found.place.last_at)),
]  # fmt: skip
LADDER_COLUMNS = [
    Column(_("Number"), lambda step: step.number, "num nowrap", sort="number",
           link=lambda step: href("prevention:ladder_paper", step.number)),
    Column(_("Paper"), lambda step: PAPERS[step.step], under=lambda step: paper_number(step.number)),
    Column(pgettext_lazy("a paper", "To"), lambda step: named(step.organisation)),
    Column(_("About"), lambda step: Typed(step.task.title if step.task else title_of(step.problem)), head=True,
           link=lambda step: task_href(step.task.number) if step.task else problem_href(step.problem.number),
           under=lambda step: (step.subject, Typed(title_of(step.problem)) if step.task else "")),
    Column(_("Deadline"), lambda step: step.due_on, "num nowrap", sort="due_on"),
    Column(_("Taken on"), lambda step: step.at, "num nowrap", sort="at"),
]  # fmt: skip


COUNTS = [Column(_("Reports"), lambda site: site.reports, "n"), Column(_("Episodes"), lambda site: site.episodes, "n")]
STANDING_SITES = [
    Column(_("Site"), lambda site: (site.code, Typed(site.label)), head=True), *COUNTS,
    Column(_("Standing problem"), lambda site: (site.standing.number, site.standing.get_state_display()),
           link=lambda site: problem_href(site.standing.number)),
]  # fmt: skip


def free_sites(chosen: Collection[str]) -> list[Column]:
    """Return the columns in which sites to be raised are chosen."""

    def number(site: StudySite) -> str:
        return str(site.number)

    label = labelled("sites", number, _("Site"), lambda site: format_html(
        '<span class="num">{}</span> {}', site.code, typed(site.label)))  # fmt: skip
    return [picked("sites", number, chosen), label, *COUNTS]


def _held(tested: tuple[Storm, bool]) -> SafeString:
    mark, words = ("done", _("Held, no report from here")) if tested[1] else ("late", FAILED)
    return format_html('<span class="state {}">{}</span>', mark, words)


FAILED = pgettext_lazy("a place in rain", "Failed")
RAINED = [
    Column(_("Storm"), lambda tested: tested[0].start, "num", head=True),
    Column(_("Peak"), lambda tested: f"{tested[0].peak_mm_h:.1f} mm/h", "n"),
    Column(_("Result"), draw=_held),
]
