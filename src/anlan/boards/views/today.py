"""What waits for me, by clock: the first page of everybody who acts, and the counts on the rail."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any
from zlib import crc32

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from anlan.boards.dayline import day_line
from anlan.boards.words import group_words
from anlan.core.city.areas import local_day
from anlan.core.city.current import city_zone
from anlan.core.people.actors import Actor
from anlan.core.people.roles import Role
from anlan.core.time.clock import now
from anlan.core.web.access import signed_in
from anlan.core.web.matters import GROUPS, Matter, count_of, matters_of
from anlan.core.web.middleware.access import actor_of_request
from anlan.core.web.recent import deeds_of, news_of
from anlan.core.web.slots import Stop, stops_for


@signed_in
@never_cache
@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """Show what waits for this person, the soonest due first; beside it what they are told, and what they did."""
    return page(request)


def page(request: HttpRequest, status: int = 200, **more: Any) -> HttpResponse:
    """Show the list as it stands now, and what came of a step that was pressed on it."""
    actor, at = actor_of_request(request), now()
    stops = {stop.app_name: stop for stop in stops_for(actor)}
    matters = matters_of(actor, at, stops)
    context: dict[str, Any] = {
        "at": at, "matters": matters, "groups": _groups(matters, stops, at), "counts": _counts(matters, at),
        "day": day_line(matters, stops, at), "seen": _digest(matters), "posts": _posts(actor),
        "news": news_of(actor, _yesterday(at), stops), "deeds": deeds_of(actor, stops, at),
    }  # fmt: skip
    return render(request, "boards/today.html", context | more, status=status)


@signed_in
@never_cache
@require_safe
def due(request: HttpRequest) -> HttpResponse:
    """Give the numbers that stand on the rail, and whether the page that asks is not the newest."""
    actor, at = actor_of_request(request), now()
    stops = stops_for(actor)
    matters = matters_of(actor, at, [stop.app_name for stop in stops])
    counts = [(stop, count_of([known for known in matters if known.stage == stop.app_name], at)) for stop in stops]
    first = (stops[0], count_of(matters, at))  # today shows the worst of all
    seen = request.GET.get("seen", "")
    context = {"counts": [first, *counts[1:]], "seen": seen, "fresh": bool(seen) and seen != _digest(matters)}
    return render(request, "boards/_due.html", context)


def _yesterday(at: dt.datetime) -> dt.datetime:
    """Return when yesterday began here."""
    day = local_day(at) - dt.timedelta(days=1)
    return dt.datetime.combine(day, dt.time(), city_zone()).astimezone(dt.UTC)


def _groups(matters: Sequence[Matter], stops: dict[str, Stop], at: dt.datetime) -> list[dict[str, Any]]:
    found = []
    for name in GROUPS:
        rows = [(matter, stops[matter.stage]) for matter in matters if matter.group(at) == name]
        if rows:
            found.append({"name": name, "words": group_words(name), "rows": rows})
    return found


def _counts(matters: Sequence[Matter], at: dt.datetime) -> dict[str, int]:
    groups = [matter.group(at) for matter in matters]
    return {name: groups.count(name) for name in GROUPS}


def _digest(matters: Sequence[Matter]) -> str:
    """Return a short sign of what is listed: a page that shows another sign is not the newest."""
    return f"{crc32(' '.join(f'{matter.number}:{matter.step}' for matter in matters).encode()):08x}"


def _posts(actor: Actor) -> list[str]:
    return [str(Role(role).label) for role in sorted(actor.roles)]


urlpatterns = [path("today/", today, name="today"), path("today/due", due, name="due")]
