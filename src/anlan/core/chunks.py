"""Many values asked for a few at a time: a query holds a bounded number of parameters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, TypeVar

T = TypeVar("T")
IN_ONE_QUERY: Final = 500


def chunks(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """Yield the values in order, as many at a time as one query may name."""
    return (values[start : start + IN_ONE_QUERY] for start in range(0, len(values), IN_ONE_QUERY))
