"""A task's page: what is to be done, the evidence, and the next step; it prints as a task sheet."""

from __future__ import annotations

from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anlan.core.city.areas import local_day
from anlan.core.refusals import Refused
from anlan.core.time.clock import now
from anlan.core.web.access import roles
from anlan.core.web.middleware.access import actor_of_request
from anlan.prevention import actions
from anlan.prevention.access import ERASES, READS
from anlan.prevention.models import Evidence, Task
from anlan.prevention.offers.steps import TAKEN, Sent, send
from anlan.prevention.offers.tasks import TASK_ACTS, task_form, task_offers
from anlan.prevention.queries.histories import history_of
from anlan.prevention.queries.standings import task_standing
from anlan.prevention.queries.tasks import request_of, task_times, visible_tasks
from anlan.prevention.spans import scaled
from anlan.prevention.states import ErasureReason
from anlan.prevention.words import against, by_whom, named


def visible_task(request: HttpRequest, number: str) -> Task:
    """Return a task that this person may see."""
    found = visible_tasks(actor_of_request(request)).filter(number=number).first()
    if found is None:
        raise Http404
    return found


@require_safe
@roles(*READS)
def task(request: HttpRequest, number: str) -> HttpResponse:
    """Show a task with its evidence and history."""
    return _page(request, visible_task(request, number))


@require_http_methods(["GET", "HEAD", "POST"])
@roles(*READS)
def task_step(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    """Take a step with a task, or say on its page why it cannot be taken."""
    if verb not in TASK_ACTS:
        raise Http404
    known = visible_task(request, number)
    if request.method != "POST":
        return redirect("prevention:task", number)
    form = task_form(verb, request.POST, request.FILES)
    who = {"task": number, "actor": actor_of_request(request), "at": now(), "seen": request.POST.get("seen"),
           "key": request.POST.get("key") or None}  # fmt: skip
    status, _answer = send(form, verb, lambda **asked: TASK_ACTS[verb](**who, **asked))
    if status == TAKEN:
        return redirect("prevention:task", number)
    known.refresh_from_db()
    return _page(request, known, (verb, form), status)


@require_safe
@roles(*READS)
def photo(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Send one photo of the evidence, as it was re-encoded when it came."""
    piece = Evidence.objects.filter(pk=pk, task=visible_task(request, number), jpeg__isnull=False).first()
    if piece is None or piece.jpeg is None:
        raise Http404
    return HttpResponse(
        bytes(piece.jpeg),
        content_type="image/jpeg",
        headers={
            "Content-Disposition": f'inline; filename="{number}-{pk}.jpg"',
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store, private",
            "Cross-Origin-Resource-Policy": "same-origin",
        },
    )


@require_POST
@roles(*ERASES)
def erase(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Destroy one piece of evidence for a reason."""
    visible_task(request, number)
    who, reason = actor_of_request(request), request.POST.get("reason", "")
    try:
        actions.erase_evidence(task=number, evidence=pk, reason=reason, actor=who, at=now())
    except Refused as refused:
        messages.warning(request, str(refused))
    return redirect("prevention:task", number)


def _page(request: HttpRequest, task: Task, sent: Sent = None, status: int = 200) -> HttpResponse:
    today = local_day(now())
    scale, asked = scaled([task_times(task)], today), request_of(task)
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
        "offers": task_offers(task, actor_of_request(request), today, asked, sent),
        "evidence": [
            (piece, by_whom(piece.organisation)) for piece in task.evidence.select_related("organisation").defer("jpeg")
        ],
        "history": history_of(task),
        "reasons": ErasureReason.choices if actor_of_request(request).roles & set(ERASES) else [],
        "seen": task.due_on.isoformat(),
        "key": uuid4(),
        "at": now(),
    }
    return render(request, "prevention/tasks/task.html", context, status=status)


urlpatterns = [
    path("tasks/<str:number>/", task, name="task"),
    path("tasks/<str:number>/photos/<int:pk>.jpg", photo, name="task_photo"),
    path("tasks/<str:number>/evidence/<int:pk>/erase", erase, name="evidence_erase"),
    path("tasks/<str:number>/<str:verb>", task_step, name="task_step"),
]
