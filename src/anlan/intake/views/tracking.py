"""The tracking page, for whoever holds the code. It shows no address, name or photo."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from anlan.core.time.clock import now
from anlan.core.web.access import public
from anlan.intake.forms.errors import FormErrors
from anlan.intake.forms.holders import WordsForm
from anlan.intake.models import Erasure, Report
from anlan.intake.public.codes import grouped, read_code
from anlan.intake.public.form_token import new_token
from anlan.intake.public.holder import ask_again, holder, unkept
from anlan.intake.public.timeline import tell
from anlan.intake.queries.tracking import WITHDRAW_WITHIN, may_withdraw


@public
@unkept
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def track(request: HttpRequest) -> HttpResponse:
    """Take a code and open its page; the form posts, so that the code stands in no query string."""
    typed = request.POST.get("code", "")[:60] if request.method == "POST" else ""
    if request.method != "POST":
        return render(request, "intake/public/track.html")
    code = read_code(typed)
    if code is None:
        return ask_again(request, typed, FormErrors.no_code(typed), 422)
    return _to_page(request, code)


@holder
def _to_page(request: HttpRequest, code: str, found: Report) -> HttpResponse:
    return redirect("intake:track_code", code)


@public
@unkept
@require_GET
@holder
def track_code(request: HttpRequest, code: str, found: Report) -> HttpResponse:
    """Show where a report stands; no address, name or photo is on the page."""
    return tracked_page(request, found, code, done=_done(request.GET.get("told", "")))


def tracked_page(
    request: HttpRequest,
    found: Report,
    code: str,
    *,
    form: WordsForm | None = None,
    form_errors: FormErrors | None = None,
    done: str = "",
    status: int = 200,
) -> HttpResponse:
    """Show the tracking page as the report stands, with what was typed where it was not taken."""
    at = now()
    standing, steps = tell(found, at)
    erased = Erasure.objects.filter(report=found).exists()
    about = {
        "report": found,
        "page_url": reverse("intake:track_code", args=[code]),
        "code": grouped(code),
        "code_plain": code,
        "now": standing,
        "steps": steps,
        "form": form,
        "form_errors": form_errors,
        "done": done,
        "token": new_token(),
        "withdraw_until": found.entered_at + WITHDRAW_WITHIN,
        "can": {"add": standing.asks == "more", "withdraw": may_withdraw(found, at), "erase": not erased},
    }
    return render(request, "intake/public/tracked.html", about, status=status)


def _done(word: str) -> str:
    return {
        "added": _("Thank you. What you added is with your report."),
        "objected": _("Thank you. It is taken up again, and the control room looks at it now."),
        "again": _("Thank you. Somebody looks at it anew."),
        "withdrawn": _("The report is withdrawn. Nobody can open your words, photo and number any more."),
        "erased": _("Nobody can open your words, photo and number any more."),
    }.get(word, "")


urlpatterns = [
    path("track/", track, name="track"),
    path("track/<str:code>/", track_code, name="track_code"),
]
