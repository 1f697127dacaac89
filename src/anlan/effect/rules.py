"""Pure decisions: what may be asked, and which sites are mended, which stand beside them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from anlan.core.refusals import Refused


@dataclass(frozen=True)
class Sides:
    """Which sites are compared: mended before the day, beside them, and those mended only later."""

    treated: tuple[int, ...]
    controls: tuple[int, ...]
    later: tuple[int, ...]


def require_days(since: dt.date, measure_at: dt.date, until: dt.date, today: dt.date) -> None:
    """Refuse days that are out of order or have not come."""
    if not since < measure_at:
        raise Refused("reports_begin_too_late", "since")
    if not measure_at <= until:
        raise Refused("reports_end_too_early", "until")
    if until > today:
        raise Refused("last_day_ahead", "until")


def require_chosen_before(study_until: dt.date, measure_at: dt.date) -> None:
    """Refuse sites that were found with reports from after the measure: such an estimate is biased."""
    if study_until >= measure_at:
        raise Refused("sites_found_after_measure", "measure_at")


def sides(sites: Collection[int], accepted: Mapping[int, dt.date], measure_at: dt.date, until: dt.date) -> Sides:
    """Divide sites by the day on which their works were first accepted; works of later on leave a site out."""
    treated = {site for site in sites if site in accepted and accepted[site] < measure_at}
    later = {site for site in sites if site in accepted and measure_at <= accepted[site] <= until}
    return Sides(*(tuple(sorted(side)) for side in (treated, set(sites) - treated - later, later)))


def require_sides(found: Sides) -> None:
    """Refuse where nothing was mended or nothing stands beside it."""
    if not found.treated:
        raise Refused("nothing_mended_before", "measure_at")
    if not found.controls:
        raise Refused("nothing_to_compare", "measure_at")
