"""Find or go: a number, or a room, from any page; nothing else can be asked for."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from anlan.core.people.actors import Actor
from anlan.core.web.access import signed_in
from anlan.core.web.middleware.access import actor_of_request
from anlan.core.web.numbers import find
from anlan.core.web.slots import Stop, stops_for


@signed_in
@never_cache
@require_safe
def palette(request: HttpRequest) -> HttpResponse:
    """Answer what was typed: the record of that number, and the rooms that are called so."""
    typed, actor = request.GET.get("q", "").strip()[:40], actor_of_request(request)
    context = {"q": typed, "found": find(typed, actor) if typed else None, "stops": _stops(typed, actor)}
    return render(request, "boards/_found.html" if "HX-Request" in request.headers else "boards/find.html", context)


def _stops(typed: str, actor: Actor) -> list[Stop]:
    """Return the rooms that are called so in the page's language, or have this letter or sign."""
    asked, stops = typed.casefold(), stops_for(actor)
    return [stop for stop in stops if asked in {stop.letter, stop.char} or asked in str(stop.label).casefold()]


urlpatterns = [path("find/", palette, name="find")]
