"""How the machine does: its clock, its disk, its backups."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from typing import Final

from django.conf import settings
from django.utils.translation import gettext as _

from anlan.core.operator import archive, drill
from anlan.core.operator.condition import LATE, clock_back_s
from anlan.core.operator.health.line import Line, lasting
from anlan.core.words import MISSING, figure, minute

GB: Final = 1 << 30
FULL: Final = GB
NEARLY_FULL: Final = 5 * GB
BACKUP: Final = dt.timedelta(hours=26)
DRILL: Final = dt.timedelta(days=100)  # once a quarter


def lines(at: dt.datetime) -> Iterator[Line]:
    """Return the lines of the machine."""
    yield _clock()
    yield _disk()
    yield _backup(at)
    yield _drill(at)


def _clock() -> Line:
    back = clock_back_s()
    now = _("%(n)s s behind the last seal") % {"n": figure(back)} if back else _("goes forward")
    return Line("clock", _("Clock of this machine"), now, lasting(LATE), "late" if back else "done",
                "timedatectl" if back else "")  # fmt: skip


def _disk() -> Line:
    limit = _("%(n)s GB free") % {"n": FULL // GB}
    if not settings.DATA_DIR.exists():
        return Line("disk", _("Disk"), MISSING, limit, "idle")
    found = shutil.disk_usage(settings.DATA_DIR)
    mark = "late" if found.free < FULL else "warn" if found.free < NEARLY_FULL else "done"
    now = _("%(free)s of %(total)s GB free") % {
        "free": f"{found.free / GB:,.1f}", "total": f"{found.total / GB:,.0f}",
    }  # fmt: skip
    return Line("disk", _("Disk"), now, limit, mark)


def _backup(at: dt.datetime) -> Line:
    made = archive.last_made()
    if made is None:
        return Line("backup", _("Backup"), _("none was made from this data directory"), lasting(BACKUP), "warn",
                    "anlan backup FILE")  # fmt: skip
    old = at - made["made_at"] > BACKUP
    return Line("backup", _("Backup"), f"{minute(made['made_at'])} · {_sized(made['bytes'])}", lasting(BACKUP),
                "warn" if old else "done", "anlan backup FILE" if old else "")  # fmt: skip


def _drill(at: dt.datetime) -> Line:
    """When a backup was last restored for practice, as far as this data directory knows."""
    last, what, limit = drill.last_drill(settings.DATA_DIR), _("Restored for practice"), _("once a quarter")
    step = "anlan backup drill FILE"
    if last is None:
        return Line("drill", what, _("none is noted here"), limit, "idle", step)
    when = minute(last.at)
    if not last.ok:
        return Line("drill", what, _("%(at)s: it failed") % {"at": when}, limit, "late", step)
    time = {"restore": lasting(dt.timedelta(seconds=last.restore_s)),
            "verify": lasting(dt.timedelta(seconds=last.verify_s))}  # fmt: skip
    note = _("restored in %(restore)s, verified in %(verify)s") % time
    old = at - last.at > DRILL
    return Line("drill", what, when, limit, "warn" if old else "done", step if old else "", note)


def _sized(count: int) -> str:
    return f"{count / GB:.2f} GB" if count >= GB // 10 else f"{count / (1 << 20):.1f} MB"
