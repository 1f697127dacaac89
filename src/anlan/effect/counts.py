"""What `anlan status` counts of effect."""

from __future__ import annotations

from anlan.core.operator.counts import count
from anlan.effect.models import Estimate


@count("estimates")
def estimates() -> int:
    """Count the estimates ever made."""
    return Estimate.objects.count()
