"""The first steps of a new city: from its folder to its first bulletin, on one page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from anlan.boards.access import BEGINS
from anlan.boards.queries.first_steps import steps
from anlan.core.web.access import opens, roles
from anlan.core.web.middleware.access import actor_of_request


@roles(*BEGINS)
@never_cache
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Show each step with its state, who does it and where; each leads there whom it lets in."""
    found, actor = steps(), actor_of_request(request)
    rows = [(step, step.address if step.address and opens(actor, step.address) else "") for step in found]
    done = sum(step.done for step in found)
    return render(request, "boards/start.html", {"rows": rows, "done": done, "total": len(found)})


urlpatterns = [path("start/", start, name="start")]
