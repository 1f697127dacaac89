"""Pure decisions of print: small cells, how a change is told, and the arithmetic of somebody else's bulletin."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

LEAST = 5  # a cell of fewer could point at somebody
MANIFOLD = 3.0  # from here on a change is told as a multiple, with both numbers


class BulletinRefused(ValueError):
    """The step cannot be taken; the message says what to do instead."""

    exit_status = 2


def suppressed(cells: Mapping[str, float], *, least: int = LEAST) -> set[str]:
    """Return which cells of a table with a printed total are not shown to the public.

    A cell below `least` is left out; where that is only one, the next smallest goes too, or the total gives it away.
    """
    small = {name for name, value in cells.items() if 0 < value < least}
    if len(small) == 1:
        others = sorted((value, name) for name, value in cells.items() if name not in small and value > 0)
        small |= {name for _, name in others[:1]}
    return small


def is_small(aggregate: str, value: float | None, n: int, *, least: int = LEAST) -> bool:
    """Whether one figure rests on so few rows that the public is not shown it."""
    return 0 < n < least if aggregate != "count" else value is not None and 0 < value < least


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
    told = "\n".join([number, *("|".join(map(str, row)) for row in figures)])
    digest = hashlib.sha256(told.encode()).hexdigest()[:20].upper()
    return " ".join(digest[n : n + 4] for n in range(0, 20, 4))


def require_counters(codes: Sequence[str], counters: Mapping[str, str]) -> list[str]:
    """Return the measures with each one's counter-indicator among them; an unknown one is refused."""
    unknown = [code for code in codes if code not in counters]
    if unknown or not codes:
        raise BulletinRefused(f"there is no measure {', '.join(unknown) or '(none chosen)'}")
    wanted = list(dict.fromkeys(codes))
    for code in wanted:
        if counters[code] not in wanted:
            wanted.append(counters[code])
    return wanted
