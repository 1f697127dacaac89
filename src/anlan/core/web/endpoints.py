"""Small JSON addresses of core: the areas of the map, the progress of a job."""

from __future__ import annotations

import datetime as dt
import json

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from anlan.core import jobs
from anlan.core.city.area_map import area_map
from anlan.core.city.areas import local_day, state
from anlan.core.models import Area, Job
from anlan.core.people.members import sign_of
from anlan.core.time.clock import now
from anlan.core.web.access import public, settling, signed_in
from anlan.core.web.middleware.access import actor_of_request


@settling
@never_cache
@require_safe
def ping(request: HttpRequest) -> JsonResponse:
    """Tell an open page that the server answers, and whom it knows."""
    return JsonResponse({"who": sign_of(actor_of_request(request))})


@public
def areas(request: HttpRequest) -> HttpResponse:
    """Return the areas in force on a day as GeoJSON: `?kind=district,county_city&day=2016-06-28`."""
    kinds = [kind for kind in request.GET.get("kind", "").split(",") if kind]
    day = _day(request.GET.get("day"))
    if day is None or any(kind not in Area.Kind.values for kind in kinds):
        message = _("Write kind as some of: %(kinds)s; write day as 2016-06-28.") % {
            "kinds": ", ".join(Area.Kind.values)
        }
        return JsonResponse({"error": "bad_request", "message": message}, status=400)
    etag = f'"{state()}-{day}"'
    if request.headers.get("If-None-Match") == etag:
        return HttpResponse(status=304)
    body = area_map(day, tuple(sorted(set(kinds))))
    headers = {"ETag": etag, "Cache-Control": "public, max-age=300"}
    return HttpResponse(body, content_type="application/geo+json", headers=headers)


@signed_in
def job(request: HttpRequest, job_id: int) -> HttpResponse:
    """Return how far a job is."""
    found = _job(request, job_id)
    answer = {
        "id": found.pk,
        "name": found.name,
        "state": "running" if found.state == Job.State.READY and found.token else found.state,
        "done": found.done,
        "total": found.total,
        "attempts": found.attempts,
        "result": json.loads(found.result) if found.result else None,
        "error": found.error.partition(":")[0],
    }
    return JsonResponse(answer, headers={"Cache-Control": "no-store"})


@signed_in
@require_POST
def job_stop(request: HttpRequest, job_id: int) -> HttpResponse:
    """Stop a job, and go back to the page that asked."""
    _job(request, job_id)
    jobs.stop(job_id=job_id, actor=actor_of_request(request), at=now())
    return _back(request, job_id)


@signed_in
@require_POST
def job_resume(request: HttpRequest, job_id: int) -> HttpResponse:
    """Put a stopped or dead job back in the queue."""
    _job(request, job_id)
    jobs.resume(job_id=job_id, actor=actor_of_request(request), at=now())
    return _back(request, job_id)


def _job(request: HttpRequest, job_id: int) -> Job:
    found = Job.objects.visible_to(actor_of_request(request)).filter(pk=job_id).first()
    if found is None:
        raise Http404
    return found


def _back(request: HttpRequest, job_id: int) -> HttpResponse:
    target = request.POST.get("next", "")
    if target.startswith("/") and not target.startswith("//") and "\\" not in target:
        return redirect(target)
    return redirect("core:job", job_id)


def _day(text: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else local_day(now())
    except ValueError:
        return None
