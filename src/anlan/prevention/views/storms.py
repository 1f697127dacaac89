"""Storms: what the rain gauges measured, and how many mended places each one tested."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from anlan.core.access import roles
from anlan.core.clock import now
from anlan.core.middleware.access import actor_of_request
from anlan.prevention import actions
from anlan.prevention.answering import TAKEN, send
from anlan.prevention.forms import StormForm
from anlan.prevention.reading import PAGE, READS
from anlan.prevention.storms_read import storms, tested
from anlan.prevention.verifying import RECORDS


@require_http_methods(["GET", "HEAD", "POST"])
@roles(*READS, *RECORDS)
def rain(request: HttpRequest) -> HttpResponse:
    """List the storms, the newest first, and record one as it was measured."""
    actor = actor_of_request(request)
    form, status = StormForm(request.POST or None, auto_id="storm-%s"), 200
    if request.method == "POST":
        who: dict[str, Any] = {"actor": actor, "at": now(), "key": request.POST.get("key") or None}
        status, told = send(form, "record_storm", lambda **asked: actions.record_storm(**asked, **who))
        if status == TAKEN:
            n = told["waiting"]
            messages.success(request, ngettext("The storm is recorded. It tested %(n)d mended place that waits.",
                                               "The storm is recorded. It tested %(n)d mended places that wait.", n)
                             % {"n": n})  # fmt: skip
            return redirect("prevention:storms")
    page = Paginator(storms(), PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "key": uuid4(), "page": page, "rows": tested(list(page.object_list)),
               "records": bool(actor.roles.intersection(RECORDS))}  # fmt: skip
    return render(request, "prevention/storms.html", context, status=status)


urlpatterns = [path("storms/", rain, name="storms")]
