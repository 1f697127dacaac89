"""Where an auditor may ask about an opening of personal content: hints ask, they never judge, and nobody is counted."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from anlan.core.sealed.purposes import Purpose

LONG: Final = dt.timedelta(days=7)  # a matter that ended longer ago is hardly handled any more
SHORT: Final = 4  # characters of a purpose in words of one's own that say little
OLD_AS_A_RULE: Final = frozenset({Purpose.STUDY, Purpose.AUDIT, Purpose.FAILURE, Purpose.CORRECT})


@dataclass(frozen=True)
class Hint:
    """How an opening stands to its purpose and its matter; `asks` where somebody may ask."""

    code: str  # short, ended, open
    asks: bool = False
    days: int = 0


def hint_of(purpose: str, at: dt.datetime, ends: dict[str, dt.datetime | None], subject: str) -> Hint | None:
    """Say whether a purpose says little, or how long ago the matter had ended; None where neither is known."""
    if purpose not in Purpose.values and len(purpose.strip()) < SHORT:
        return Hint("short", asks=True)
    if subject not in ends:
        return None
    ended = ends[subject]
    if ended is None or ended >= at:
        return Hint("open")
    return Hint("ended", at - ended >= LONG and purpose not in OLD_AS_A_RULE, (at - ended).days)
