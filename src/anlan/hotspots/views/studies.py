"""Studies: the list, a new one, its result, its adoption."""

from __future__ import annotations

import datetime as dt
import json
from contextlib import suppress

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from anlan.core.city.areas import area_index, local_day
from anlan.core.pages import Column, Empty, Link, ListPage, Typed, answer, containing, drawn_by, tabulated, written
from anlan.core.refusals import Refused
from anlan.core.time.clock import now
from anlan.core.web.access import roles
from anlan.core.web.middleware.access import actor_of_request
from anlan.core.words import figure, listed
from anlan.hotspots.access import READS, WRITES
from anlan.hotspots.actions import adopt_study, start_study
from anlan.hotspots.export import EXPORTS
from anlan.hotspots.forms import StudyForm
from anlan.hotspots.lines import rows
from anlan.hotspots.models import Site, Study
from anlan.hotspots.queries.studies import analysable, chosen, episodes_of, job_of, places_geojson, proposal, study_view
from anlan.hotspots.reruns import rerun
from anlan.hotspots.rules import require_adoptable
from anlan.hotspots.words import change_word, period, state_word
from anlan.intake.words import degrees

EPISODES = [
    Column("#", lambda episode: episode["number"], "n"),
    Column(_("First report"), lambda episode: episode["first"], "num"),
    Column(_("Last report"), lambda episode: episode["last"], "num"),
    Column(_("Reports"), lambda episode: episode["reports"], "n"),
]
WATCH = [
    Column(_("Rank"), lambda place: place["rank"], "n"),
    Column(_("Point"), lambda place: f"{degrees(place['lat'])}, {degrees(place['lon'])}", "num"),
    Column(_("Reports"), lambda place: place["reports"], "n"),
]
LEFT_OUT = {"misdial_or_nuisance": _("Misdial or nuisance call"), "no_coordinates": _("No coordinates"),
            "outside_area": _("Outside the area"), "method_scattered": _("In no place")}  # fmt: skip
CHANGES = ("kept", "grown", "shrunk", "split", "merged", "new", "gone")
STILL = ("kept", "shrunk", "split", "merged")  # drawn alike
NEW_STUDY = Link(_("New study"), "hotspots:new", "n", WRITES, primary=True)


def visible_study(request: HttpRequest, pk: int) -> Study:
    """Return a study that this person may see."""
    study = Study.objects.visible_to(actor_of_request(request)).select_related("area").filter(pk=pk).first()
    if study is None:
        raise Http404
    return study


def _position(study: Study) -> str:
    return gettext("position %(position)s") % {"position": figure(study.position)}


STUDIES = ListPage(
    _("Studies"), lambda actor: Study.objects.visible_to(actor).order_by("-since", "-pk"), base="hotspots/base.html",
    columns=[
        Column(_("Period"), period, head=True, sort="since",
               link=lambda study: reverse("hotspots:study", args=[study.pk])),
        Column(_("Name"), lambda study: Typed(study.name), sort="name"),
        Column(_("Reports"), lambda study: study.reports, "n", sort="reports"),
        Column(_("Places"), lambda study: study.sites, "n", sort="sites"),
        Column(_("State"), state_word, draw=drawn_by("hotspots/_state.html", "study")),
        Column(_("Frozen"), lambda study: study.created_at, "soft", under=_position),
    ],
    search=containing("name"), hint=_("Site number"), links=[NEW_STUDY],
    empty=Empty(_("Bring in reports first, then choose a period and an area. A study finds the places that keep"
                  " failing."), _("No study yet"), NEW_STUDY, "high"),
)  # fmt: skip


@require_safe
@roles(*READS)
def studies(request: HttpRequest) -> HttpResponse:
    """List the studies, the newest period first; the number of a site leads to it."""
    words = request.GET.get("q", "").strip()
    if words.isdecimal() and len(words) < 6:
        site = Site.objects.visible_to(actor_of_request(request)).filter(number=int(words)).first()
        if site:
            return redirect("hotspots:site", site.code)
    return STUDIES.answer(request)


@require_http_methods(["GET", "HEAD", "POST"])
@roles(*WRITES)
def new(request: HttpRequest) -> HttpResponse:
    """Ask for a study; freeze it and send it to the background."""
    form = StudyForm(request.POST or None, initial=_suggested(request.GET))
    return answer(
        request, form, start_study, done=lambda started: redirect("hotspots:study", started["study"]),
        page=lambda status: render(request, "hotspots/new.html", {"form": form}, status=status),
    )  # fmt: skip


def _suggested(asked: QueryDict) -> dict[str, object]:
    """Return the period and the categories to begin with: as the address asks, else the year after the last study.

    Where that year has no reports, all days that have any.
    """
    last = Study.objects.adopted().last()
    found = proposal(last.until.year + 1 if last else local_day(now()).year - 1)
    for name in ("since", "until"):
        with suppress(ValueError):
            found[name] = dt.date.fromisoformat(asked.get(name, ""))
    known = analysable().filter(code__in=asked.getlist("categories")).values_list("code", flat=True)
    return found | ({"categories": list(known)} if known else {})


@require_safe
@roles(*READS)
def study(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a study: its run, its failure, or its places on list and map."""
    study = visible_study(request, pk)
    if study.state != Study.State.FINISHED:
        return render(request, "hotspots/running.html", {"study": study, "job": job_of(study)})
    view = study_view(study)
    change, words = request.GET.get("change", ""), request.GET.get("q", "").strip()
    lines = chosen(view, change, words)
    context = {
        "study": study,
        "view": view,
        "lines": lines,
        "rows": rows(lines, study),
        "change": change,
        "q": words,
        "tabs": [(name, view.counts[name]) for name in CHANGES],
        "changes": [(change_word(name), view.counts[name]) for name in CHANGES],
        "still": listed(change_word(name) for name in STILL if view.counts[name]),
        "parameters": json.loads(study.parameters),
        "may_write": bool(actor_of_request(request).roles.intersection(WRITES)),
        "period": period(study),
        "before": period(view.before) if view.before else "",
    }
    return render(request, "hotspots/study.html", context)


@roles(*WRITES)
def adopt(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what adopting will do; do it when it is confirmed."""
    study = visible_study(request, pk)
    if study.state != Study.State.FINISHED or study.adopted_at:
        return redirect("hotspots:study", pk)
    view, problem = study_view(study), ""
    try:
        require_adoptable(study.since, study.until, (view.before.since, view.before.until) if view.before else None)
        if request.method == "POST":
            adopt_study(study_id=pk, actor=actor_of_request(request), at=now(), key=f"adopt:{pk}")
            return redirect("hotspots:study", pk)
    except Refused as error:
        problem = str(error)
    context = {"study": study, "view": view, "period": period(study), "problem": problem}
    return render(request, "hotspots/adopt.html", context, status=409 if problem and request.method == "POST" else 200)


@require_safe
@roles(*READS)
def details(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what a study was asked, its episodes, the places to watch, what was left out and which areas are silent."""
    study = visible_study(request, pk)
    if study.state != Study.State.FINISHED:
        return redirect("hotspots:study", pk)
    outcome = json.loads(study.outcome)
    areas = {version.area.code: version for version in area_index(study.until)[0]}
    checked = rerun(study) if "rerun" in request.GET else None
    context = {
        "study": study,
        "outcome": outcome,
        "silent": [(row, areas.get(row["area"])) for row in outcome["silent"]],
        "episodes": tabulated(EPISODES, episodes_of(study)),
        "watch": tabulated(WATCH, outcome["watch"]),
        "left_out": written((words, outcome["left_out"].get(name)) for name, words in LEFT_OUT.items()),
        "period": period(study),
        "checked": checked,
        "parameters": json.loads(study.parameters),
    }
    return render(request, "hotspots/details.html", context)


@require_safe
@roles(*READS)
def places(request: HttpRequest, pk: int) -> JsonResponse:
    """Return the places as GeoJSON for the map."""
    return JsonResponse(places_geojson(study_view(visible_study(request, pk))))


@require_safe
@roles(*READS)
def export(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Hand out a study as a file."""
    study = visible_study(request, pk)
    if kind not in EXPORTS or study.state != Study.State.FINISHED:
        raise Http404
    mime, write = EXPORTS[kind]
    answer = HttpResponse(write(study_view(study)), content_type=mime)
    answer.headers["Content-Disposition"] = f'attachment; filename="study-{study.pk}.{kind}"'
    return answer


urlpatterns = [
    path("studies/", studies, name="studies"),
    path("studies/new", new, name="new"),
    path("studies/<int:pk>/", study, name="study"),
    path("studies/<int:pk>/adopt", adopt, name="adopt"),
    path("studies/<int:pk>/details", details, name="details"),
    path("studies/<int:pk>/places.geojson", places, name="places"),
    path("studies/<int:pk>/export.<str:kind>", export, name="export"),
]
