"""One thing that an operator watches, and how long something takes or waits, in words."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext as p

WORST: Final = ("late", "warn", "idle", "done")


@dataclass(frozen=True)
class Way:
    """What to do about it on a page: an address, what its button says, and whether pressing it does it."""

    words: str
    url_name: str
    args: tuple[str, ...] = ()
    after: str = ""  # what follows the path: a question or a part of the page
    presses: bool = False

    @property
    def url(self) -> str:
        """Return the address; a command that shows no page never loads them."""
        return reverse(self.url_name, args=self.args) + self.after


@dataclass(frozen=True)
class Line:
    """One thing that is watched: how it stands, up to where that is well, and what to do about it."""

    code: str
    what: str
    now: str
    limit: str
    mark: str  # late: stopped; warn: to watch; idle: not known; done: well
    step: str = ""  # a command of the operator
    note: str = ""
    way: Way | None = None

    @property
    def state(self) -> str:
        """Say how it stands."""
        known = {
            "late": _("Stopped"),
            "warn": p("status", "To watch"),
            "idle": _("Not known"),
            "done": p("status", "Well"),
        }
        return known[self.mark]


def lasting(time: dt.timedelta) -> str:
    """Write how long something lasts in the largest unit that fits."""
    seconds = max(0, int(time.total_seconds()))
    for size, words in ((86_400, _("%(n)s d")), (3600, _("%(n)s h")), (60, _("%(n)s min"))):
        if seconds >= 2 * size:
            return words % {"n": seconds // size}
    return _("%(n)s s") % {"n": seconds}
