"""Where a request comes from: its network address, and what browser it says it is."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

AGENT_LENGTH = 400
BROWSERS = ("Edg", "OPR", "Firefox", "MicroMessenger", "Chrome", "Safari")  # the first that is named
BROWSER_NAMES = {"Edg": "Edge", "OPR": "Opera", "MicroMessenger": "WeChat"}
SYSTEMS = ("HarmonyOS", "OpenHarmony", "Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux")


def client_address(request: HttpRequest) -> str:
    """Return where a request comes from; behind the operator's own proxy (ANLAN_HTTPS) its last word counts."""
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.SECURE_PROXY_SSL_HEADER else ""
    return forwarded.rpartition(",")[2].strip() or request.META.get("REMOTE_ADDR", "")


def agent_of(request: HttpRequest) -> str:
    """Return what the browser says it is."""
    return request.headers.get("User-Agent", "")[:AGENT_LENGTH]


def device_of(agent: str) -> str:
    """Return browser and system alone, by which people know their own sessions and nobody is told apart."""
    browser = next((BROWSER_NAMES.get(name, name) for name in BROWSERS if name in agent), "")
    system = next((name for name in SYSTEMS if name in agent), "")
    return ", ".join(filter(None, (browser, system)))
