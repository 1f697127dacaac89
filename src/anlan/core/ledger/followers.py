"""Later stages follow the ledger: in order, each entry once, with a durable cursor."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from anlan.core import ledger
from anlan.core.ledger.writes import is_passing, write
from anlan.core.logs import brief
from anlan.core.models import Cursor, LedgerEntry, LedgerPosition, Undo
from anlan.core.time.clock import now

BATCH = 100
FILTERED_BATCH = 2000  # where most entries concern nobody
STRETCH = 20_000  # positions read at once: a rare kind is not sought through the whole ledger in one query
log = logging.getLogger("anlan.followers")
Effect = Callable[[LedgerEntry, int], None]
Concerns = Callable[[Sequence[LedgerEntry]], set[int]]


@dataclass(frozen=True)
class Follower:
    """Who follows, which kinds of entries, and what it does with each."""

    name: str
    kinds: frozenset[str]
    effect: Effect
    concerns: Concerns | None = None

    @property
    def batch(self) -> int:
        """How many entries one transaction reads."""
        return FILTERED_BATCH if self.concerns else BATCH


FOLLOWERS: dict[str, Follower] = {}


def follow(name: str, kinds: Iterable[str], concerns: Concerns | None = None) -> Callable[[Effect], Effect]:
    """Register a function for kinds of ledger entries; it runs once for each, in the order of commit.

    Its effects and its cursor are stored in one transaction. What leaves the database it enqueues as a job.
    `concerns` may say of many entries at once which of them (ids) can have an effect at all; the others are passed.
    """

    def register(effect: Effect) -> Effect:
        FOLLOWERS[name] = Follower(name, frozenset(kinds), effect, concerns)
        return effect

    return register


def catch_up() -> int:
    """Run every follower until it has read the ledger or has stopped; return how many entries they took."""
    head, read = ledger.head_position(), dict(Cursor.objects.values_list("name", "position"))
    behind = [follower for follower in FOLLOWERS.values() if read.get(follower.name, -1) < head]
    return sum(_catch_up(follower) for follower in behind)


def stopped() -> list[Cursor]:
    """Return the followers that a failing entry stopped."""
    return list(Cursor.objects.exclude(stopped_at=None).order_by("name"))


def resume(name: str) -> bool:
    """Let a stopped follower try its entry again."""
    with write():
        return bool(Cursor.objects.filter(name=name).update(stopped_at=None, error=""))


def _catch_up(follower: Follower) -> int:
    count = 0
    while _has_news(follower):
        with write():
            taken, goes_on = _take(follower)
        count += taken
        if not goes_on:
            break
    return count


def _has_news(follower: Follower) -> bool:
    """Read before writing: on SQLite even a transaction that only reads takes the write lock."""
    cursor = Cursor.objects.filter(name=follower.name).first()
    if cursor is None:
        return True
    if cursor.stopped_at:
        return False
    far_behind = ledger.head_position() - cursor.position >= 1000
    return far_behind or _news(follower, cursor.position).exists()


def _news(follower: Follower, position: int):  # type: ignore[no-untyped-def]
    return LedgerPosition.objects.filter(position__gt=position, entry__kind__in=follower.kinds).order_by("position")


def _take(follower: Follower) -> tuple[int, bool]:
    """Run the effects of the next entries, and move the cursor in the same transaction.

    Return how many entries it read, and whether there may be more to read now: none behind one that waits.
    """
    cursor = Cursor.objects.select_for_update().get_or_create(name=follower.name)[0]
    if cursor.stopped_at:
        return 0, False
    head = ledger.head_position()
    end = min(head, cursor.position + STRETCH)
    news = list(_news(follower, cursor.position).filter(position__lte=end).select_related("entry")[: follower.batch])
    wanted = follower.concerns([placed.entry for placed in news]) if follower.concerns else None
    pending, undone = _undoing([placed.entry_id for placed in news])
    waits = False
    for placed in news:
        if waits := placed.entry_id in pending:
            break
        skips = placed.entry_id in undone or (wanted is not None and placed.entry_id not in wanted)
        if not skips and not _apply(follower, placed, cursor):
            break
        cursor.position = placed.position
    through = len(news) < follower.batch
    if through and not cursor.stopped_at and not waits:
        cursor.position = end
    cursor.save()
    return len(news), not waits and not cursor.stopped_at and (end < head or not through)


def _undoing(entries: Sequence[int]) -> tuple[set[int], set[int]]:
    """Return which entries of moves can still be taken back, so that what follows waits, and which were taken back."""
    pending = Undo.objects.open(now()).filter(entry__in=entries)
    undone = LedgerEntry.objects.filter(cause__in=entries, kind__endswith="_undone")
    return set(pending.values_list("entry_id", flat=True)), set(undone.values_list("cause_id", flat=True))


def _apply(follower: Follower, placed: LedgerPosition, cursor: Cursor) -> bool:
    try:
        with write(), ledger.caused_by(placed.entry_id):
            follower.effect(placed.entry, placed.position)
    except Exception as error:
        if is_passing(error):  # a full disk, a deadlock: the entry is tried again
            raise
        log.exception("follower %s stopped at position %d", follower.name, placed.position)
        cursor.error, cursor.stopped_at = f"at {placed.position}: {brief(error)}", now()
        return False
    return True
