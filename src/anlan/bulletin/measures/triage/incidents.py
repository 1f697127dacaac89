"""The incidents of a period, and which categories they are of, as several measures count them."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q
from django.db.models.query import QuerySet

from anlan.bulletin.figures.period import Period
from anlan.intake.models import Category
from anlan.triage.models import Incident

INCIDENTS = ("起", "incidents")


def opened(period: Period) -> QuerySet[Incident]:
    """Return the incidents opened in a period."""
    return Incident.objects.filter(**period.within("opened_at"))


def are(*codes: str) -> Q:
    """Say that an incident is of these categories: the confirmed one, until then the one at call."""
    return Q(category_confirmed__code__in=codes) | Q(category_confirmed=None, category_at_call__code__in=codes)


def unknown(codes: Sequence[str]) -> bool:
    """Whether the city lacks one of these categories: then their matters are counted under others, and nobody knows."""
    return Category.objects.filter(code__in=codes).count() < len(codes)
