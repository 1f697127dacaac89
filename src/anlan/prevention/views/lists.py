"""The lists: problems, tasks and results as views of the same records, and the numbered lists that were issued."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from anlan.core.city.areas import local_day
from anlan.core.pages import (
    Choices,
    Empty,
    Filter,
    Link,
    Listing,
    ListPage,
    Reader,
    Tab,
    address,
    answer,
    tabulated,
    written,
)
from anlan.core.print.answers import sent
from anlan.core.time.clock import now
from anlan.core.web.access import roles
from anlan.core.web.middleware.access import actor_of_request
from anlan.prevention import actions, columns
from anlan.prevention.access import READS, SUPERVISES
from anlan.prevention.forms.fields import choices_of
from anlan.prevention.forms.lists import IssueForm
from anlan.prevention.models import Escalation, TaskList
from anlan.prevention.papers.lists import paper_of
from anlan.prevention.papers.tasks import sheets_of
from anlan.prevention.queries import lists as read
from anlan.prevention.queries.ladders import printable
from anlan.prevention.queries.sheets import tasks_of
from anlan.prevention.queries.standings import standing
from anlan.prevention.queries.tasks import drawn, task_times
from anlan.prevention.spans import scaled
from anlan.prevention.views import PROBLEMS_CRUMB
from anlan.prevention.words import ISSUES_LISTS, named, only_words


def _doers(reader: Reader) -> Choices:
    return choices_of(read.doers(reader.actor))


def _issue_at(reader: Reader) -> str:
    return address({"org": reader.asked.get("org", "")}, reverse("prevention:issue"))


def _of_organisation(field: str) -> Filter:
    return Filter("org", _("Organisation"), _("All organisations"), _doers, field)


ONLY = Filter("only", _("State"), _("All states"), lambda reader: only_words(),
              narrow=lambda tasks, which, reader: read.only(tasks, which, reader.today))  # fmt: skip
PROBLEM_LIST = ListPage(
    _("Problem list"), read.problem_list, columns.PROBLEM_COLUMNS, filters=[_of_organisation("lead__code")],
    shape=lambda listed, reader: [columns.Stood(problem, standing(problem, reader.today)) for problem in listed],
    empty=Empty(_("No problem stands here.")), base="prevention/base.html",
)  # fmt: skip
TASK_LIST = replace(
    PROBLEM_LIST, title=_("Task list"), rows=read.task_list, columns=columns.TASK_COLUMNS,
    filters=[_of_organisation("organisation__code"), ONLY], empty=Empty(_("No task planned yet.")),
    shape=lambda listed, reader: drawn(listed, reader.today),
)  # fmt: skip
RESULT_LIST = replace(
    PROBLEM_LIST, title=_("Achievement list"), rows=read.achievement_list, columns=columns.RESULT_COLUMNS,
    filters=[_of_organisation("task__organisation__code")], shape=lambda listed, reader: listed,
    empty=Empty(_("No works have passed yet. A result needs evidence and a verifier who did not do the work.")),
)  # fmt: skip
ISSUED_LIST = replace(
    PROBLEM_LIST, title=_("Issued lists"), rows=read.issued_lists, columns=columns.ISSUED_COLUMNS, filters=[],
    shape=lambda listed, reader: _tallied(listed, reader),
    empty=Empty(_("No list was issued yet. A supervisor issues one from open tasks.")),
)  # fmt: skip
LADDER_LIST = replace(
    PROBLEM_LIST, title=_("Papers of the ladder"), rows=printable, columns=columns.LADDER_COLUMNS,
    filters=[_of_organisation("organisation__code"),
             Filter("step", _("Step"), _("All steps"), lambda reader: list(Escalation.Step.choices), "step")],
    shape=lambda listed, reader: listed,
    empty=Empty(_("Reminder letters, supervision orders and interview notices stand here for whoever prints them: the"
                  " supervisor, and the organisation that they go to.")),
)  # fmt: skip
LISTS = ListPage(
    _("Lists"), read.problem_list, tab="view", base="prevention/base.html", crumb=PROBLEMS_CRUMB,
    tabs=[Tab("problems", _("Problem list"), page=PROBLEM_LIST), Tab("tasks", _("Task list"), page=TASK_LIST),
          Tab("results", _("Achievement list"), page=RESULT_LIST), Tab("issued", _("Issued lists"), page=ISSUED_LIST),
          Tab("ladder", _("Papers of the ladder"), page=LADDER_LIST)],
    links=[Link(_("Storms"), "prevention:storms", "r"),
           Link(_("Issue a list"), _issue_at, "n", SUPERVISES, primary=True)],
)  # fmt: skip
WAITING = replace(TASK_LIST, rows=lambda actor: read.only(read.task_list(actor), "waiting", local_day(now())),
                  filters=TASK_LIST.filters[:1])  # fmt: skip


def _tallied(listed: Sequence[TaskList], reader: Reader) -> list[columns.Issued]:
    lines = read.lines_of(listed, reader.actor, reader.today)
    return [columns.Issued(issued, read.tally(lines[issued.pk])) for issued in listed]


@require_safe
@roles(*READS)
def issued(request: HttpRequest, number: str) -> HttpResponse:
    """Show an issued list as it prints."""
    task_list, lines, hidden = _issued(request, number)
    today = local_day(now())
    scale = scaled([task_times(line.item.task, task_list.issued_on) for line in lines], today)
    given = [columns.Given(line, span, scale) for line, span in zip(lines, scale.spans, strict=True)] if scale else []
    context = {
        "list": task_list, "row": {"tally": read.tally(lines)}, "at": now(),
        "table": tabulated(columns.LINE_COLUMNS, given),
        "hidden": hidden,
        "facts": written([(_("Issued by"), named(task_list.issuer)), (_("Issued on"), task_list.issued_on),
                          (_("Deadline"), task_list.due_on)]),
    }  # fmt: skip
    return render(request, "prevention/lists/issued.html", context)


@require_safe
@roles(*READS)
def issued_file(request: HttpRequest, number: str) -> HttpResponse:
    """Return an issued list as PDF."""
    return sent(paper_of, *_issued(request, number), now())


@require_safe
@roles(*READS)
def list_sheets(request: HttpRequest, number: str) -> HttpResponse:
    """Return the sheets of an issued list's tasks that the reader may see, one after the other."""
    actor = actor_of_request(request)
    found, lines, _hidden = _issued(request, number)
    return sent(sheets_of, tasks_of([line.item.task.number for line in lines], actor), found.number, actor)


def _issued(request: HttpRequest, number: str) -> tuple[TaskList, list[read.Line], int]:
    """Return a list, its lines that the reader may open, and how many there are beside."""
    actor = actor_of_request(request)
    found = read.issued_lists(actor).filter(number=number).first()
    if found is None:
        raise Http404
    lines = read.lines_of([found], actor, local_day(now()))[found.pk]
    return found, lines, found.items.count() - len(lines)


@require_http_methods(["GET", "HEAD", "POST"])
@roles(*SUPERVISES)
def issue(request: HttpRequest) -> HttpResponse:
    """Issue a numbered list of chosen open tasks."""
    listing = Listing(WAITING, Reader.of(request), request.path)
    waiting = list(WAITING.rows(listing.reader.actor))
    form = IssueForm(request.POST or None, tasks=[task.number for task in waiting], auto_id="issue-%s")
    chosen, org = set(request.POST.getlist("tasks")), listing.asked["org"]
    offered = [task for task in waiting if not org or task.organisation.code == org or task.number in chosen]
    table = tabulated(columns.chosen_tasks(chosen), drawn(offered, listing.reader.today))
    context = {"form": form, "listing": listing, "table": table}
    return answer(
        request, form, actions.issue_list, whose=ISSUES_LISTS,
        done=lambda made: redirect("prevention:issued", made["list"]),
        page=lambda status: render(request, "prevention/lists/issue.html", context, status=status),
    )  # fmt: skip


urlpatterns = [
    path("lists/", LISTS.view(roles(*READS)), name="lists"),
    path("lists/new/", issue, name="issue"),
    path("lists/<str:number>/", issued, name="issued"),
    path("lists/<str:number>/sheets.pdf", list_sheets, name="list_sheets"),
    path("lists/<str:number>/list.pdf", issued_file, name="issued_file"),
]
