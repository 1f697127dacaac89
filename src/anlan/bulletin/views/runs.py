"""What runs in the background: an issue being composed, an issue being recomputed, and what that came to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anlan.bulletin.actions import requests
from anlan.bulletin.figures.measure import MEASURES
from anlan.bulletin.models import Issue, Plan, Recomputation
from anlan.bulletin.queries import named
from anlan.core import jobs
from anlan.core.models import Job
from anlan.core.people.actors import Actor
from anlan.core.people.roles import Role
from anlan.core.time.clock import now
from anlan.core.web.access import roles
from anlan.core.web.middleware.access import actor_of_request


@dataclass(frozen=True)
class Run:
    """A job on a page: where its progress is read, and whether this person may stop it."""

    job: Job
    address: str
    stoppable: bool
    keeps: bool  # taken up again it goes on from where it was stopped

    @classmethod
    def of(cls, job: Job | None, actor: Actor, name: str, key: str) -> Run | None:
        """Return the run of a job that has not come to its end."""
        if job is None or job.state == Job.State.DONE:
            return None
        mine = Job.objects.visible_to(actor).filter(pk=job.pk).exists()
        return cls(job, reverse(name, args=[key]), mine, job.name == requests.RECOMPUTE)


@require_http_methods(["GET", "HEAD", "POST"])
@roles(*requests.LOOKS)
def composing(request: HttpRequest, plan: str) -> HttpResponse:
    """Return how far composing a plan's issue is; stop it, or take it up again."""
    one = Plan.objects.select_related("job").filter(number=plan).first()
    if one is None:
        raise Http404
    return _run(request, one.job, "bulletin:composing", plan) or redirect("bulletin:desk")


@require_http_methods(["GET", "HEAD", "POST"])
@roles(*requests.LOOKS)
def recomputing(request: HttpRequest, number: str) -> HttpResponse:
    """Return how far recomputing an issue is; stop it, or take it up again."""
    run = _issue(request, number).recomputations.select_related("job").first()
    return _run(request, run.job if run else None, "bulletin:recomputing", number) or redirect(
        "bulletin:recompute", number
    )


def _run(request: HttpRequest, job: Job | None, name: str, key: str) -> HttpResponse | None:
    """Act on a job, or return the part of the page that shows it; when it has ended, the page loads anew."""
    actor = actor_of_request(request)
    if request.method != "POST":
        run = Run.of(job, actor, name, key)
        answer = render(request, "bulletin/_progress.html", {"run": run})
        if run is None or run.job.state != Job.State.READY:
            answer.headers["HX-Refresh"] = "true"
        return answer
    if job is not None and Job.objects.visible_to(actor).filter(pk=job.pk).exists():
        act = jobs.resume if request.POST.get("resume") else jobs.stop
        act(job_id=job.pk, actor=actor, at=now())
    return None


@require_safe
@roles(*requests.LOOKS)
def recompute(request: HttpRequest, number: str) -> HttpResponse:
    """Show what the last recomputing of an issue came to, and how far a new one is."""
    one, actor = _issue(request, number), actor_of_request(request)
    runs = Recomputation.objects.visible_to(actor).filter(issue=one).select_related("job")
    last, open_ = runs.exclude(finished_at=None).first(), runs.filter(finished_at=None).first()
    run = Run.of(open_.job, actor, "bulletin:recomputing", number) if open_ else None
    context = {"issue": one, "last": last, "run": run, "publishes": Role.PUBLISHER in actor.roles,
               "later": getattr(one, "corrected_by", None), **(_outcome(last, one) if last else {})}  # fmt: skip
    return render(request, "bulletin/recompute.html", context)


@require_POST
@roles(*requests.LOOKS)
def start(request: HttpRequest, number: str) -> HttpResponse:
    """Have an issue recomputed."""
    requests.ask_to_recompute(issue=_issue(request, number).number, actor=actor_of_request(request), at=now())
    return redirect("bulletin:recompute", number)


def _outcome(run: Recomputation, issue: Issue) -> dict[str, Any]:
    keys = [(one, *one["measure"].partition("@")) for one in run.told["figures"]]
    rows = [(one, MEASURES.get(code), area, named(one["measure"], issue)) for one, code, _at, area in keys]
    rows.sort(key=lambda row: (row[0]["holds"], row[0]["same"], not row[0]["changed"]))  # what to look at, first
    missing = [named(code, issue) for code in run.told["missing"]]
    return {"found": run.told, "rows": rows, "missing": missing, "same": sum(one["same"] for one, *_rest in rows)}


def _issue(request: HttpRequest, number: str) -> Issue:
    rows = Issue.objects.visible_to(actor_of_request(request)).select_related("plan", "corrected_by")
    found = rows.filter(number=number).first()
    if found is None:
        raise Http404
    return found


urlpatterns = [
    path("bulletins/desk/<str:plan>/progress", composing, name="composing"),
    path("bulletins/<str:number>/recompute/", recompute, name="recompute"),
    path("bulletins/<str:number>/recompute/start", start, name="start"),
    path("bulletins/<str:number>/recompute/progress", recomputing, name="recomputing"),
]
