"""The answer of whoever holds a tracking code."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from anlan.core.people.actors import PUBLIC
from anlan.core.refusals import Refused
from anlan.core.time.clock import now
from anlan.core.web.access import public
from anlan.intake.models import Report
from anlan.intake.public.holder import holder, unkept
from anlan.voice.actions import answer


@public
@unkept
@csrf_exempt  # whoever holds the code may act; the page sends no referrer, so a browser's Origin is "null"
@require_POST
@holder
def helped(request: HttpRequest, code: str, found: Report) -> HttpResponse:
    """Take the choice and go back to the page; a second one is declined in words."""
    back = reverse("intake:track_code", args=[code])
    try:
        answer(tracking_code=code, helped=request.POST.get("helped", ""), actor=PUBLIC, at=now())
    except Refused as error:
        about = {"code": code, "words": str(error), "page_url": back}
        return render(request, "voice/refused.html", about, status=409)
    return redirect(back + "#helped")


urlpatterns = [path("track/<str:code>/helped", helped, name="helped")]
