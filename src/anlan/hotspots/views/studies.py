"""Studies: the list, a new one, its run, its result, its adoption."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from anlan.core import jobs
from anlan.core.city.areas import area_index
from anlan.core.ledger.verbs import KeyReused
from anlan.core.models import Job
from anlan.core.people.roles import Role
from anlan.core.time.clock import now
from anlan.core.web.access import roles
from anlan.core.web.middleware.access import actor_of_request
from anlan.hotspots.actions import adopt_study, start_study
from anlan.hotspots.export import EXPORTS
from anlan.hotspots.forms import StudyForm
from anlan.hotspots.models import Site, Study, StudyPlace
from anlan.hotspots.queries.pages import chosen, episode_rows, period, places_geojson, study_view
from anlan.hotspots.reruns import rerun
from anlan.hotspots.rules import StudyRefused, require_adoptable

READS = (Role.ANALYST, Role.SUPERVISOR, Role.LEADER, Role.AUDITOR, Role.OPERATOR, Role.CALL_TAKER, Role.DISPATCHER,
         Role.VERIFIER, Role.PUBLISHER)  # fmt: skip
WRITES = (Role.ANALYST, Role.SUPERVISOR)


def found(request: HttpRequest, pk: int) -> Study:
    """Return a study that this person may see."""
    study = Study.objects.visible_to(actor_of_request(request)).select_related("area").filter(pk=pk).first()
    if study is None:
        raise Http404
    return study


@require_safe
@roles(*READS)
def studies(request: HttpRequest) -> HttpResponse:
    """List the studies, the newest period first."""
    actor = actor_of_request(request)
    if words := request.GET.get("q", "").strip():
        site = Site.objects.visible_to(actor).filter(number=int(words)).first() if words.isdecimal() else None
        if site:
            return redirect("hotspots:site", site.code)
    rows = [(one, period(one)) for one in Study.objects.visible_to(actor).order_by("-since", "-pk")]
    context = {"studies": rows, "may_write": bool(actor.roles.intersection(WRITES)), "q": words}
    return render(request, "hotspots/studies.html", context)


@roles(*WRITES)
def new(request: HttpRequest) -> HttpResponse:
    """Ask for a study; freeze it and send it to the background."""
    form = StudyForm(request.POST or None, initial=_suggested())
    if request.method == "POST" and form.is_valid():
        told = dict(form.cleaned_data)
        names = ("radius_m", "min_episodes", "episode_gap_h", "min_reports")
        parameters = {name: told.pop(name) for name in names}
        try:
            who: dict[str, Any] = {
                "actor": actor_of_request(request),
                "at": now(),
                "key": request.POST.get("key") or None,
            }
            answer = start_study(**told, parameters=parameters, **who)
        except StudyRefused as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        except KeyReused:
            form.add_error(
                None, _("This form was sent before with other words. Look at what was stored, then send again.")
            )
        else:
            return redirect("hotspots:study", answer["study"])
    status = 422 if request.method == "POST" else 200
    return render(request, "hotspots/new.html", {"form": form, "key": uuid4()}, status=status)


def _suggested() -> dict[str, object]:
    year = now().year - 1
    last = Study.objects.adopted().last()
    if last is not None:
        year = last.until.year + 1
    return {"since": f"{year}-01-01", "until": f"{year}-12-31", "categories": ["waterlogging"]}


@require_safe
@roles(*READS)
def study(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a study: its run, its failure, or its places on list and map."""
    one = found(request, pk)
    if one.state != Study.State.FINISHED:
        return render(
            request, "hotspots/running.html", {"study": one, "job": Job.objects.filter(pk=one.job_id or 0).first()}
        )
    view = study_view(one)
    change, words = request.GET.get("change", ""), request.GET.get("q", "").strip()
    context = {
        "study": one,
        "view": view,
        "lines": chosen(view, change, words),
        "change": change,
        "q": words,
        "tabs": [(name, view.counts[name]) for name in ("kept", "grown", "shrunk", "split", "merged", "new", "gone")],
        "parameters": json.loads(one.parameters),
        "may_write": bool(actor_of_request(request).roles.intersection(WRITES)),
        "period": period(one),
        "before": period(view.before) if view.before else "",
    }
    return render(request, "hotspots/study.html", context)


@require_safe
@roles(*READS)
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """Return the running part of the page; when the run has ended, ask the page to load anew."""
    one = found(request, pk)
    job = Job.objects.filter(pk=one.job_id or 0).first()
    answer = render(request, "hotspots/_progress.html", {"study": one, "job": job})
    if one.state != Study.State.RUNNING or job is None or job.state != Job.State.READY:
        answer.headers["HX-Refresh"] = "true"
    return answer


@require_POST
@roles(*WRITES)
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop the run, or take it up again."""
    one = found(request, pk)
    if one.job_id is not None:
        act = jobs.resume if request.POST.get("resume") else jobs.stop
        act(job_id=one.job_id, actor=actor_of_request(request), at=now())
    return redirect("hotspots:study", pk)


@roles(*WRITES)
def adopt(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what adopting will do; do it when it is confirmed."""
    one = found(request, pk)
    if one.state != Study.State.FINISHED or one.adopted_at:
        return redirect("hotspots:study", pk)
    view, problem = study_view(one), ""
    try:
        require_adoptable(one.since, one.until, (view.before.since, view.before.until) if view.before else None)
        if request.method == "POST":
            adopt_study(study_id=pk, actor=actor_of_request(request), at=now(), key=f"adopt:{pk}")
            return redirect("hotspots:study", pk)
    except StudyRefused as error:
        problem = str(error)
    context = {"study": one, "view": view, "period": period(one), "problem": problem}
    return render(request, "hotspots/adopt.html", context, status=409 if problem and request.method == "POST" else 200)


@require_safe
@roles(*READS)
def details(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what a study was asked, its episodes, the places to watch, what was left out and which areas are silent."""
    one = found(request, pk)
    if one.state != Study.State.FINISHED:
        return redirect("hotspots:study", pk)
    outcome = json.loads(one.outcome)
    areas = {version.area.code: version for version in area_index(one.until)[0]}
    checked = rerun(one) if "rerun" in request.GET else None
    context = {
        "study": one,
        "outcome": outcome,
        "silent": [(row, areas.get(row["area"])) for row in outcome["silent"]],
        "episodes": episode_rows(one),
        "period": period(one),
        "checked": checked,
        "parameters": json.loads(one.parameters),
    }
    return render(request, "hotspots/details.html", context)


@require_safe
@roles(*READS)
def place(request: HttpRequest, pk: int, rank: int) -> HttpResponse:
    """Show one place of a study: the site page where it has a number."""
    one = found(request, pk)
    spot = StudyPlace.objects.filter(study=one, rank=rank).first()
    if spot is None:
        raise Http404
    version = getattr(spot, "site_version", None)
    if version is not None:
        return redirect("hotspots:site", version.site.code)
    from anlan.hotspots.views.sites import shown

    return shown(request, None, [spot])


@require_safe
@roles(*READS)
def places(request: HttpRequest, pk: int) -> JsonResponse:
    """Return the places as GeoJSON for the map."""
    return JsonResponse(places_geojson(study_view(found(request, pk))))


@require_safe
@roles(*READS)
def export(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Hand out a study as a file."""
    one = found(request, pk)
    if kind not in EXPORTS or one.state != Study.State.FINISHED:
        raise Http404
    mime, write = EXPORTS[kind]
    answer = HttpResponse(write(study_view(one)), content_type=mime)
    answer.headers["Content-Disposition"] = f'attachment; filename="study-{one.pk}.{kind}"'
    return answer


urlpatterns = [
    path("studies/", studies, name="studies"),
    path("studies/new", new, name="new"),
    path("studies/<int:pk>/", study, name="study"),
    path("studies/<int:pk>/progress", progress, name="progress"),
    path("studies/<int:pk>/stop", stop, name="stop"),
    path("studies/<int:pk>/adopt", adopt, name="adopt"),
    path("studies/<int:pk>/details", details, name="details"),
    path("studies/<int:pk>/places/<int:rank>/", place, name="place"),
    path("studies/<int:pk>/places.geojson", places, name="places"),
    path("studies/<int:pk>/export.<str:kind>", export, name="export"),
]
