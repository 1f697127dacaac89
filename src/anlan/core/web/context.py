"""What every page of the two shells needs."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from anlan.core.city.current import city, city_zone
from anlan.core.people.actors import PUBLIC, Actor
from anlan.core.people.members import actor_of, sign_of
from anlan.core.time.clock import ahead, now
from anlan.core.web.slots import Rail, rail_for, served, stop_of

THEMES = {"light", "dark"}


def shell(request: HttpRequest) -> dict[str, Any]:
    """Return city, rail, theme and the other language."""
    here = city()
    actor = _actor(request)
    match = request.resolver_match
    english = (get_language() or "en").startswith("en")
    theme = request.COOKIES.get("theme", "")
    here_stop = stop_of(actor, match.view_name, match.app_name) if match else ""
    return served() | {
        "city": here,
        "city_name": "" if here is None else (here.name_en if english else here.name),
        "rail": (rail := rail_for(actor)),
        "rail_stops": drawn(rail, here_stop, get_language() or ""),
        "here_app": match.app_name if match else "",
        "here_stop": here_stop,
        "signed_as": sign_of(actor),
        "signed_in": actor.person_id is not None,
        "error_shell": "core/base_public.html" if actor.person_id is None else "core/base_work.html",
        "error_head": "h1" if actor.person_id is None else "h2",
        "rail_folded": request.COOKIES.get("rail") == "folded",
        "theme": theme if theme in THEMES else "",
        "city_time": _city_time() if here and ahead() else "",
        "city_zone": str(city_zone()),
        "city_ahead_ms": int(ahead().total_seconds() * 1000) if ahead() else 0,
        "city_ahead_s": f"{ahead().total_seconds():.3f}",
        "tiles": "/map/tiles/{z}/{x}/{y}" if settings.TILE_URL else "",
        "tile_attribution": settings.TILE_ATTRIBUTION,
        "other_language": ("zh-hans", "zh", "中文") if english else ("en", "en", "English"),
    }


@lru_cache(maxsize=512)
def drawn(rail: Rail, here_stop: str, language: str) -> SafeString:
    """Draw the stops of a rail: the same on each page of a room, for everybody who may enter the same rooms."""
    return SafeString(render_to_string("core/_stops.html", {"rail": rail, "here_stop": here_stop}))


def _actor(request: HttpRequest) -> Actor:
    """Return who asks, also where no address was found and nobody was let in."""
    known = getattr(request, "actor", None)
    if known is None and getattr(request, "user", None) is not None and request.user.is_authenticated:
        return actor_of(request.user)
    return known or PUBLIC


def _city_time() -> str:
    """Return what the clocks of a simulated city show."""
    return now().astimezone(city_zone()).strftime("%Y-%m-%d %H:%M:%S")
