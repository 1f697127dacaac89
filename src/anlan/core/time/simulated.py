"""The simulated city's own time: it goes on where its ledger ended, at normal speed, and stands still in between.

Only `anlan demo` writes the entry by which a data directory lives so; a real city has none, and no setting makes one.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
from typing import Final

from django.conf import settings

from anlan.core import ledger
from anlan.core.ledger.verbs import verb
from anlan.core.models import LedgerEntry, LedgerPosition
from anlan.core.people.actors import Actor
from anlan.core.refusals import Refused
from anlan.core.time import clock
from anlan.env import CITY_AHEAD_S, EnvError

REACHED: Final = "city-time"  # a file of the data directory: up to when its city was seen to live
KIND: Final = "core.city_simulated"
COPIED: Final = "core.city_copied"


@verb("core.simulated.live_from")
def live_from(*, actor: Actor, at: dt.datetime) -> None:
    """Write down that this city is simulated up to a moment, from which its time goes on."""
    actor.require()  # nobody's role is enough: the simulation itself
    ledger.append(KIND, actor=actor, at=at, subject="city:time", payload={})


def stands_at() -> dt.datetime | None:
    """Return the moment at which this directory's simulated city stands; none for a real city."""
    begun = LedgerEntry.objects.filter(kind=KIND).order_by("id").first()
    if begun is None:
        return None
    last = LedgerPosition.objects.order_by("-position").select_related("entry").first()
    moments = [begun.at] if last is None else [begun.at, last.entry.at]
    return max(map(dt.datetime.fromisoformat, moments))


@verb("core.simulated.mark_copy")
def mark_copy(*, actor: Actor, at: dt.datetime) -> None:
    """Write down that this data directory is a copy, whose time may be run forward; only a simulated city has such."""
    actor.require()
    if stands_at() is None:
        raise Refused("city_not_simulated")
    ledger.append(COPIED, actor=actor, at=at, subject="city:time", payload={})


def is_copy() -> bool:
    """Whether this data directory was made as a copy of a simulated city."""
    return LedgerEntry.objects.filter(kind=COPIED).exists()


def remember() -> None:
    """Keep up to when a simulated city has lived: people read pages meanwhile, and time never steps back for them."""
    if not clock.ahead():
        return
    fresh = settings.DATA_DIR / f"{REACHED}.new"
    fresh.write_text(clock.stamp(clock.now()), encoding="ascii")
    fresh.replace(settings.DATA_DIR / REACHED)


def reached() -> dt.datetime | None:
    """Return up to when this directory's city was seen to live; none where that was never kept, or cannot be read."""
    with contextlib.suppress(OSError, ValueError):
        return dt.datetime.fromisoformat((settings.DATA_DIR / REACHED).read_text(encoding="ascii"))
    return None


def begin() -> None:
    """Let this process, and those that it starts, live at the simulated city's time; a real city keeps the machine's.

    A child lives as its parent does: the web and the worker agree to the second, also when one is started again.
    """
    inherited, stands = settings.CITY_AHEAD_S, stands_at()
    if stands is None:
        if inherited is not None:
            raise EnvError(f"{CITY_AHEAD_S}: this data directory holds no simulated city; leave it out")
        return
    stands = max(stands, reached() or stands)
    by = stands - clock.wall() if inherited is None else dt.timedelta(seconds=inherited)
    clock.set_ahead(by)
    os.environ[CITY_AHEAD_S] = str(by.total_seconds())
