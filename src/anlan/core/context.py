"""What every page of the shell needs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from anlan.core.queries import city


def shell(request: HttpRequest) -> dict[str, Any]:
    """Return the city for the page's head."""
    return {"city": city()}
