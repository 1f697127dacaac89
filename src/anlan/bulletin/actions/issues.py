"""The verbs of an issue: it is composed of a plan's figures, and a mistake is corrected by a new one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from anlan.bulletin.access import DESK
from anlan.bulletin.figures.composition import PUBLISHED, Drawing, code_of, definitions_hash, draw, words_hash
from anlan.bulletin.models import Figure, Issue, Plan, RowSet
from anlan.core import ledger
from anlan.core.city.areas import local_day
from anlan.core.ledger.verbs import verb
from anlan.core.models import City, Organisation
from anlan.core.people.actors import Actor
from anlan.core.refusals import Refused
from anlan.core.series import Series
from anlan.effect.models import Estimate


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
    actor.require(*DESK)
    list(City.objects.select_for_update().all())
    fixed = require_composable(plan, headline, at, headline_en=headline_en, estimate=estimate)
    number = Series("B", local_day(at).year, 2).next()
    issue = Issue(number=number, plan=fixed, issuer=issuer_of(issuer, actor), published_at=at, estimate=estimate,
                  headline=headline.strip(), headline_en=headline_en.strip())  # fmt: skip
    return _publish(issue, drawing, actor, at)


@verb("bulletin.correct")
def correct(
    *,
    issue: str,
    note: str,
    note_en: str = "",
    headline: str = "",
    headline_en: str = "",
    drawing: Drawing | None = None,
    actor: Actor,
    at: dt.datetime,
    key: str | None = None,
) -> dict[str, Any]:
    """Publish a period again with what has changed since, and say why; the old issue stays as it is."""
    actor.require(*DESK)
    list(City.objects.select_for_update().all())
    old = require_correctable(issue, note, note_en, headline, headline_en)
    revision = old.revision + 1
    number = f"{old.number.split('-r')[0]}-r{revision}"
    new = Issue(number=number, plan=old.plan, issuer=old.issuer, published_at=at, revision=revision, corrects=old,
                note=note.strip(), note_en=note_en.strip(), headline=headline.strip() or old.headline,
                headline_en=headline_en.strip() or old.headline_en,
                estimate=old.estimate)  # fmt: skip
    return _publish(new, drawing, actor, at)


def _publish(issue: Issue, drawing: Drawing | None, actor: Actor, at: dt.datetime) -> dict[str, Any]:
    drawing = drawing or draw(issue.plan)
    figures = drawing.figures
    issue.position, issue.code = drawing.position, code_of(issue.number, figures)
    issue.save()
    _store(issue, figures)
    published = {"plan": issue.plan.number, "position": issue.position, "code": issue.code, "figures": len(figures),
                 "corrects": issue.corrects.number if issue.corrects else None, "words": words_hash(issue),
                 "definitions": definitions_hash(figures)}  # fmt: skip
    ledger.append(PUBLISHED, actor=actor, at=at, subject=f"bulletin:{issue.number}", payload=published)
    return {"issue": issue.number, "code": issue.code, "figures": len(figures)}


def _store(issue: Issue, figures: Sequence[Figure]) -> None:
    sets = {kept.hash: kept for figure in figures for kept in (figure.rows, figure.base_rows)}
    RowSet.objects.bulk_create(sets.values(), batch_size=50, ignore_conflicts=True)
    for figure in figures:
        figure.issue = issue
    Figure.objects.bulk_create(figures, batch_size=50)


def require_composable(plan: str, headline: str, at: dt.datetime, *, headline_en: str = "", estimate: str = "") -> Plan:
    """Return the plan, or say why its bulletin cannot be published."""
    found = Plan.objects.filter(number=plan).first()
    if found is None:
        raise Refused("no_measures_fixed", "plan")
    if local_day(at) <= found.until:
        raise Refused("period_not_over", "plan")
    if not headline.strip():
        raise Refused("headline_missing", "headline")
    _require_short("headline", headline)
    _require_short("headline_en", headline_en)
    if estimate and not Estimate.objects.filter(number=estimate).exists():
        raise Refused("unknown_estimate", "estimate")
    if Issue.objects.filter(plan=found, corrects=None).exists():
        raise Refused("period_has_its_bulletin", "plan")
    return found


def require_correctable(issue: str, note: str, note_en: str = "", headline: str = "", headline_en: str = "") -> Issue:
    """Return the issue, or say why it cannot be corrected."""
    old = Issue.objects.select_related("plan", "issuer").filter(number=issue).first()
    if old is None or hasattr(old, "corrected_by"):
        raise Refused("issue_not_correctable", "issue")
    notes = (("note", note), ("note_en", note_en))
    for name, words in notes:
        if not words.strip():
            raise Refused("revision_note_missing", name)
    for name, words in (*notes, ("headline", headline), ("headline_en", headline_en)):
        _require_short(name, words)
    return old


def _require_short(name: str, words: str) -> None:
    """Refuse words that are longer than they are printed: cutting them off could turn their sense."""
    most: int = getattr(Issue._meta.get_field(name), "max_length")  # noqa: B009 - typed as any kind of field
    if len(words.strip()) > most:
        raise Refused("print_too_long", name, most=most)


def issuer_of(code: str | None, actor: Actor) -> Organisation:
    """Return whose bulletin it is: the organisation named, or the one that the actor belongs to."""
    active = Organisation.objects.filter(active=True)
    theirs = active.filter(code=code) if code else active.filter(pk__in=actor.organisation_ids)
    issuer = theirs.order_by("pk").first()
    if issuer is None:
        raise Refused("unknown_issuer", "issuer")
    return issuer
