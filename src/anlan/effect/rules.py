"""Pure decisions: what may be asked, and which sites are mended, which stand beside them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _


class EffectRefused(ValueError):
    """The estimate cannot be made; the message says what to do instead, `field` where."""

    exit_status = 2

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Sides:
    """Which sites are compared: mended before the day, beside them, and those mended only later."""

    treated: tuple[int, ...]
    controls: tuple[int, ...]
    later: tuple[int, ...]


def require_days(since: dt.date, measure_at: dt.date, until: dt.date, today: dt.date) -> None:
    """Refuse days that are out of order or have not come."""
    if not since < measure_at:
        raise EffectRefused(_("The reports must begin before the day of the measure."), "since")
    if not measure_at <= until:
        raise EffectRefused(_("The reports must go on after the day of the measure."), "until")
    if until > today:
        raise EffectRefused(_("The last day has not come yet."), "until")


def require_chosen_before(study_until: dt.date, measure_at: dt.date) -> None:
    """Refuse sites that were found with reports from after the measure: such an estimate is biased."""
    if study_until >= measure_at:
        raise EffectRefused(
            _("The sites were found with reports from after that day. Choose an earlier study or a later day."),
            "measure_at",
        )


def sides(sites: Collection[int], accepted: Mapping[int, dt.date], measure_at: dt.date, until: dt.date) -> Sides:
    """Divide sites by the day on which their works were first accepted; works of later on leave a site out."""
    treated = {site for site in sites if site in accepted and accepted[site] < measure_at}
    later = {site for site in sites if site in accepted and measure_at <= accepted[site] <= until}
    return Sides(*(tuple(sorted(one)) for one in (treated, set(sites) - treated - later, later)))


def require_sides(found: Sides) -> None:
    """Refuse where nothing was mended or nothing stands beside it."""
    if not found.treated:
        raise EffectRefused(_("No site of this study had its works accepted before that day."), "measure_at")
    if not found.controls:
        raise EffectRefused(_("Every site of this study was mended; nothing stands beside them."), "measure_at")
