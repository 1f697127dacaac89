"""What `anlan status` counts of voice."""

from __future__ import annotations

from anlan.core.operator.counts import count
from anlan.voice.models import Satisfaction


@count("asked")
def asked() -> int:
    """Count the reports that were asked whether it helped."""
    return Satisfaction.objects.count()
