"""How Anlan itself does, line by line, what is worst first: what `anlan status` says, with limits and the next step."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import pgettext as p

from anlan.core.ledger import heads, triggers, watch
from anlan.core.models import Cursor, Job
from anlan.core.operator import archive
from anlan.core.operator.condition import condition, is_sealing_late
from anlan.core.words import MISSING, figure, minute

GB: Final = 1 << 30
BACKUP: Final = dt.timedelta(hours=26)
QUEUE: Final = dt.timedelta(minutes=5)
BEHIND: Final = 5000  # entries: a follower that is further behind does not keep up
WORST: Final = ("late", "warn", "idle", "done")


@dataclass(frozen=True)
class Line:
    """One thing that is watched: how it stands, up to where that is well, and what to do about it."""

    what: str
    now: str
    limit: str
    mark: str  # late: stopped; warn: to watch; idle: not known; done: well
    step: str = ""  # a command of the operator

    @property
    def state(self) -> str:
        """Say how it stands."""
        known = {"late": _("Stopped"), "warn": _("To watch"), "idle": _("Not known"), "done": p("status", "Well")}
        return known[self.mark]


def health(at: dt.datetime) -> list[Line]:
    """Return all lines, what is worst first."""
    found = condition()
    lines = [
        *_followers(found),
        _seals(found),
        _chain(),
        _verified(at),
        _heads(at),
        _clock(found),
        *_jobs(found, at),
        *_waiting(found),
        _disk(found),
        _backup(at),
    ]
    return sorted(lines, key=lambda line: WORST.index(line.mark))


def _followers(found: Mapping[str, Any]) -> Iterator[Line]:
    cursors = list(Cursor.objects.order_by("name"))
    for cursor in cursors:
        if cursor.stopped_at:
            name = _("Follower %(name)s") % {"name": cursor.name}
            yield Line(name, f"{minute(cursor.stopped_at)} · {cursor.error}", _("none stopped"), "late",
                       f"anlan worker --resume {cursor.name}")  # fmt: skip
    running = [found["position"] - cursor.position for cursor in cursors if not cursor.stopped_at]
    now = _("%(n)s run, at most %(behind)s entries behind") % {
        "n": len(running), "behind": figure(max(running, default=0)),
    }  # fmt: skip
    behind = max(running, default=0) > BEHIND
    limit = _("%(n)s entries") % {"n": figure(BEHIND)}
    yield Line(_("Followers"), now, limit, "warn" if behind else "done", "anlan worker" if behind else "")


def _seals(found: Mapping[str, Any]) -> Line:
    now = _("sealed to %(last)s, %(n)s unsealed, head %(head)s") % {
        "last": figure(found["sealed"]), "n": figure(found["unsealed"]), "head": found["head"][:16] or MISSING,
    }  # fmt: skip
    late = is_sealing_late()
    return Line(_("Worker and seals"), now, "60 s", "late" if late else "done", "anlan worker" if late else "")


def _chain() -> Line:
    faults = triggers.faults()
    now = "; ".join(faults) if faults else _("what keeps the ledger append-only is in place")
    return Line(_("Ledger"), now, _("no fault"), "late" if faults else "done", "anlan ledger verify")


def _verified(at: dt.datetime) -> Line:
    """What the last verification by itself found."""
    every, last = settings.VERIFY_EVERY_H, watch.last_found()
    limit = _("every %(n)s h") % {"n": f"{every:g}"} if every else _("never by itself")
    if last is None:
        return Line(_("Ledger verified by itself"), MISSING, limit, "idle", "anlan ledger verify")
    now = _("%(at)s · %(n)s entries, %(heads)s kept heads, %(faults)s faults") % {
        "at": minute(last.at), "n": figure(last.entries), "heads": figure(last.heads), "faults": figure(last.faults),
    }  # fmt: skip
    old = bool(every) and at - last.at > 2 * dt.timedelta(hours=every)
    mark = "late" if not last.ok else "warn" if old else "done"
    return Line(_("Ledger verified by itself"), now, limit, mark, "" if mark == "done" else "anlan ledger verify")


def _heads(at: dt.datetime) -> Line:
    """Where the last head was kept outside."""
    every, last = dt.timedelta(hours=settings.HEADS_EVERY_H), heads.last_kept()
    limit = _("every %(n)s h") % {"n": f"{settings.HEADS_EVERY_H:g}"}
    if last is None or not every:
        return Line(_("Heads kept elsewhere"), MISSING, limit, "idle", "ANLAN_HEADS_FILE")
    reached, kept_at = json.loads(last.payload), dt.datetime.fromisoformat(last.at)
    ways = [word for word, name in ((_("file"), "file"), ("syslog", "syslog"), (_("time stamp"), "stamped"))
            if reached[name]]  # fmt: skip
    ways += [_("%(n)s messages") % {"n": reached["messages"]}] if reached["messages"] else []
    lacks = any(wanted and not reached[name] for wanted, name in _wanted()) or at - kept_at > 2 * every
    now = f"{minute(kept_at)} · {', '.join(ways) or MISSING}"
    return Line(_("Heads kept elsewhere"), now, limit, "warn" if lacks else "done",
                "anlan ledger heads --check" if lacks else "")  # fmt: skip


def _wanted() -> list[tuple[Any, str]]:
    return [(settings.HEADS_FILE, "file"), (settings.HEADS_SYSLOG, "syslog"), (settings.TSA_URL, "stamped")]


def _clock(found: Mapping[str, Any]) -> Line:
    back = found["clock_back_s"]
    now = _("%(n)s s behind the last seal") % {"n": figure(back)} if back else _("goes forward")
    return Line(_("Clock of this machine"), now, "60 s", "late" if back else "done", "timedatectl" if back else "")


def _jobs(found: Mapping[str, Any], at: dt.datetime) -> Iterator[Line]:
    ready = Job.objects.filter(state=Job.State.READY, run_after__lte=at)
    oldest = ready.order_by("run_after").values_list("run_after", flat=True).first()
    age = at - oldest if oldest else dt.timedelta(0)
    now = _("%(n)s ready, the oldest for %(s)s s") % {
        "n": figure(found["jobs_ready"]), "s": figure(int(age.total_seconds())),
    }  # fmt: skip
    yield Line(_("Jobs"), now, "5 min", "late" if age > QUEUE else "done", "anlan worker" if age > QUEUE else "")
    dead = found["jobs_dead"]
    yield Line(_("Jobs that failed for good"), figure(dead), "0", "late" if dead else "done")


def _waiting(found: Mapping[str, Any]) -> Iterator[Line]:
    for what, name in [(_("Clocks whose effect has not run"), "effects_waiting"),
                       (_("Messages whose job is dead or stopped"), "messages_stuck"),
                       (_("Messages that a gateway did not take"), "messages_gateway_away")]:  # fmt: skip
        yield Line(what, figure(found[name]), "0", "late" if found[name] else "done")


def _disk(found: Mapping[str, Any]) -> Line:
    free = found["disk_free_bytes"]
    if free is None:
        return Line(_("Disk"), MISSING, _("%(n)s GB free") % {"n": 1}, "idle")
    mark = "late" if free < GB else "warn" if free < 5 * GB else "done"
    return Line(_("Disk"), _("%(n)s GB free") % {"n": f"{free / GB:.1f}"}, _("%(n)s GB free") % {"n": 1}, mark)


def _backup(at: dt.datetime) -> Line:
    made = archive.last_made()
    if made is None:
        return Line(_("Backup"), _("none was made from this data directory"), "26 h", "warn", "anlan backup FILE")
    now = f"{minute(made['made_at'])} · {made['bytes'] / GB:.2f} GB"
    old = at - made["made_at"] > BACKUP
    return Line(_("Backup"), now, "26 h", "warn" if old else "done", "anlan backup FILE" if old else "")
