"""The city's categories."""

from __future__ import annotations

from anlan.core.city.current import read_once
from anlan.intake.models import Category


def categories() -> list[Category]:
    """Return them in their order, also those that are used no more; read once for a page."""
    return read_once("categories", lambda: list(Category.objects.all()))
