"""What runs in the background: an issue being composed, an issue being recomputed, and what that came to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anlan.bulletin import actions
from anlan.bulletin.access import LOOKS, publishes
from anlan.bulletin.actions.requests import RECOMPUTE
from anlan.bulletin.figures.measure import MEASURES, Measure
from anlan.bulletin.forms import CorrectForm
from anlan.bulletin.models import Issue, Plan, Recomputation
from anlan.bulletin.queries.editions import named
from anlan.core import jobs
from anlan.core.models import Job
from anlan.core.people.actors import Actor
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
        return cls(job, reverse(name, args=[key]), mine, job.name == RECOMPUTE)


@require_http_methods(["GET", "HEAD", "POST"])
@roles(*LOOKS)
def composing(request: HttpRequest, plan: str) -> HttpResponse:
    """Return how far composing a plan's issue is; stop it, or take it up again."""
    fixed = Plan.objects.select_related("job").filter(number=plan).first()
    if fixed is None:
        raise Http404
    return _run(request, fixed.job, "bulletin:composing", plan) or redirect("bulletin:desk")


@require_http_methods(["GET", "HEAD", "POST"])
@roles(*LOOKS)
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
@roles(*LOOKS)
def recompute(request: HttpRequest, number: str) -> HttpResponse:
    """Show what the last recomputing of an issue came to, and how far a new one is."""
    shown = _issue(request, number)
    words = {"headline": shown.headline, "headline_en": shown.headline_en}
    return recomputed(request, number, CorrectForm(auto_id="%s", initial=words))


def recomputed(request: HttpRequest, number: str, form: CorrectForm, status: int = 200) -> HttpResponse:
    """Show the recomputing of an issue, with the note of a correction."""
    shown, actor = _issue(request, number), actor_of_request(request)
    runs = Recomputation.objects.visible_to(actor).filter(issue=shown).select_related("job")
    last, open_ = runs.exclude(finished_at=None).first(), runs.filter(finished_at=None).first()
    run = Run.of(open_.job, actor, "bulletin:recomputing", number) if open_ else None
    context = {"issue": shown, "last": last, "run": run, "publishes": publishes(actor), "form": form,
               "later": getattr(shown, "corrected_by", None), **(_outcome(last, shown) if last else {})}  # fmt: skip
    return render(request, "bulletin/recompute.html", context, status=status)


@require_POST
@roles(*LOOKS)
def start(request: HttpRequest, number: str) -> HttpResponse:
    """Have an issue recomputed."""
    actions.ask_to_recompute(issue=_issue(request, number).number, actor=actor_of_request(request), at=now())
    return redirect("bulletin:recompute", number)


def _outcome(run: Recomputation, issue: Issue) -> dict[str, Any]:
    found = run.findings
    verdicts = sorted(found["figures"], key=lambda verdict: (verdict["holds"], verdict["same"], not verdict["changed"]))
    rows = [(verdict, *_of_figure(verdict["measure"], issue)) for verdict in verdicts]  # what to look at stands first
    missing = [named(code, issue) for code in found["missing"]]
    return {"found": found, "rows": rows, "missing": missing, "same": sum(verdict["same"] for verdict in verdicts)}


def _of_figure(key: str, issue: Issue) -> tuple[Measure | None, str, str]:
    """Return a figure's measure, the code of its district, and its name."""
    code, _at, area = key.partition("@")
    return MEASURES.get(code), area, named(key, issue)


def _issue(request: HttpRequest, number: str) -> Issue:
    issues = Issue.objects.visible_to(actor_of_request(request)).select_related("plan", "corrected_by")
    found = issues.filter(number=number).first()
    if found is None:
        raise Http404
    return found


urlpatterns = [
    path("bulletins/desk/<str:plan>/progress", composing, name="composing"),
    path("bulletins/<str:number>/recompute/", recompute, name="recompute"),
    path("bulletins/<str:number>/recompute/start", start, name="start"),
    path("bulletins/<str:number>/recompute/progress", recomputing, name="recomputing"),
]
