"""What `anlan status` counts of hotspots."""

from __future__ import annotations

from anlan.core.operator.counts import count
from anlan.hotspots.models import Site, Study


@count("studies")
def studies() -> int:
    """Count the finished studies."""
    return Study.objects.filter(state=Study.State.FINISHED).count()


@count("sites")
def sites() -> int:
    """Count the sites that were ever numbered."""
    return Site.objects.count()
