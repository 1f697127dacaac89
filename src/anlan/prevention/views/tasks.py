"""A task's page: what is to be done, the evidence, and the next step; it prints as a task sheet."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from anlan.core.city.areas import local_day
from anlan.core.people.actors import Actor
from anlan.core.people.roles import Role
from anlan.core.sealed.grants import purpose_of
from anlan.core.sealed.purposes import Choices, Purpose
from anlan.core.time.clock import now
from anlan.core.web.access import roles
from anlan.core.web.middleware.access import actor_of_request
from anlan.prevention.access import ERASES, READS
from anlan.prevention.models import Evidence, Task
from anlan.prevention.offers.steps import TAKEN, Sent, send
from anlan.prevention.offers.tasks import STEPS, press, task_form, task_offers
from anlan.prevention.queries.histories import history_of
from anlan.prevention.queries.standings import task_standing
from anlan.prevention.queries.tasks import evidence_of, request_of, task_times, visible_tasks
from anlan.prevention.spans import scaled
from anlan.prevention.words import against, named


def visible_task(request: HttpRequest, number: str) -> Task:
    """Return a task that this person may see."""
    found = visible_tasks(actor_of_request(request)).filter(number=number).first()
    if found is None:
        raise Http404
    return found


@require_safe
@roles(*READS)
@never_cache
def task(request: HttpRequest, number: str) -> HttpResponse:
    """Show a task with its evidence and history."""
    return _page(request, visible_task(request, number))


@require_http_methods(["GET", "HEAD", "POST"])
@roles(*READS)
def task_step(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    """Take a step with a task, or say on its page why it cannot be taken."""
    if verb not in STEPS:
        raise Http404
    known = visible_task(request, number)
    page = reverse("prevention:task", args=[number]) + visit_of(request, number)
    if request.method != "POST":
        return redirect(page)
    form = task_form(verb, request.POST, request.FILES)
    who = {"actor": actor_of_request(request), "at": now(), "key": request.POST.get("key") or None}
    seen = request.POST.get("seen")
    status, _answer = send(form, STEPS[verb].whose, lambda **asked: press(verb, number, seen, asked, **who))
    if status == TAKEN:
        return redirect(page)
    known.refresh_from_db()
    return _page(request, known, (verb, form), status)


def visit_of(request: HttpRequest, number: str) -> str:
    """Return what the address says of photos opened a moment ago, as it goes on to the next address of the visit."""
    granted = request.GET.get("opened", "")
    known = purpose_of(granted, f"task:{number}", actor_of_request(request))
    return f"?{urlencode({'opened': granted})}" if known else ""


def _page(request: HttpRequest, task: Task, sent: Sent = None, status: int = 200) -> HttpResponse:
    today = local_day(now())
    scale, asked, actor = scaled([task_times(task)], today), request_of(task), actor_of_request(request)
    granted = request.GET.get("opened", "")
    purpose, evidence = purpose_of(granted, f"task:{task.number}", actor), evidence_of(task)
    context = {
        "scale": scale,
        "span": scale.spans[0] if scale else None,
        "lists": task.lists.all(),
        "task": task,
        "problem": task.problem,
        "organisation": named(task.organisation),
        "stands": task_standing(task, today),
        "asked": asked,
        "asking": named(asked.by) if asked else "",
        "answering": against(asked.answer_by, today) if asked else None,
        "offers": task_offers(task, actor, now(), asked, sent),
        "evidence": evidence,
        "photo_count": sum(bool(piece.sha256) for piece, _by in evidence),
        "opened_for": Purpose(purpose).label if purpose else "",
        "granted": granted if purpose else "",
        "visit": visit_of(request, task.number),
        "purposes": _purposes(actor),
        "history": history_of(task),
        "reasons": Evidence.SEAL.reason_choices if actor.roles & set(ERASES) else [],
        "seen": task.due_on.isoformat(),
        "key": uuid4(),
        "at": now(),
    }
    return render(request, "prevention/tasks/task.html", context, status=status)


def _purposes(actor: Actor) -> Choices:
    """Return what photos are opened for, what this person most likely opens them for first."""
    likely = {Role.VERIFIER: Purpose.VERIFY, Role.OFFICER: Purpose.WORKS}
    first = next((purpose for role, purpose in likely.items() if role in actor.roles), Purpose.FOLLOW_UP)
    return sorted(Evidence.SEAL.purpose_choices, key=lambda choice: choice[0] != first)


urlpatterns = [
    path("tasks/<str:number>/", task, name="task"),
    path("tasks/<str:number>/<str:verb>", task_step, name="task_step"),
]
