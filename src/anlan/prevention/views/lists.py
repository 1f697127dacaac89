"""The lists: problems, tasks and results as views of the same records, and the numbered lists that were issued."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from anlan.core.city.areas import local_day
from anlan.core.people.roles import Role
from anlan.core.time.clock import now
from anlan.core.web.access import roles
from anlan.core.web.middleware.access import actor_of_request
from anlan.prevention import actions
from anlan.prevention.forms.steps import IssueForm, choices_of
from anlan.prevention.queries import lists as read
from anlan.prevention.queries.problems import PAGE, READS, drawn, named, standing, task_standing, task_times
from anlan.prevention.spans import scaled
from anlan.prevention.views.answers import TAKEN, send

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
    shown: list[Any] = list(page.object_list)
    scale = None
    if view == "issued":
        lines = read.lines_of(shown, actor, today)
        shown = [(one, named(one.issuer), read.tally(lines[one.pk])) for one in shown]
    elif view == "tasks":
        scale = scaled([task_times(one) for one in shown], today)
        shown = drawn(shown, scale, today)
    elif view == "problems":
        shown = [(one, standing(one, today), named(one.lead)) for one in shown]
    else:
        shown = [(one, named(one.task.organisation), named(one.by)) for one in shown]
    context = {
        "tabs": [(name, _word(name), rows[name].count()) for name in VIEWS], "view": view, "page": page,
        "shown": shown, "org": org, "organisations": choices_of(read.doers(actor)),
        "issues": Role.SUPERVISOR in actor.roles, "scale": scale, "only": only,
        "onlies": read.only_words() if view == "tasks" else [],
    }  # fmt: skip
    return render(request, "prevention/lists/lists.html", context)


def _word(view: str) -> str:
    return {"problems": _("Problem list"), "tasks": _("Task list"), "results": _("Achievement list"),
            "issued": _("Issued lists")}[view]  # fmt: skip


@require_safe
@roles(*READS)
def issued(request: HttpRequest, number: str) -> HttpResponse:
    """Show an issued list as it prints."""
    actor = actor_of_request(request)
    one = read.issued_lists(actor).filter(number=number).first()
    if one is None:
        raise Http404
    today = local_day(now())
    lines = read.lines_of([one], actor, today)[one.pk]
    scale = scaled([task_times(line.item.task, one.issued_on) for line in lines], today)
    context = {
        "list": one, "issuer": named(one.issuer), "tally": read.tally(lines), "at": now(),
        "lines": [(line, named(line.item.task.organisation), span)
                  for line, span in zip(lines, scale.spans if scale else [], strict=True)], "scale": scale,
        "hidden": one.items.count() - len(lines),
    }  # fmt: skip
    return render(request, "prevention/lists/issued.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@roles(Role.SUPERVISOR)
def issue(request: HttpRequest) -> HttpResponse:
    """Issue a numbered list of chosen open tasks."""
    actor, org, today = actor_of_request(request), request.GET.get("org", ""), local_day(now())
    waiting = list(read.task_list(actor, only="waiting", today=today))
    form = IssueForm(request.POST or None, tasks=[one.number for one in waiting], auto_id="issue-%s")
    status = 200
    if request.method == "POST":
        who: dict[str, Any] = {"actor": actor, "at": now(), "key": request.POST.get("key") or None}
        status, told = send(form, "issue", lambda **asked: actions.issue_list(**asked, **who))
        if status == TAKEN:
            return redirect("prevention:issued", told["list"])
    chosen = set(request.POST.getlist("tasks"))
    offered = [one for one in waiting if not org or one.organisation.code == org or one.number in chosen]
    context = {
        "form": form, "key": uuid4(), "chosen": chosen, "org": org, "organisations": choices_of(read.doers(actor)),
        "rows": [(one, task_standing(one, today), named(one.organisation)) for one in offered],
    }  # fmt: skip
    return render(request, "prevention/lists/issue.html", context, status=status)


urlpatterns = [
    path("lists/", lists, name="lists"),
    path("lists/new/", issue, name="issue"),
    path("lists/<str:number>/", issued, name="issued"),
]
