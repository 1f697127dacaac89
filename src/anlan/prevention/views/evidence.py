"""Photos of a task's evidence: opened together for one purpose, each sent with an entry, erased for a reason."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anlan.core.people.actors import NotAllowed
from anlan.core.refusals import Refused
from anlan.core.sealed.files import sent
from anlan.core.sealed.grants import grant, purpose_of
from anlan.core.time.clock import now
from anlan.core.web.access import roles
from anlan.core.web.middleware.access import actor_of_request
from anlan.prevention import actions
from anlan.prevention.access import ERASES, OPENS
from anlan.prevention.models import Evidence
from anlan.prevention.views.tasks import TASK


@require_http_methods(["GET", "HEAD", "POST"])
@roles(*OPENS)
def open_photos(request: HttpRequest, number: str) -> HttpResponse:
    """Show the task with all its photos, for a purpose and ten minutes."""
    known, purpose = TASK.find(request, number), request.POST.get("purpose", "")
    page = reverse("prevention:task", args=[known.number])
    if request.method != "POST":
        return redirect(page)
    try:
        Evidence.SEAL.require_purpose(purpose)
    except Refused as refused:
        messages.warning(request, str(refused))
        return redirect(page)
    granted = grant(f"task:{known.number}", purpose, actor_of_request(request))
    return redirect(f"{page}?{urlencode({'opened': granted})}#evidence")


@require_safe
@roles(*OPENS)
def photo(request: HttpRequest, number: str, pk: int, granted: str) -> HttpResponse:
    """Send one photo to the person who opened the task's photos a moment ago; each sending is an entry."""
    actor = actor_of_request(request)
    purpose = purpose_of(granted, f"task:{number}", actor)
    if not purpose:
        raise Http404
    try:
        jpeg = actions.read_evidence(task=number, evidence=pk, purpose=purpose, actor=actor, at=now())
    except NotAllowed:
        raise Http404 from None
    return sent(jpeg, f"{number}-{pk}")


@require_POST
@roles(*ERASES)
def erase(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Destroy one piece of evidence for a reason."""
    TASK.find(request, number)
    who, reason = actor_of_request(request), request.POST.get("reason", "")
    try:
        actions.erase_evidence(task=number, evidence=pk, reason=reason, actor=who, at=now())
    except Refused as refused:
        messages.warning(request, str(refused))
    return redirect("prevention:task", number)


urlpatterns = [
    path("tasks/<str:number>/photos/open", open_photos, name="photos_open"),
    path("tasks/<str:number>/photos/<int:pk>/<str:granted>", photo, name="task_photo"),
    path("tasks/<str:number>/evidence/<int:pk>/erase", erase, name="evidence_erase"),
]
