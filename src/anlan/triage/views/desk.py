"""What triage answers at the call desk while somebody is on the line."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from anlan.core.time.clock import now
from anlan.core.web.access import roles
from anlan.core.web.middleware.access import actor_of_request
from anlan.intake.access import TAKES_CALLS
from anlan.triage.actions import look_up_caller
from anlan.triage.queries.callers import dialled, matters


@roles(*TAKES_CALLS)
@never_cache
@require_POST
def caller(request: HttpRequest) -> HttpResponse:
    """Show what a caller may ask about; posted, so that the number stands in no address and no log."""
    number, at = request.POST.get("phone", "")[:60], now()
    found = look_up_caller(contact=number, actor=actor_of_request(request), at=at) if dialled(number) else []
    context = {"asked": bool(number.strip()), "whole": bool(dialled(number)), "matters": matters(found, at), "at": at}
    return render(request, "triage/_caller.html", context)
