"""Later stages follow the ledger: in order, each entry once, with a durable cursor."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile

from django.db.models import F

from anlan.core import ledger
from anlan.core.ledger.verbs import verb
from anlan.core.ledger.writes import is_passing, write
from anlan.core.logs import brief
from anlan.core.models import Cursor, LedgerEntry, LedgerPosition, Undo
from anlan.core.people.actors import Actor
from anlan.core.people.roles import Role
from anlan.core.time.clock import now

BATCH = 100
FILTERED_BATCH = 2000  # where most entries concern nobody
STRETCH = 20_000  # positions read at once: a rare kind is not sought through the whole ledger in one query
log = logging.getLogger("anlan.followers")
Effect = Callable[[LedgerEntry, int], None]
Together = Callable[[Sequence[LedgerEntry]], None]
Concerns = Callable[[Sequence[LedgerEntry]], set[int]]
Placed = tuple[int, LedgerEntry]


@dataclass(frozen=True)
class Follower:
    """Who follows, which kinds of entries, and what it does with each."""

    name: str
    kinds: frozenset[str]
    effect: Effect | None = None
    concerns: Concerns | None = None
    together: Together | None = None

    @property
    def batch(self) -> int:
        """How many entries one transaction reads."""
        return FILTERED_BATCH if self.concerns or self.together else BATCH

    def apply(self, entry: LedgerEntry, position: int) -> None:
        """Do what follows from one entry."""
        if self.together:
            self.together([entry])
        elif self.effect:
            self.effect(entry, position)


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


def follow_together(name: str, kinds: Iterable[str]) -> Callable[[Together], Together]:
    """Register a function that takes many entries at once, in the order of commit; each reaches it once.

    Its effects are all stored or none. Where they fail it is run for each entry by itself, and stops at the one that
    fails.
    """

    def register(together: Together) -> Together:
        FOLLOWERS[name] = Follower(name, frozenset(kinds), together=together)
        return together

    return register


def catch_up() -> int:
    """Run every follower until it has read the ledger or has stopped; return how many entries they took."""
    head, read = ledger.head_position(), dict(Cursor.objects.values_list("name", "position"))
    behind = [follower for follower in FOLLOWERS.values() if read.get(follower.name, -1) < head]
    return sum(_catch_up(follower) for follower in behind)


def stopped() -> list[Cursor]:
    """Return the followers that a failing entry stopped."""
    return list(Cursor.objects.exclude(stopped_at=None).order_by("name"))


@verb("core.followers.resume")
def resume(*, name: str, actor: Actor, at: dt.datetime) -> bool:
    """Let a stopped follower try its entry again; return whether it had stopped."""
    actor.require(Role.OPERATOR)
    cursor = Cursor.objects.select_for_update().filter(name=name).exclude(stopped_at=None).first()
    if cursor is None:
        return False
    cursor.stopped_at, cursor.error = None, ""
    cursor.save()
    payload = {"position": cursor.position}
    ledger.append("core.follower_resumed", actor=actor, at=at, subject=f"follower:{name}", payload=payload)
    return True


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
    news = _read(follower, cursor.position, end)
    wanted = follower.concerns([entry for _, entry in news]) if follower.concerns else None
    pending, undone = _undoing([entry.pk for _, entry in news])
    ready = list(takewhile(lambda placed: placed[1].pk not in pending, news))
    waits = len(ready) < len(news)
    follows = [placed for placed in ready if placed[1].pk not in undone and (wanted is None or placed[1].pk in wanted)]
    if _apply_together(follower, follows) or _apply_each(follower, follows, cursor):
        cursor.position = ready[-1][0] if ready else cursor.position
    through = len(news) < follower.batch
    if through and not cursor.stopped_at and not waits:
        cursor.position = end
    cursor.save()
    return len(news), not waits and not cursor.stopped_at and (end < head or not through)


def _read(follower: Follower, position: int, end: int) -> list[Placed]:
    """Return the next entries that a follower reads, each with its position."""
    between = {"placed__position__gt": position, "placed__position__lte": end, "kind__in": follower.kinds}
    news = LedgerEntry.objects.filter(**between).annotate(position=F("placed__position")).order_by("placed__position")
    return [(entry.position, entry) for entry in news[: follower.batch]]


def _undoing(entries: Sequence[int]) -> tuple[set[int], set[int]]:
    """Return which entries of moves can still be taken back, so that what follows waits, and which were taken back."""
    pending = set(Undo.objects.open(now()).values_list("entry_id", flat=True))  # never many: they last for seconds
    if not entries:
        return pending, set()
    about = LedgerEntry.objects.filter(cause__gte=min(entries), cause__lte=max(entries))
    undone = about.filter(kind__endswith="_undone")
    return pending, set(undone.values_list("cause_id", flat=True))


def _apply_together(follower: Follower, news: Sequence[Placed]) -> bool:
    """Run the effects of many entries at once; nothing of them stays where one fails, or where there are none such."""
    if not follower.together or not news:
        return False
    try:
        with write():
            follower.together([entry for _, entry in news])
    except Exception as error:
        if is_passing(error):
            raise
        return False
    return True


def _apply_each(follower: Follower, news: Sequence[Placed], cursor: Cursor) -> bool:
    """Run the effects of entries one after the other; where one fails, the cursor stays before it, stopped."""
    for position, entry in news:
        try:
            with write(), ledger.caused_by(entry.pk):
                follower.apply(entry, position)
        except Exception as error:
            if is_passing(error):  # a full disk, a deadlock: the entry is tried again
                raise
            log.exception("follower %s stopped at position %d", follower.name, position)
            cursor.error, cursor.stopped_at = f"at {position}: {brief(error)}", now()
            return False
        cursor.position = position
    return True
