"""How Anlan does: what an operator sees first."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from anlan import __version__
from anlan.boards.queries.health import health
from anlan.core.people.roles import Role
from anlan.core.time.clock import now
from anlan.core.web.access import roles


@roles(Role.OPERATOR)
@never_cache
@require_safe
def status(request: HttpRequest) -> HttpResponse:
    """Show what is watched, what is worst first."""
    lines = health(now())
    marks = [line.mark for line in lines]
    context = {"lines": lines, "at": now(), "version": __version__, "late": marks.count("late"),
               "watched": marks.count("warn")}  # fmt: skip
    return render(request, "boards/status.html", context)


urlpatterns = [path("status/", status, name="status")]
