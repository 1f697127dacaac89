"""The city's folder: what reading it again would change, loaded as it was shown; and what of the city stands in it."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import get_language, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from anlan.core.city import reload
from anlan.core.city.lines import apart_words, change_words, fault_words, is_feature, more_words
from anlan.core.models import Job
from anlan.core.operator.views import tables
from anlan.core.operator.views.frame import page, tab
from anlan.core.people.roles import Role
from anlan.core.refusals import in_words
from anlan.core.time.clock import now
from anlan.core.web.access import roles
from anlan.core.web.middleware.access import actor_of_request

HERE: Final = "core:operator_city"
tab(30, pgettext_lazy("operator", "City folder"), HERE)


@roles(Role.OPERATOR)
@never_cache
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Show what was found when the folder was read last; no page reads it."""
    job = reload.latest()
    done = job is not None and job.state == Job.State.DONE
    seen = _worded(json.loads(job.result or "{}")) if job and done else None
    last = reload.loaded_last()
    context = {
        "job": job,
        "seen": seen,
        "waits": job is not None and job.state == Job.State.READY,
        "loaded_at": dt.datetime.fromisoformat(last.at) if last else None,
        "folder": reload.folder(),
        "tables": tables.tables(),
    }
    answer = page(request, "core/operator/city.html", HERE, context)
    if "HX-Request" in request.headers and not context["waits"]:
        answer.headers["HX-Refresh"] = "true"  # it only asked whether the folder is read: now there is a page to see
    return answer


@roles(Role.OPERATOR)
@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """Have the folder read again."""
    reload.ask(language=get_language() or "en", actor=actor_of_request(request), at=now())
    return redirect(HERE)


@roles(Role.OPERATOR)
@require_POST
def load(request: HttpRequest) -> HttpResponse:
    """Have what was shown loaded; without it nothing is."""
    seen, over_pages = request.POST.get("seen", "")[:64], "over_pages" in request.POST
    actor, language = actor_of_request(request), get_language() or "en"
    reload.ask(language=language, seen=seen, over_pages=over_pages, actor=actor, at=now())
    return redirect(HERE)


def _worded(seen: dict[str, Any]) -> dict[str, Any]:
    """Word in the reader's language what the worker kept as plain values."""
    files = seen.get("files", [])
    return seen | {
        "faults": [fault | {"reason": fault_words(fault), "is_feature": is_feature(fault)} for fault in seen["faults"]],
        "refused": in_words(seen["refused"], {}) if "refused" in seen else "",
        "changed": [_of_file(of_file) for of_file in files if of_file["changes"]],
        "apart": [apart_words(clock) for clock in seen.get("apart", [])],
        "same": [of_file["file"] for of_file in files if not of_file["changes"]],
    }


def _of_file(of_file: dict[str, Any]) -> dict[str, Any]:
    lines = [(change["what"], change_words(change)) for change in of_file["changes"]]
    return of_file | {"lines": [*lines, *(("", line) for line in more_words(of_file["more"]))]}


urlpatterns = [
    path("operator/city/", show, name="operator_city"),
    path("operator/city/read", read, name="operator_city_read"),
    path("operator/city/load", load, name="operator_city_load"),
    *tables.urlpatterns,
]
