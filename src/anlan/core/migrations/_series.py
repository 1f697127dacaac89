"""How a migration lets a series go on from the numbers that were given before."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def go_on_after(apps: Any, numbers: Iterable[str]) -> None:
    """Keep the last number of each letter and year: of P-2016-0001 and P-2016-0002 the second."""
    last: dict[tuple[str, str], int] = {}
    for number in numbers:
        letter, year, count = number.split("-")
        last[letter, year] = max(int(count), last.get((letter, year), 0))
    store(apps, [(letter, year, count) for (letter, year), count in last.items()])


def store(apps: Any, rows: Iterable[tuple[str, str, int]]) -> None:
    """Store rows of letter, period and last number."""
    count = apps.get_model("core", "SeriesCount")
    made = [count(letter=letter, period=period, last=last) for letter, period, last in rows]
    unique = ["letter", "period"]
    count.objects.bulk_create(made, batch_size=300, update_conflicts=True, unique_fields=unique, update_fields=["last"])
