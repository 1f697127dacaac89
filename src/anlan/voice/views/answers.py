"""The answer of whoever holds a tracking code."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from anlan.core.people.actors import PUBLIC
from anlan.core.time.clock import now
from anlan.core.web.access import public
from anlan.intake.models import Report
from anlan.intake.views.tracking import holder, unkept
from anlan.voice.actions import answer
from anlan.voice.rules import VoiceRefused


@public
@unkept
@csrf_exempt  # whoever holds the code may act; the page sends no referrer, so a browser's Origin is "null"
@require_POST
@holder
def helped(request: HttpRequest, code: str, found: Report) -> HttpResponse:
    """Take the choice and go back to the page; a second one is declined in words."""
    try:
        answer(tracking_code=code, helped=request.POST.get("helped", ""), actor=PUBLIC, at=now())
    except VoiceRefused as error:
        return render(request, "voice/refused.html", {"code": code, "words": refusal(error.code)}, status=409)
    return redirect(reverse("intake:track_code", args=[code]) + "#helped")


def refusal(code: str) -> str:
    """Say why an answer is not taken."""
    return {
        "answered_before": _("You have answered already. Each report is counted once, and your first answer stands."),
        "open_again": _("Somebody has taken this matter up again. Your answer is not needed until it is closed."),
        "too_late": _("The 30 days for answering are over. You can still add to your report."),
        "not_asked": _("We ask only some reporters, chosen by a fixed rule. You can still add to your report."),
    }.get(code, _("Please choose one of the three answers."))


urlpatterns = [path("track/<str:code>/helped", helped, name="helped")]
