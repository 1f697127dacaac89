"""How many requests this process has answered, how, and how fast; never whose."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from typing import Final

BUCKETS_S: Final = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Traffic:
    """Counts of one process, since it began."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._statuses: Counter[int] = Counter()
        self._within: Counter[float] = Counter()
        self._seconds = 0.0

    def count(self, status: int, seconds: float) -> None:
        """Count one answer."""
        with self._lock:
            self._statuses[status] += 1
            self._seconds += seconds
            self._within.update(bound for bound in BUCKETS_S if seconds <= bound)

    def by_status(self) -> list[tuple[int, int]]:
        """Return how many answers of each status."""
        with self._lock:
            return sorted(self._statuses.items())

    def durations(self) -> Iterator[tuple[str, float]]:
        """Return what Prometheus calls a histogram: answers within each bound, and the sum of seconds."""
        with self._lock:
            total = self._statuses.total()
            yield from ((f"{bound:g}", self._within[bound]) for bound in BUCKETS_S)
            yield from (("+Inf", total), ("count", total), ("sum", round(self._seconds, 3)))


TRAFFIC: Final = Traffic()
