"""Pure decisions of print: which measures a plan has, which cells are small, how a change is written."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from anlan.core.refusals import Refused

LEAST = 5  # a cell of fewer could point at somebody
MANIFOLD = 3.0  # from here on a change is written as a multiple, with both numbers
Sum = tuple[str, Sequence[str]]  # a cell, and the cells that it is the sum of
Span = tuple[int, int]  # days: the first one, and the first one after


def suppressed(cells: Mapping[str, float], sums: Sequence[Sum], *, besides: Iterable[str] = ()) -> set[str]:
    """Return which cells are not shown to the public: the small ones, those besides, and what would give them away.

    While some sum, or a combination of sums, still gives a protected cell, the smallest other cell beside it goes too.
    """
    small = {name for name, value in cells.items() if 0 < value < LEAST}
    protected = small | {name for name in besides if name in cells}
    hidden = set(protected)
    known = [(whole, parts) for whole, parts in sums if whole in cells and all(part in cells for part in parts)]
    while given := sorted(_given_away(hidden, known) & protected):
        beside = {name for whole, parts in known for name in parts if given[0] in (whole, *parts)}
        others = sorted((cells[name], name) for name in beside - hidden if cells[name] > 0)
        wholes = sorted(whole for whole, parts in known if given[0] in parts and whole not in hidden)
        if not others and not wholes:
            break
        hidden.add(others[0][1] if others else wholes[0])
    return hidden


def _given_away(hidden: set[str], sums: Sequence[Sum]) -> set[str]:
    """Return the hidden cells that the shown ones determine: their unit vector is a combination of the sums."""
    names = sorted(hidden)
    table = np.array([[float(name == whole) - float(name in parts) for name in names] for whole, parts in sums])
    if not names or not len(table):
        return set()
    rank = int(np.linalg.matrix_rank(table))
    units = np.eye(len(names))
    return {name for name, unit in zip(names, units, strict=True)
            if int(np.linalg.matrix_rank(np.vstack([table, unit]))) == rank}  # fmt: skip


def tells_over_time(shown: Sequence[tuple[Span, float]], hidden: Collection[Span], span: Span, value: float) -> bool:
    """Whether a count of some days would, beside the counts shown of other days, give a small one, or a hidden one.

    A count is the difference of what has happened by its two ends: counts that share an end add up or leave a rest.
    """
    left, right = _reached(shown, span[0]), _reached(shown, span[1])
    if span[1] in left:
        return False
    pairs = product(left.items(), right.items())
    rests = [((min(a, b), max(a, b)), abs(value + there - here)) for (a, here), (b, there) in pairs]
    return any(0 < rest < LEAST or days in hidden for days, rest in rests)


def known_over_time(shown: Sequence[tuple[Span, float]], span: Span) -> float | None:
    """Return the count of some days that the counts shown give already."""
    return _reached(shown, span[0]).get(span[1])


def _reached(shown: Sequence[tuple[Span, float]], start: int) -> dict[int, float]:
    """Return how much more has happened by each end that the shown counts join to this one."""
    found, waiting = {start: 0.0}, [start]
    while waiting:
        here = waiting.pop()
        steps = [(end, value) for (begin, end), value in shown if begin == here]
        steps += [(begin, -value) for (begin, end), value in shown if end == here]
        fresh = {there: found[here] + value for there, value in steps if there not in found}
        found |= fresh
        waiting += fresh
    return found


def is_small(aggregate: str, value: float | None, n: int) -> bool:
    """Whether a figure that is no count rests on so few rows that the public is not shown it.

    A share of many rows tells how many they were on each side: both sides have to be none or enough.
    """
    if value is None or aggregate in {"count", "sum"}:
        return False
    if aggregate != "share":
        return 0 < n < LEAST
    yes = round(value * n / 100)
    return 0 < n < LEAST or 0 < yes < LEAST or 0 < n - yes < LEAST


@dataclass(frozen=True)
class Change:
    """How a figure stands to its base: in per cent, in points of a share, or as a multiple with both numbers."""

    kind: str  # none, percent, points, times
    amount: float | None


def change(aggregate: str, value: float | None, base: float | None) -> Change:
    """Return it; from nothing there is no percentage."""
    if value is None or base is None:
        return Change("none", None)
    if aggregate == "share":
        return Change("points", value - base)
    if base == 0:
        return Change("none", None)
    if value / base >= MANIFOLD:
        return Change("times", value / base)
    return Change("percent", 100 * (value - base) / base)


def verification_code(number: str, figures: Iterable[Sequence[object]]) -> str:
    """Return 80 bits over everything that is printed, in groups of four."""
    printed = "\n".join([number, *("|".join(map(str, figure)) for figure in figures)])
    digest = hashlib.sha256(printed.encode()).hexdigest()[:20].upper()
    return " ".join(digest[n : n + 4] for n in range(0, 20, 4))


def require_period(since: dt.date, until: dt.date) -> None:
    """Demand that a period is one."""
    if until < since:
        raise Refused("plan_ends_before_it_begins", "until")


def is_afterwards(fixed_on: dt.date, until: dt.date) -> bool:
    """Whether measures were fixed when it could be known how they came out: on the period's last day, or later."""
    return fixed_on >= until


def require_counters(codes: Sequence[str], counters: Mapping[str, str]) -> list[str]:
    """Return the measures with each one's counter-indicator among them; an unknown one is refused."""
    if not codes:
        raise Refused("no_measures_chosen", "measures")
    if unknown := [code for code in codes if code not in counters]:
        raise Refused("unknown_measures", "measures", codes=", ".join(unknown))
    wanted = list(dict.fromkeys(codes))
    for code in wanted:
        if counters[code] not in wanted:
            wanted.append(counters[code])
    return wanted
