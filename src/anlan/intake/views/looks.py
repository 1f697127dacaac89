"""An uploaded file before its import: wait until it was looked through, see what it holds, say how it is read."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from anlan.core.refusals import Refused
from anlan.core.time.clock import now
from anlan.core.web.middleware.access import actor_of_request
from anlan.intake.actions import imports as importruns
from anlan.intake.files.mappings import text_of
from anlan.intake.files.survey import Survey
from anlan.intake.forms.imports import LayoutForm
from anlan.intake.forms.surveys import conflicts_of, days_of, mends_of, notes_of, points_of, problem_of, read_as
from anlan.intake.models import ImportRun


def before_import(request: HttpRequest, run: ImportRun) -> HttpResponse:
    """Show a file that was uploaded; take what is said of it, look again, or start."""
    seen = importruns.survey_of(run)
    if importruns.mapping_of(run):
        return _mapped(request, run, seen)
    if seen is None:
        return _waits(request, run)
    form = LayoutForm(seen, importruns.options_of(run), request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _shown(request, run, form)
    if not form.is_valid():
        return _shown(request, run, form, 422)
    said = form.said()
    if "exchange" in request.POST:
        said |= {"lon": said["lat"], "lat": said["lon"]}
    elif "start" in request.POST and form.is_as_seen():
        return _start(request, run, said) if not problem_of(seen) else _shown(request, run, form, 422)
    return _look_again(request, run, said)


def _look_again(request: HttpRequest, run: ImportRun, options: dict[str, Any]) -> HttpResponse:
    importruns.set_options(import_id=run.pk, options=options, actor=actor_of_request(request), at=now())
    return redirect("intake:import", run.pk)


def _start(request: HttpRequest, run: ImportRun, options: dict[str, Any] | None = None) -> HttpResponse:
    importruns.start_import(import_id=run.pk, actor=actor_of_request(request), at=now(), options=options)
    return redirect("intake:import", run.pk)


def _waits(request: HttpRequest, run: ImportRun) -> HttpResponse:
    """Say how far the look is; where none goes on, one is asked for by a press."""
    if request.method == "POST" and (run.job is None or run.job.state != run.job.State.READY):
        return _look_again(request, run, importruns.options_of(run))
    return render(request, "intake/files/import_look.html", {"run": run, "job": run.job})


def _shown(request: HttpRequest, run: ImportRun, form: LayoutForm, status: int = 200) -> HttpResponse:
    seen = form.seen
    context = {
        "run": run,
        "form": form,
        "seen": seen,
        "problem": problem_of(seen),
        "mends": mends_of(seen),
        "points": points_of(seen),
        "read_as": read_as(seen),
        "days": days_of(seen),
        "conflicts": conflicts_of(seen),
        "notes": notes_of(seen),
        "like": form.options.get("like"),
    }
    return render(request, "intake/files/import_preview.html", context, status=status)


def _mapped(request: HttpRequest, run: ImportRun, seen: Survey | None) -> HttpResponse:
    """Show what a file's mapping makes of it; take another one, or start."""
    problem = problem_of(seen) if seen else ""
    try:
        mapping = text_of(request.FILES.get("mapping"))
    except Refused as refused:
        mapping, problem = "", str(refused)
    if mapping:
        return _look_again(request, run, {"mapping": mapping})
    if seen is None:
        return _waits(request, run)
    if "start" in request.POST and not problem:
        return _start(request, run)
    mends = mends_of(seen)
    context = {"run": run, "seen": seen, "problem": problem, "mends": mends, "mapping": importruns.mapping_of(run)}
    status = 422 if problem and request.method == "POST" else 200
    return render(request, "intake/files/import_mapped.html", context, status=status)
