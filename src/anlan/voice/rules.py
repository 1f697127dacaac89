"""Pure decisions: which reports are asked, until when, and what the answers say of all."""

from __future__ import annotations

import datetime as dt
import hashlib
import math
from typing import Final

ONE_IN: Final = 3
OPEN_FOR: Final = dt.timedelta(days=30)
Z_95: Final = 1.959963984540054


def is_asked(number: str, one_in: int = ONE_IN) -> bool:
    """Whether a report is asked: fixed by its number alone, so that nobody chooses and everybody can check."""
    if one_in < 1:
        return False
    digest = hashlib.sha256(f"satisfaction:{number}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % one_in == 0


def is_open(asked_at: dt.datetime, at: dt.datetime) -> bool:
    """Whether an answer is still taken."""
    return asked_at <= at <= asked_at + OPEN_FOR


def wilson(yes: int, n: int) -> tuple[float, float] | None:
    """Return the 95 % interval of a share (Wilson 1927), which holds for few answers too; none without answers."""
    if n == 0:
        return None
    share, z2 = yes / n, Z_95**2
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z_95 * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return max(0.0, middle - half), min(1.0, middle + half)
