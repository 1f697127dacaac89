"""Importing a file in the browser: upload, look at the columns, run, fetch what was refused."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from functools import wraps
from pathlib import PurePath
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.core import jobs
from anlan.core.city.current import city
from anlan.core.models import Job
from anlan.core.people.actors import NotAllowed
from anlan.core.refusals import Refused
from anlan.core.time.clock import now
from anlan.core.web.access import roles
from anlan.core.web.middleware.access import actor_of_request
from anlan.core.words import day
from anlan.intake.access import IMPORTS, MAPS
from anlan.intake.actions import imports as importruns
from anlan.intake.files.mappings import text_of
from anlan.intake.models import ImportRun
from anlan.intake.views.looks import before_import
from anlan.intake.words import listed

SUFFIXES = (".csv", ".txt", ".tsv", ".xlsx", ".parquet", ".geojson", ".json", ".ndjson", ".jsonl",
            ".kml", ".kmz", ".gpx", ".zip", ".gpkg", ".topojson")  # fmt: skip
SHOWN = 20
BESIDE_FILE = 2_000_000  # bytes of a form beside its file: a mapping, and what a browser writes between the parts
View = Callable[..., HttpResponseBase]


def import_page(view: View) -> View:
    """Let in those who import, and turn a refusal of a verb into the page that says so."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except NotAllowed as error:
            raise PermissionDenied from error

    return roles(*IMPORTS)(never_cache(answer))


def bounded(view: View) -> View:
    """Refuse a body that is too long before a byte of it is read: what checks a form's token reads the whole."""
    checked = csrf_protect(view)

    @csrf_exempt
    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if int(request.META.get("CONTENT_LENGTH") or 0) > importruns.MAX_BYTES + BESIDE_FILE:
            return _list(request, str(importruns.too_large()), 413)
        return checked(request, *args, **kwargs)

    return answer


@import_page
@bounded
@require_http_methods(["GET", "HEAD", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    """List a person's imports, or take a file."""
    if request.method != "POST":
        return _list(request)
    upload = request.FILES.get("file")
    if upload is None or not upload.size:
        return _list(request, _("Choose a file that is not empty."), 422)
    suffix = PurePath(upload.name or "").suffix.lower()
    if suffix not in SUFFIXES:
        return _list(request, _("Choose a file that ends in %(known)s.") % {"known": listed(SUFFIXES)}, 422)
    actor = actor_of_request(request)
    try:
        mapping = text_of(request.FILES.get("mapping")) if actor.roles.intersection(MAPS) else ""
    except Refused as refused:
        return _list(request, str(refused), 422)
    try:
        stored_as, sha256 = importruns.keep(upload.chunks(), suffix)
    except Refused as refused:
        return _list(request, str(refused), 413)
    except OSError:
        return _list(request, _("The file could not be stored: the disk is full or cannot be written."), 507)
    run_id = importruns.register_import(
        file_name=PurePath(upload.name or "").name,
        stored_as=stored_as,
        sha256=sha256,
        options=_options(mapping),
        actor=actor,
        at=now(),
    )
    return redirect("intake:import", run_id)


def _options(mapping: str) -> dict[str, Any]:
    """Return what is known of a file before it is looked at."""
    here = city()
    if mapping:
        return {"mapping": mapping}
    return {"crs": here.default_crs, "tz": here.zone} if here else {}


@import_page
@bounded
@require_http_methods(["GET", "HEAD", "POST"])
def one_import(request: HttpRequest, import_id: int) -> HttpResponse:
    """Show how a file would be read, how far its import is, or what became of it."""
    run = _run(request, import_id)
    answer = before_import(request, run) if run.state == ImportRun.State.UPLOADED else _after_start(request, run)
    if "HX-Request" in request.headers and (run.job is None or run.job.state != Job.State.READY):
        answer.headers["HX-Refresh"] = "true"  # it only asked how far the job is: now there is a whole page to see
    return answer


def _after_start(request: HttpRequest, run: ImportRun) -> HttpResponse:
    """Show how far an import is, or what became of it and what comes next."""
    made = json.loads(run.job.result) if run.job and run.job.result else {}
    context = {"run": run, "job": run.job, "refused_file": _has_refused(run), "made": made} | _what_went_in(run)
    return render(request, "intake/files/import.html", context)


def _what_went_in(run: ImportRun) -> dict[str, Any]:
    """Return how the list of reports shows what went in, by the days of the file, and its categories."""
    asked = json.loads(run.job.payload) if run.job else {}
    days = {name: dt.datetime.fromisoformat(asked[name]) for name in ("since", "until") if asked.get(name)}
    found = urlencode({name: day(moment) for name, moment in days.items()})
    return {"found": found, "categories": asked.get("categories", [])}


@import_page
@require_POST
def change_import(request: HttpRequest, import_id: int, what: str) -> HttpResponse:
    """Stop, resume or drop an import."""
    run, actor, at = _run(request, import_id), actor_of_request(request), now()
    if what == "drop":
        importruns.drop_import(import_id=run.pk, actor=actor, at=at)
        return redirect("intake:imports")
    if run.job_id is None:
        raise Http404
    (jobs.stop if what == "stop" else jobs.resume)(job_id=run.job_id, actor=actor, at=at)
    return redirect("intake:import", run.pk)


@import_page
@require_GET
def refused_rows(request: HttpRequest, import_id: int) -> HttpResponseBase:
    """Hand out the refused rows with line, field and reason."""
    run = _run(request, import_id)
    if run.state != ImportRun.State.DONE or not _has_refused(run):
        raise Http404
    name = importruns.refused_name(run)
    file = importruns.refused_file(run).open("rb")
    return FileResponse(file, as_attachment=True, filename=name, content_type="text/csv; charset=utf-8")


def _run(request: HttpRequest, import_id: int) -> ImportRun:
    found = ImportRun.objects.visible_to(actor_of_request(request)).select_related("job").filter(pk=import_id).first()
    if found is None:
        raise Http404
    return found


def _has_refused(run: ImportRun) -> bool:
    return run.refused > 0 and importruns.refused_file(run).is_file()


def _list(request: HttpRequest, problem: str = "", status: int = 200) -> HttpResponse:
    runs = ImportRun.objects.visible_to(actor_of_request(request)).select_related("job").order_by("-pk")[:SHOWN]
    shown = {"runs": runs, "problem": problem, "maps": bool(actor_of_request(request).roles.intersection(MAPS))}
    shown |= {"accepted": ", ".join(SUFFIXES)}
    return render(request, "intake/files/imports.html", shown, status=status)


urlpatterns = [
    path("imports/", imports, name="imports"),
    path("imports/<int:import_id>/", one_import, name="import"),
    path("imports/<int:import_id>/stop", change_import, {"what": "stop"}, name="import_stop"),
    path("imports/<int:import_id>/resume", change_import, {"what": "resume"}, name="import_resume"),
    path("imports/<int:import_id>/drop", change_import, {"what": "drop"}, name="import_drop"),
    path("imports/<int:import_id>/refused.csv", refused_rows, name="import_refused"),
]
