"""A task's page: what is to be done, the evidence, and the next step."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from anlan.core.pages import Facts, Reader, RecordPage, Sent, Typed, drawn_by
from anlan.core.people.actors import Actor
from anlan.core.print.answers import sent
from anlan.core.sealed.grants import purpose_of
from anlan.core.sealed.purposes import Choices, Purpose
from anlan.core.web.access import roles
from anlan.core.web.middleware.access import actor_of_request
from anlan.core.words import typed
from anlan.prevention.access import ERASES, OPENS_FOR, PRINTS, READS
from anlan.prevention.columns import problem_href
from anlan.prevention.models import Evidence, Task
from anlan.prevention.moves import TASKS
from anlan.prevention.offers.tasks import STEPS
from anlan.prevention.papers.tasks import sheets_of
from anlan.prevention.queries.histories import history_of
from anlan.prevention.queries.ladders import printable
from anlan.prevention.queries.sheets import tasks_of
from anlan.prevention.queries.standings import task_standing
from anlan.prevention.queries.tasks import drawn, evidence_of, request_of, visible_tasks
from anlan.prevention.states import TaskState
from anlan.prevention.words import COMMA, against, named, title_of


def _facts(task: Task, reader: Reader) -> Facts:
    problem, stands, (drawing,) = task.problem, task_standing(task, reader.today), drawn([task], reader.today)
    lists = format_html_join(" · ", '<a class="nowrap" href="{}">{}</a> {}', (
        (reverse("prevention:issued", args=[issued.number]), issued.number, typed(issued.kind))
        for issued in task.lists.all()))  # fmt: skip
    verify_by = f"{COMMA}{task.verify_by}" if task.verify_by and task.state == TaskState.WORKS_DONE else ""
    title = format_html(
        '<a href="{}">{} ({})</a>', problem_href(problem.number), typed(title_of(problem)), problem.number
    )
    return [
        (_("Problem"), title),
        (_("Kind"), task.get_kind_display()),
        (_("Organisation"), drawing.doer),
        (_("Responsible post"), Typed(task.responsible)),
        (_("Deadline"), drawn_by("prevention/tasks/_deadline.html")(drawing)),
        (_("Acceptance criterion"), Typed(task.criterion)),
        (_("State"), task.get_state_display()),
        (_("Next step"), f"{stands.holder}{verify_by}"),
        (_("On the lists"), lists or None),
        (_("Instruction"), (Typed(problem.instruction_ref), problem.instruction_on or "")),
    ]


TASK = RecordPage(
    TASKS, visible_tasks, "prevention:task", steps=STEPS, facts=_facts, history=history_of, base="prevention/base.html",
    title=lambda task: typed(task.title),
    crumb=lambda task: (problem_href(task.problem.number), task.problem.number), template="prevention/tasks/task.html",
)  # fmt: skip


@require_safe
@roles(*READS)
@never_cache
def task(request: HttpRequest, number: str) -> HttpResponse:
    """Show a task with its evidence and history."""
    return _page(request, number)


@require_http_methods(["GET", "HEAD", "POST"])
@roles(*READS)
def task_step(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    """Take a step with a task, or say on its page why it cannot be taken."""
    return TASK.take(request, number, verb, page=_page, query=visit_of(request, number))


def visit_of(request: HttpRequest, number: str) -> str:
    """Return what the address says of photos opened a moment ago, as it goes on to the next address of the visit."""
    granted = request.GET.get("opened", "")
    known = purpose_of(granted, f"task:{number}", actor_of_request(request))
    return f"?{urlencode({'opened': granted})}" if known else ""


@require_safe
@roles(*READS)
def task_sheet(request: HttpRequest, number: str) -> HttpResponse:
    """Return a task's sheet."""
    actor = actor_of_request(request)
    found = tasks_of([number], actor)
    if not found:
        raise Http404
    return sent(sheets_of, found, number, actor)


def _page(request: HttpRequest, number: str, sent: Sent = None, status: int = 200) -> HttpResponse:
    reader, known = Reader.of(request), TASK.find(request, number)
    asked, evidence = request_of(known), evidence_of(known)
    purpose = purpose_of(reader.asked.get("opened", ""), f"task:{number}", reader.actor)
    context = {
        "stands": task_standing(known, reader.today),
        "asked": asked,
        "asking": named(asked.by) if asked else "",
        "answering": against(asked.answer_by, reader.today) if asked else None,
        "evidence": evidence,
        "photo_count": sum(bool(piece.sha256) for piece, _by in evidence),
        "opened_for": Purpose(purpose).label if purpose else "",
        "granted": reader.asked["opened"] if purpose else "",
        "purposes": _purposes(reader.actor),
        "papers": printable(reader.actor).filter(task=known) if reader.holds(PRINTS) else [],
        "reasons": Evidence.SEAL.reason_choices if reader.holds(ERASES) else [],
    }
    context |= TASK.context(known, reader, sent, visit_of(request, number))
    return render(request, TASK.template, context, status=status)


def _purposes(actor: Actor) -> Choices:
    """Return what photos are opened for, what this person most likely opens them for first."""
    first = next((purpose for role, purpose in OPENS_FOR.items() if role in actor.roles), Purpose.FOLLOW_UP)
    return sorted(Evidence.SEAL.purpose_choices, key=lambda choice: choice[0] != first)


urlpatterns = [
    path("tasks/<str:number>/", task, name="task"),
    path("tasks/<str:number>/sheet.pdf", task_sheet, name="task_sheet"),
    path("tasks/<str:number>/<str:verb>", task_step, name="task_step"),
]
