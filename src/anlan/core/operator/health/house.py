"""How the house is set up: holidays that deadlines need, second factors, settings that leave a door open."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anlan.core.city.areas import local_day
from anlan.core.city.current import city_zone
from anlan.core.models import ClockRun, Holiday
from anlan.core.operator.health.line import Line, Way
from anlan.core.people.factors import without_factor
from anlan.core.people.roles import Role
from anlan.core.time.calendar import years_without_holidays
from anlan.core.time.rules import Counting
from anlan.core.words import figure, listed

HERE: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})


def lines(at: dt.datetime) -> Iterator[Line]:
    """Return the lines of the house."""
    yield _holidays(at)
    yield _factors()
    yield _settings()


def _holidays(at: dt.datetime) -> Line:
    """Whether the holidays of this year and the next are known, and how many running clocks need the missing ones."""
    this, known = local_day(at).year, set(Holiday.objects.values_list("date__year", flat=True))
    missing = years_without_holidays(local_day(at))
    what, limit = _("Holidays"), _("before a clock needs them")
    if not missing:
        until = max(year for year in range(this, max(known) + 1) if {*range(this, year + 1)} <= known)
        return Line("holidays", what, _("known to the end of %(year)s") % {"year": until}, limit, "done")
    now = _("no holidays known for %(years)s") % {"years": listed(map(str, missing))}
    begins = dt.datetime(missing[0], 1, 1, tzinfo=city_zone())
    need = ClockRun.objects.running().filter(~Q(rule__counting=Counting.HOURS), due_at__gte=begins).count()
    note = ngettext(
        "%(n)s running clock ends after %(day)s, and takes every weekday from then on for a working day",
        "%(n)s running clocks end after %(day)s, and take every weekday from then on for a working day", need,
    ) % {"n": figure(need), "day": f"{missing[0] - 1}-12-31"}  # fmt: skip
    way = Way(_("Add them"), "core:operator_city")
    return Line("holidays", what, now, limit, "warn", "holidays.csv; anlan init --city FOLDER", note, way)


def _factors() -> Line:
    """Who may change everything and has only a password."""
    lack = without_factor(Role.OPERATOR)
    now = ngettext("%(n)s operator has only a password", "%(n)s operators have only a password", lack) % {
        "n": figure(lack),
    }  # fmt: skip
    asks = Role.OPERATOR in settings.SECOND_FACTOR
    note = "" if asks else _("nobody asks operators for one: ANLAN_SECOND_FACTOR")
    way = Way(_("Show them"), "core:people", after="?role=operator&factor=no") if lack else None
    return Line("second_factor", _("Second factor"), now, "0", "warn" if lack else "done", "", note, way)


def _settings() -> Line:
    """Which settings leave a door open."""
    others = set(settings.ALLOWED_HOSTS) - HERE
    known = [
        (_("ANLAN_DEBUG shows errors in full"), settings.DEBUG),
        (_("any host name is answered: ANLAN_ALLOWED_HOSTS"), "*" in others),
        (_("without HTTPS passwords travel in the open: ANLAN_HTTPS"), others and not settings.SESSION_COOKIE_SECURE),
    ]
    weak = [words for words, holds in known if holds]
    now = _("%(n)s to look at") % {"n": len(weak)} if weak else _("none leaves a door open")
    return Line("settings", _("Settings"), now, "0", "warn" if weak else "done", note=listed(weak))
