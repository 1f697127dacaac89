"""What intake has for somebody: reports that nobody has sorted, for who picks up, and late ones for the command."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from anlan.core.people.actors import Actor
from anlan.core.people.roles import Role
from anlan.core.web.matters import MOST, Matter, waits
from anlan.intake.access import TAKES_CALLS
from anlan.intake.queries.unsorted import unsorted
from anlan.intake.words import title


@waits("intake")
def matters(actor: Actor, at: dt.datetime) -> Iterator[Matter]:
    """Give the reports that wait to be sorted, the oldest promise first."""
    takes_calls = bool(actor.roles & set(TAKES_CALLS))
    if not takes_calls and Role.SUPERVISOR not in actor.roles:
        return
    for waiting in unsorted(actor, at, MOST):
        if takes_calls or waiting.is_supervised(at):
            report = waiting.report
            note = _("Report · %(number)s · %(channel)s") % {
                "number": report.number, "channel": report.get_channel_display(),
            }  # fmt: skip
            url = reverse("intake:report_page", args=[report.number])
            yield Matter(report.number, title(report), note, url, waiting.run.due_at, _("Sort"))
