"""Beside a served demonstration its day goes on; a real city has no time of its own, and nothing is simulated in it."""

from __future__ import annotations

from anlan.core.jobs.beside import beside
from anlan.core.time.clock import ahead


@beside
def go_on() -> bool:
    """Live the moments since the last time: calls, the desk, crews."""
    if not ahead():
        return False
    from anlan.city.day.live import live

    return live() > 0
