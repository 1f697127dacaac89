"""Reads of core that others need."""

from __future__ import annotations

from anlan.core.models import City


def city() -> City | None:
    """Return the city of this data directory, or None before `anlan init`."""
    return City.objects.first()
