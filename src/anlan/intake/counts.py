"""What intake adds to `anlan status`."""

from __future__ import annotations

from anlan.core.operator.counts import count
from anlan.intake.models import Report


@count("reports")
def reports() -> int:
    """Count every report, whatever its validity."""
    return Report.objects.count()
