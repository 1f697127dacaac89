"""Issues of the bulletin."""

from __future__ import annotations

import datetime as dt

from anlan.bulletin.actions import compose, fix_measures
from anlan.bulletin.models import Issue
from anlan.core.people.actors import system

LATER = dt.datetime(2017, 1, 25, tzinfo=dt.UTC)
NEW_YEAR, NEW_YEARS_EVE = dt.date(2016, 1, 1), dt.date(2016, 12, 31)


def issue(
    *measures: str, since: dt.date = NEW_YEAR, until: dt.date = NEW_YEARS_EVE, at: dt.datetime = LATER,
    headline: str = "年报", headline_en: str = "",
) -> Issue:  # fmt: skip
    """Fix measures (else all) in the first days of their period and publish them at a moment after it."""
    fixed_at = dt.datetime(since.year, 1, 4, tzinfo=dt.UTC)
    fixed = fix_measures(since=since, until=until, measures=measures, actor=system("test"), at=fixed_at)
    return issue_of(fixed["plan"], at=at, headline=headline, headline_en=headline_en)


def issue_of(
    plan: str, *, at: dt.datetime = LATER, issuer: str = "government", headline: str = "年报", headline_en: str = ""
) -> Issue:
    """Publish the issue of a plan."""
    composed = compose(
        plan=plan, headline=headline, headline_en=headline_en, issuer=issuer, actor=system("test"), at=at
    )
    return Issue.objects.get(number=composed["issue"])
