"""How the ledger does: who follows it, how it is sealed and guarded, when it was verified, where its heads are kept."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext as _

from anlan.core import ledger
from anlan.core.ledger import followers, heads, seals, triggers, watch
from anlan.core.ledger.faults import fault_of
from anlan.core.models import Cursor
from anlan.core.operator.condition import LATE, is_sealing_late
from anlan.core.operator.health.line import Line, Way, lasting
from anlan.core.words import MISSING, figure, listed, minute

BEHIND: Final = 5000  # entries: a follower that is further behind does not keep up


@dataclass(frozen=True)
class Reader:
    """One follower: up to which position it has read, how far that is behind, and why it has stopped."""

    name: str
    position: int
    behind: int
    stopped_at: dt.datetime | None
    error: str


def readers() -> list[Reader]:
    """Return every follower of this version, and those of another one whose cursor is still here."""
    head, cursors = ledger.head_position(), {cursor.name: cursor for cursor in Cursor.objects.all()}
    known = [cursors.get(name) or Cursor(name=name) for name in sorted({*followers.FOLLOWERS, *cursors})]
    return [Reader(at.name, at.position, head - at.position, at.stopped_at, at.error) for at in known]


def lines(at: dt.datetime) -> Iterator[Line]:
    """Return the lines of the ledger."""
    yield from _followers()
    yield _seals()
    yield _guards()
    yield _verified(at)
    yield _heads(at)


def _followers() -> Iterator[Line]:
    known = readers()
    for reader in known:
        if reader.stopped_at:
            now = _("stopped at position %(n)s, %(at)s") % {
                "n": figure(reader.position), "at": minute(reader.stopped_at),
            }  # fmt: skip
            what, step = _("Follower %(name)s") % {"name": reader.name}, f"anlan worker --resume {reader.name}"
            way = Way(_("Resume"), "core:operator_resume", (reader.name,), presses=True)
            yield Line(f"follower:{reader.name}", what, now, _("none stopped"), "late", step, reader.error, way)
    running = [reader for reader in known if not reader.stopped_at and reader.name in followers.FOLLOWERS]
    behind = max((reader.behind for reader in running), default=0)
    now = _("%(n)s run; entries behind: at most %(behind)s") % {"n": len(running), "behind": figure(behind)}
    far = behind > BEHIND
    yield Line("followers", _("Followers"), now, _("%(n)s entries") % {"n": figure(BEHIND)}, "warn" if far else "done",
               "anlan worker" if far else "")  # fmt: skip


def _seals() -> Line:
    last, position = seals.head(), ledger.head_position()
    sealed = last.last if last else 0
    now = _("sealed to %(last)s, %(n)s unsealed") % {"last": figure(sealed), "n": figure(position - sealed)}
    note = _("head %(head)s") % {"head": last.hash[:16]} if last else ""
    late = is_sealing_late()
    return Line("seals", _("Worker and seals"), now, lasting(LATE), "late" if late else "done",
                "anlan worker" if late else "", note)  # fmt: skip


def _guards() -> Line:
    faults = triggers.faults()
    now = (
        listed(fault_of(fault).words for fault in faults)
        if faults
        else _("what keeps the ledger append-only is in place")
    )
    return Line("guards", _("Ledger"), now, _("no fault"), "late" if faults else "done",
                "anlan ledger verify" if faults else "")  # fmt: skip


def _verified(at: dt.datetime) -> Line:
    """What the last verification by itself found."""
    every, last = settings.VERIFY_EVERY_H, watch.last_found()
    limit = _("every %(n)s h") % {"n": f"{every:g}"} if every else _("never by itself")
    if last is None:
        return Line("verified", _("Ledger verified by itself"), MISSING, limit, "idle", "anlan ledger verify")
    now = _("%(at)s, %(faults)s faults") % {"at": minute(last.at), "faults": figure(last.faults)}
    note = _("%(n)s entries, %(heads)s kept heads") % {"n": figure(last.entries), "heads": figure(last.heads)}
    old = bool(every) and at - last.at > 2 * dt.timedelta(hours=every)
    mark = "late" if not last.ok else "warn" if old else "done"
    return Line("verified", _("Ledger verified by itself"), now, limit, mark,
                "" if mark == "done" else "anlan ledger verify", note)  # fmt: skip


def _heads(at: dt.datetime) -> Line:
    """Where the last head was kept outside."""
    every, last = dt.timedelta(hours=settings.HEADS_EVERY_H), heads.last_kept()
    limit = _("every %(n)s h") % {"n": f"{settings.HEADS_EVERY_H:g}"}
    if last is None or not every:
        return Line("heads", _("Heads kept elsewhere"), MISSING, limit, "idle", "ANLAN_HEADS_FILE")
    reached, kept_at = json.loads(last.payload), dt.datetime.fromisoformat(last.at)
    ways = [word for word, name in ((_("file"), "file"), ("syslog", "syslog"), (_("time stamp"), "stamped"))
            if reached[name]]  # fmt: skip
    ways += [_("%(n)s messages") % {"n": reached["messages"]}] if reached["messages"] else []
    lacks = any(wanted and not reached[name] for wanted, name in _wanted()) or at - kept_at > 2 * every
    return Line("heads", _("Heads kept elsewhere"), minute(kept_at), limit, "warn" if lacks else "done",
                "anlan ledger heads --check" if lacks else "", listed(ways))  # fmt: skip


def _wanted() -> list[tuple[Any, str]]:
    return [(settings.HEADS_FILE, "file"), (settings.HEADS_SYSLOG, "syslog"), (settings.TSA_URL, "stamped")]
