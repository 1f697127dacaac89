"""How Anlan does: what an operator sees first, and what is pressed there."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from django.contrib import messages
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django.views.generic import RedirectView

from anlan import __version__
from anlan.core.ledger import followers
from anlan.core.models import Job
from anlan.core.operator.health import chain, health, work
from anlan.core.operator.views.frame import page, tab
from anlan.core.people.roles import Role
from anlan.core.time.clock import now
from anlan.core.web.access import roles
from anlan.core.web.middleware.access import actor_of_request

MOST: Final = 50  # jobs on the page
tab(10, pgettext_lazy("operator", "Health"), "core:operator")


@roles(Role.OPERATOR)
@never_cache
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Show what is watched, what is worst first; below it every follower, and the jobs that may need somebody."""
    at = now()
    lines, found = health(at), work.open_jobs(actor_of_request(request))
    marks = [line.mark for line in lines]
    count = found.count()
    context: dict[str, Any] = {
        "at": at, "lines": lines, "marks": {mark: marks.count(mark) for mark in set(marks)},
        "readers": chain.readers(), "jobs": [_drawn(job, at) for job in found[:MOST]], "count": count,
        "more": max(0, count - MOST), "version": __version__, "database": connection.display_name,
    }  # fmt: skip
    return page(request, "core/operator/health.html", "core:operator", context)


@require_POST
@roles(Role.OPERATOR)
def resume(request: HttpRequest, name: str) -> HttpResponse:
    """Let a stopped follower try its entry again."""
    if name not in {reader.name for reader in chain.readers()}:
        raise Http404
    if followers.resume(name=name, actor=actor_of_request(request), at=now()):
        messages.success(request, _("%(name)s tries its entry again at the worker's next turn.") % {"name": name})
    return redirect("core:operator")


def _drawn(job: Job, at: dt.datetime) -> dict[str, Any]:
    """Say how a job stands, and which of its moves are left."""
    is_open = job.state == Job.State.READY
    if not is_open:
        mark, words = ("late", _("Failed for good")) if job.state == Job.State.DEAD else ("idle", _("Stopped"))
    elif job.token and job.run_after > at:
        mark, words = "calm", _("Running")
    else:
        mark, words = "warn", _("Will be tried again")
    return {"job": job, "mark": mark, "words": words, "is_open": is_open, "is_dead": job.state == Job.State.DEAD}


urlpatterns = [
    path("operator/", show, name="operator"),
    path("operator/followers/<str:name>/resume", resume, name="operator_resume"),
    path("status/", roles(Role.OPERATOR)(RedirectView.as_view(pattern_name="core:operator")), name="status"),
]
