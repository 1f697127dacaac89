"""The verbs of a bulletin: measures are fixed, an issue is composed of them, a mistake is corrected by a new issue."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from anlan.bulletin import rules
from anlan.bulletin.figures.composition import PUBLISHED, Drawing, code_of, definitions_hash, draw, figure, words_hash
from anlan.bulletin.figures.measure import MEASURES, Measure, Period
from anlan.bulletin.models import Figure, Issue, Plan, RowSet
from anlan.bulletin.rules import BulletinRefused
from anlan.core import ledger
from anlan.core.city.areas import local_day
from anlan.core.ledger.verbs import verb
from anlan.core.models import City, Organisation
from anlan.core.people.actors import Actor
from anlan.core.people.roles import Role
from anlan.core.series import Series
from anlan.effect.models import Estimate


@verb("bulletin.fix_measures")
def fix_measures(
    *,
    since: dt.date,
    until: dt.date,
    measures: Sequence[str] = (),
    actor: Actor,
    at: dt.datetime,
    key: str | None = None,
) -> dict[str, Any]:
    """Fix which measures a period's bulletin prints, before the period ends; every counter-indicator comes along."""
    actor.require(Role.PUBLISHER)
    if until < since:
        raise BulletinRefused(_("The period ends before it begins."))
    if local_day(at) > until:
        raise BulletinRefused(_("The period is over: measures are fixed before it ends, not by how they came out."))
    list(City.objects.select_for_update().all())
    if Plan.objects.filter(since=since, until=until).exists():
        raise BulletinRefused(_("The measures of this period are fixed already."))
    counters = {code: one.counter for code, one in MEASURES.items()}
    codes = rules.require_counters(list(measures) or list(MEASURES), counters)
    number = Series("BP", since.year, 2).next()
    Plan.objects.create(number=number, since=since, until=until, fixed_at=at, measures=ledger.canonical(codes))
    told = {"since": str(since), "until": str(until), "measures": codes}
    ledger.append("bulletin.measures_fixed", actor=actor, at=at, subject=f"plan:{number}", payload=told)
    return {"plan": number, "measures": codes}


@verb("bulletin.compose")
def compose(
    *,
    plan: str,
    headline: str,
    headline_en: str = "",
    estimate: str = "",
    issuer: str | None = None,
    drawing: Drawing | None = None,
    actor: Actor,
    at: dt.datetime,
    key: str | None = None,
) -> dict[str, Any]:
    """Publish the issue of a plan, of figures that were drawn before or else are drawn now."""
    actor.require(Role.PUBLISHER)
    list(City.objects.select_for_update().all())
    found = require_composable(plan, headline, at, headline_en=headline_en, estimate=estimate)
    number = Series("B", local_day(at).year, 2).next()
    issue = Issue(number=number, plan=found, issuer=issuer_of(issuer, actor), published_at=at, estimate=estimate,
                  headline=headline.strip(), headline_en=headline_en.strip())  # fmt: skip
    return _publish(issue, drawing, actor, at)


@verb("bulletin.correct")
def correct(
    *,
    issue: str,
    note: str,
    drawing: Drawing | None = None,
    actor: Actor,
    at: dt.datetime,
    key: str | None = None,
) -> dict[str, Any]:
    """Publish a period again with what has changed since, and say why; the old issue stays as it is."""
    actor.require(Role.PUBLISHER)
    list(City.objects.select_for_update().all())
    old = require_correctable(issue, note)
    revision = old.revision + 1
    number = f"{old.number.split('-r')[0]}-r{revision}"
    new = Issue(number=number, plan=old.plan, issuer=old.issuer, published_at=at, revision=revision, corrects=old,
                note=note.strip(), headline=old.headline, headline_en=old.headline_en,
                estimate=old.estimate)  # fmt: skip
    return _publish(new, drawing, actor, at)


def _publish(issue: Issue, drawing: Drawing | None, actor: Actor, at: dt.datetime) -> dict[str, Any]:
    drawing = drawing or draw(issue.plan)
    figures = drawing.figures
    issue.position, issue.code = drawing.position, code_of(issue.number, figures)
    issue.save()
    sets = {kept.hash: kept for one in figures for kept in (one.rows, one.base_rows)}
    RowSet.objects.bulk_create(sets.values(), batch_size=50, ignore_conflicts=True)
    for one in figures:
        one.issue = issue
    Figure.objects.bulk_create(figures, batch_size=50)
    told = {"plan": issue.plan.number, "position": issue.position, "code": issue.code, "figures": len(figures),
            "corrects": issue.corrects.number if issue.corrects else None, "words": words_hash(issue),
            "definitions": definitions_hash(figures)}  # fmt: skip
    ledger.append(PUBLISHED, actor=actor, at=at, subject=f"bulletin:{issue.number}", payload=told)
    return {"issue": issue.number, "code": issue.code, "figures": len(figures)}


def drawn(of: Measure, period: Period, position: int, line: int = 1) -> Figure:
    """Return a measure's figure of a period beside the same days of the year before; not stored."""
    return figure(of, of.draw(period), of.draw(period.year_before()), position, line)


def require_composable(plan: str, headline: str, at: dt.datetime, *, headline_en: str = "", estimate: str = "") -> Plan:
    """Return the plan, or say why its bulletin cannot be published."""
    found = Plan.objects.filter(number=plan).first()
    if found is None:
        raise BulletinRefused(_("No measures were fixed for this period."))
    if local_day(at) <= found.until:
        raise BulletinRefused(_("The period is not over yet."))
    if not headline.strip():
        raise BulletinRefused(_("Write a headline."))
    _require_short("headline", headline)
    _require_short("headline_en", headline_en)
    if estimate and not Estimate.objects.filter(number=estimate).exists():
        raise BulletinRefused(_("There is no such estimate."))
    if Issue.objects.filter(plan=found, corrects=None).exists():
        raise BulletinRefused(_("This period has its bulletin; correct that one."))
    return found


def require_correctable(issue: str, note: str) -> Issue:
    """Return the issue, or say why it cannot be corrected."""
    old = Issue.objects.select_related("plan", "issuer").filter(number=issue).first()
    if old is None or hasattr(old, "corrected_by"):
        raise BulletinRefused(_("There is no such issue, or it was corrected already."))
    if not note.strip():
        raise BulletinRefused(_("Write what was wrong and why."))
    _require_short("note", note)
    return old


def _require_short(name: str, words: str) -> None:
    """Refuse words that are longer than they are printed: cutting them off could turn their sense."""
    most: int = getattr(Issue._meta.get_field(name), "max_length")  # noqa: B009 - typed as any kind of field
    if len(words.strip()) > most:
        raise BulletinRefused(_("At most %(most)d characters are printed there; write less.") % {"most": most})


def issuer_of(code: str | None, actor: Actor) -> Organisation:
    """Return whose bulletin it is: the organisation named, or the one that the actor belongs to."""
    rows = Organisation.objects.filter(active=True)
    rows = rows.filter(code=code) if code else rows.filter(pk__in=actor.organisation_ids)
    found = rows.order_by("pk").first()
    if found is None:
        raise BulletinRefused(_("Whoever publishes belongs to an organisation; ask the operator."))
    return found
