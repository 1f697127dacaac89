"""What `anlan status` counts of bulletins."""

from __future__ import annotations

from anlan.bulletin.models import Figure
from anlan.core.operator.counts import count


@count("figures")
def figures() -> int:
    """Count the published figures."""
    return Figure.objects.count()
