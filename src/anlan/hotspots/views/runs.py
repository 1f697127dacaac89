"""The run of a study: how far it is, stopped or taken up again."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from anlan.core import jobs
from anlan.core.models import Job
from anlan.core.time.clock import now
from anlan.core.web.access import roles
from anlan.core.web.middleware.access import actor_of_request
from anlan.hotspots.access import READS, WRITES
from anlan.hotspots.models import Study
from anlan.hotspots.queries.studies import job_of
from anlan.hotspots.views.studies import visible_study


@require_safe
@roles(*READS)
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """Return the running part of the page; when the run has ended, ask the page to load anew."""
    study = visible_study(request, pk)
    job = job_of(study)
    answer = render(request, "hotspots/_progress.html", {"study": study, "job": job})
    if study.state != Study.State.RUNNING or job is None or job.state != Job.State.READY:
        answer.headers["HX-Refresh"] = "true"
    return answer


@require_POST
@roles(*WRITES)
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop the run, or take it up again."""
    study = visible_study(request, pk)
    if study.job_id is not None:
        act = jobs.resume if request.POST.get("resume") else jobs.stop
        act(job_id=study.job_id, actor=actor_of_request(request), at=now())
    return redirect("hotspots:study", pk)


urlpatterns = [
    path("studies/<int:pk>/progress", progress, name="progress"),
    path("studies/<int:pk>/stop", stop, name="stop"),
]
