"""Pure decisions: when a message may go, which values a template takes, how long to wait for a gateway."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from anlan.core.refusals import Refused

LONGEST_VALUE = 200
AHEAD = dt.timedelta(minutes=5)  # of our clock, as a gateway's may run
CODE = re.compile(r"[a-z_]{0,32}")
STAMPS = ("delivered", "read", "answered", "failed")  # what a gateway tells later


@dataclass(frozen=True)
class Quiet:
    """Hours in which nothing is sent; the same moment twice means none."""

    begins: dt.time
    ends: dt.time

    def holds_at(self, time: dt.time) -> bool:
        """Whether a time of day is quiet; the hours may go over midnight."""
        if self.begins <= self.ends:
            return self.begins <= time < self.ends
        return time >= self.begins or time < self.ends


def next_moment(at: dt.datetime, quiet: Quiet, zone: dt.tzinfo) -> dt.datetime:
    """Return when a message asked for at a moment may go: then, or at the end of the quiet hours."""
    local = at.astimezone(zone)
    if not quiet.holds_at(local.time()):
        return at
    days = 1 if local.time() >= quiet.ends else 0
    end = dt.datetime.combine(local.date() + dt.timedelta(days=days), quiet.ends, zone)
    moments = [end.replace(fold=fold).astimezone(dt.UTC) for fold in (0, 1)]  # an hour that comes twice ends twice
    return next(moment for moment in moments if moment > at)


def require_values(needed: Collection[str], values: Mapping[str, object]) -> None:
    """Refuse values that the template does not name, lack of one that it does, and what is no short plain value."""
    if set(values) != set(needed):
        raise Refused("message_values", "values", names=", ".join(sorted(needed)) or "-")
    for name, value in values.items():
        if not isinstance(value, str | int) or len(str(value)) > LONGEST_VALUE:
            raise Refused("message_value_unfit", "values", name=name, most=LONGEST_VALUE)


def require_receipt(state: str, at: dt.datetime, reason: str, now: dt.datetime) -> None:
    """Refuse a receipt that tells of no known state, of the future, or a reason in words: they may name somebody."""
    if state not in STAMPS:
        raise Refused("receipt_state", "state", known=", ".join(STAMPS))
    if at > now + AHEAD:
        raise Refused("receipt_ahead", "at", minutes=int(AHEAD.total_seconds()) // 60)
    if not CODE.fullmatch(reason):
        raise Refused("receipt_reason", "reason")
