"""Many values: asked for a few at a time, for a query holds a bounded number of parameters, or each only once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Sequence
from types import NoneType
from typing import Any, Final, TypeVar

from django.db.models import QuerySet

T = TypeVar("T")
IN_ONE_QUERY: Final = 500
ALIKE: Final = frozenset(
    {str, NoneType, dt.datetime}
)  # numbers may be equal and not look alike: 1 and True, 0 and -0.0


def chunks(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """Yield the values in order, as many at a time as one query may name."""
    return (values[start : start + IN_ONE_QUERY] for start in range(0, len(values), IN_ONE_QUERY))


def keyed(rows: QuerySet[Any, Any], keys: Collection[int]) -> Iterator[QuerySet[Any, Any]]:
    """Yield what holds the rows with these keys: at once where the keys lie close, with some others among them.

    To name each key costs Django many times what the row does.
    """
    if keys and max(keys) - min(keys) < 2 * len(keys):
        yield rows.filter(pk__gte=min(keys), pk__lte=max(keys))
    else:
        yield from (rows.filter(pk__in=some) for some in chunks(list(keys)))


def each_once(function: Callable[[Any], T], column: Sequence[Any]) -> list[T]:
    """Return what a function makes of each value of a column; of texts and moments it is asked once of equal ones."""
    if not ALIKE.issuperset(map(type, column)):
        return list(map(function, column))
    made = {value: function(value) for value in set(column)}
    return [made[value] for value in column]
