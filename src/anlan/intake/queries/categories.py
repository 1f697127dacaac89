"""The city's categories."""

from __future__ import annotations

from anlan.core.city.current import kept
from anlan.intake.models import Category


def categories() -> tuple[Category, ...]:
    """Return them in their order, also those that are used no more; read once, and shared."""
    return kept(_categories)


def _categories() -> tuple[Category, ...]:
    return tuple(Category.objects.all())
