"""What every page of the two shells needs."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

from anlan.core.city.current import city, city_zone
from anlan.core.people.actors import PUBLIC
from anlan.core.time.clock import ahead, now
from anlan.core.web.slots import rail_for

THEMES = {"light", "dark"}


def shell(request: HttpRequest) -> dict[str, Any]:
    """Return city, rail, theme and the other language."""
    here = city()
    actor = getattr(request, "actor", PUBLIC)
    match = request.resolver_match
    english = (get_language() or "en").startswith("en")
    theme = request.COOKIES.get("theme", "")
    return {
        "city": here,
        "city_name": "" if here is None else (here.name_en if english else here.name),
        "rail": rail_for(actor),
        "here_app": match.app_name if match else "",
        "signed_in": actor.person_id is not None,
        "theme": theme if theme in THEMES else "",
        "city_time": _city_time() if here and ahead() else "",
        "city_ahead_s": f"{ahead().total_seconds():.3f}",
        "tiles": "/map/tiles/{z}/{x}/{y}" if settings.TILE_URL else "",
        "tile_attribution": settings.TILE_ATTRIBUTION,
        "other_language": ("zh-hans", "zh", "中文") if english else ("en", "en", "English"),
    }


def _city_time() -> str:
    """Return what the clocks of a simulated city show."""
    return now().astimezone(city_zone()).strftime("%Y-%m-%d %H:%M:%S")
