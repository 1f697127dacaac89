"""How dispatch's things are written on a page."""

from __future__ import annotations

import datetime as dt

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anlan.core.models import ClockRule, ClockRun
from anlan.dispatch.queries.clock_faces import Face

register = template.Library()
DAY = 86_400
MISSING = "—"


@register.filter
def took(seconds: float | None) -> str:
    """Write how long something took or takes: 0:42, 1:05:09, 3 days; a missing time is a dash, never zero."""
    if seconds is None:
        return MISSING
    whole = max(0, int(seconds))
    if whole >= DAY:
        return ngettext("%(n)d day", "%(n)d days", whole // DAY) % {"n": whole // DAY}
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


@register.filter
def running(run: ClockRun, at: dt.datetime) -> str:
    """Write for how long a clock has run."""
    return took((at - run.started_at).total_seconds())


@register.filter
def unlocalised(value: float) -> str:
    """Write a number as SVG reads it, whatever the language."""
    return f"{value:g}"


@register.filter
def target(rule: ClockRule) -> str:
    """Write a clock's target: of 1:00, of 5 working days."""
    if rule.calendar == ClockRule.Calendar.WORKING:
        days = rule.target_s // DAY
        return ngettext("of %(n)d working day", "of %(n)d working days", days) % {"n": days}
    return _("of %(time)s") % {"time": took(rule.target_s)}


@register.filter
def face_word(face: Face) -> str:
    """Say how a clock stands."""
    if face.state == "running":
        return {"late": _("late"), "warn": _("due soon"), "calm": _("in time")}[face.mark]
    return {"met": _("met"), "late": _("late"), "missing": _("no stamp"), "waiting": _("not begun")}[face.state]


@register.filter
def km(metres: float | None) -> str:
    """Write a distance in kilometres: 0.4; one that nobody knows is a dash."""
    return MISSING if metres is None else f"{metres / 1000:.1f}"
