"""The lists: problems, tasks and results as views of the same records, and the numbered lists that were issued."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_http_methods, require_safe

from anlan.core.city.areas import local_day
from anlan.core.people.actors import Actor
from anlan.core.people.roles import Role
from anlan.core.print.answers import sent
from anlan.core.time.clock import now
from anlan.core.web.access import roles
from anlan.core.web.middleware.access import actor_of_request
from anlan.prevention import actions
from anlan.prevention.access import READS
from anlan.prevention.forms.fields import choices_of
from anlan.prevention.forms.lists import IssueForm
from anlan.prevention.models import TaskList
from anlan.prevention.offers.steps import TAKEN, send
from anlan.prevention.paper import paper_of
from anlan.prevention.queries import lists as read
from anlan.prevention.queries.standings import standing, task_standing
from anlan.prevention.queries.tasks import drawn, task_times
from anlan.prevention.spans import Scale, scaled
from anlan.prevention.views import PAGE
from anlan.prevention.words import ISSUES_LISTS, list_word, named, only_words

VIEWS = ("problems", "tasks", "results", "issued")


@require_safe
@roles(*READS)
def lists(request: HttpRequest) -> HttpResponse:
    """Show one of the lists, filtered by its address."""
    actor, today = actor_of_request(request), local_day(now())
    view = str(request.GET.get("view")) if request.GET.get("view") in VIEWS else "problems"
    org, only = request.GET.get("org", ""), request.GET.get("only", "")
    rows: dict[str, QuerySet[Any]] = {
        "problems": read.problem_list(actor, org), "tasks": read.task_list(actor, org, only, today),
        "results": read.achievement_list(actor, org), "issued": read.issued_lists(actor),
    }  # fmt: skip
    page = Paginator(rows[view], PAGE).get_page(request.GET.get("page"))
    listed = list(page.object_list)
    scale = scaled([task_times(task) for task in listed], today) if view == "tasks" else None
    context = {
        "tabs": [(name, list_word(name), rows[name].count()) for name in VIEWS], "view": view, "page": page,
        "shown": _shown(view, listed, scale, actor), "org": org, "organisations": choices_of(read.doers(actor)),
        "issues": Role.SUPERVISOR in actor.roles, "scale": scale, "only": only,
        "onlies": only_words() if view == "tasks" else [],
    }  # fmt: skip
    return render(request, "prevention/lists/lists.html", context)


def _shown(view: str, listed: list[Any], scale: Scale | None, actor: Actor) -> list[Any]:
    """Return what the table of a view shows of each record."""
    today = local_day(now())
    if view == "issued":
        lines = read.lines_of(listed, actor, today)
        return [(issued, named(issued.issuer), read.tally(lines[issued.pk])) for issued in listed]
    if view == "tasks":
        return list(drawn(listed, scale, today))
    if view == "problems":
        return [(problem, standing(problem, today), named(problem.lead)) for problem in listed]
    return [(result, named(result.task.organisation), named(result.by)) for result in listed]


@require_safe
@roles(*READS)
def issued(request: HttpRequest, number: str) -> HttpResponse:
    """Show an issued list as it prints."""
    task_list, lines, hidden = _issued(request, number)
    today = local_day(now())
    scale = scaled([task_times(line.item.task, task_list.issued_on) for line in lines], today)
    context = {
        "list": task_list, "issuer": named(task_list.issuer), "tally": read.tally(lines), "at": now(),
        "lines": [(line, named(line.item.task.organisation), span)
                  for line, span in zip(lines, scale.spans if scale else [], strict=True)], "scale": scale,
        "hidden": hidden,
    }  # fmt: skip
    return render(request, "prevention/lists/issued.html", context)


@require_safe
@roles(*READS)
def issued_file(request: HttpRequest, number: str) -> HttpResponse:
    """Return an issued list as PDF."""
    return sent(paper_of(*_issued(request, number), now()))


def _issued(request: HttpRequest, number: str) -> tuple[TaskList, list[read.Line], int]:
    """Return a list, its lines that the reader may open, and how many there are beside."""
    actor = actor_of_request(request)
    found = read.issued_lists(actor).filter(number=number).first()
    if found is None:
        raise Http404
    lines = read.lines_of([found], actor, local_day(now()))[found.pk]
    return found, lines, found.items.count() - len(lines)


@require_http_methods(["GET", "HEAD", "POST"])
@roles(Role.SUPERVISOR)
def issue(request: HttpRequest) -> HttpResponse:
    """Issue a numbered list of chosen open tasks."""
    actor, org, today = actor_of_request(request), request.GET.get("org", ""), local_day(now())
    waiting = list(read.task_list(actor, only="waiting", today=today))
    form = IssueForm(request.POST or None, tasks=[task.number for task in waiting], auto_id="issue-%s")
    status = 200
    if request.method == "POST":
        who: dict[str, Any] = {"actor": actor, "at": now(), "key": request.POST.get("key") or None}
        status, answer = send(form, ISSUES_LISTS, lambda **asked: actions.issue_list(**asked, **who))
        if status == TAKEN:
            return redirect("prevention:issued", answer["list"])
    chosen = set(request.POST.getlist("tasks"))
    offered = [task for task in waiting if not org or task.organisation.code == org or task.number in chosen]
    context = {
        "form": form, "key": uuid4(), "chosen": chosen, "org": org, "organisations": choices_of(read.doers(actor)),
        "rows": [(task, task_standing(task, today), named(task.organisation)) for task in offered],
    }  # fmt: skip
    return render(request, "prevention/lists/issue.html", context, status=status)


urlpatterns = [
    path("lists/", lists, name="lists"),
    path("lists/new/", issue, name="issue"),
    path("lists/<str:number>/", issued, name="issued"),
    path("lists/<str:number>/list.pdf", issued_file, name="issued_file"),
]
