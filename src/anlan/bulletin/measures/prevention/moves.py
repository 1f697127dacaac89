"""The moves of problems in a period, as several measures count them."""

from __future__ import annotations

from django.db.models.query import QuerySet

from anlan.bulletin.figures.period import Period
from anlan.prevention.models import Move

PROBLEMS = ("个", "problems")


def moved(period: Period, *verbs: str) -> QuerySet[Move]:
    """Return the moves of these kinds that problems made in a period."""
    return Move.objects.filter(verb__in=verbs, **period.within("at"))
