"""Shifts: which units are on duty, with how many people, and what was open when they handed over."""

from __future__ import annotations

from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from anlan.core.people.actors import Actor, NotAllowed
from anlan.core.refusals import Refused
from anlan.core.time.clock import now
from anlan.core.web.access import roles
from anlan.core.web.middleware.access import actor_of_request
from anlan.dispatch.actions import begin_shift
from anlan.dispatch.forms import ShiftForm
from anlan.dispatch.queries.units import shifts_about
from anlan.triage.access import READERS, is_mover


@roles(*READERS)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def shifts(request: HttpRequest) -> HttpResponse:
    """Show yesterday's, today's and the coming shifts, and put a unit on duty."""
    actor, at = actor_of_request(request), now()
    writes = is_mover(actor)
    form = ShiftForm(request.POST or None, actor=actor, auto_id="shift-%s")
    if request.method == "POST" and form.is_valid() and _begun(form, actor, request.POST.get("key") or None):
        return redirect("dispatch:shifts")
    context = {"shifts": shifts_about(at, actor), "at": at, "form": form, "writes": writes, "key": uuid4()}
    return render(request, "dispatch/shifts.html", context, status=422 if form.errors else 200)


def _begun(form: ShiftForm, actor: Actor, key: str | None) -> bool:
    try:
        begin_shift(**form.cleaned_data, actor=actor, at=now(), key=key)
    except Refused as error:
        form.add_error(error.field, str(error))
    except NotAllowed:
        form.add_error("unit", _("The desk, or an officer of its organisation, puts a unit on duty."))
    return not form.errors
