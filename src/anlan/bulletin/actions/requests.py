"""The verbs that ask for slow work in the background: an issue, its correction, its recomputing."""

from __future__ import annotations

import datetime as dt
from typing import Any

from anlan.bulletin.access import DESK, LOOKS
from anlan.bulletin.actions.issues import issuer_of, require_composable, require_correctable
from anlan.bulletin.figures.verdicts import IssueVerdict, Verdict
from anlan.bulletin.models import Issue, Plan, Recomputation
from anlan.core import jobs, ledger
from anlan.core.jobs import JobRun
from anlan.core.ledger.verbs import verb
from anlan.core.ledger.writes import write
from anlan.core.models import Job
from anlan.core.people.actors import Actor

COMPOSE, RECOMPUTE = "bulletin.compose", "bulletin.recompute"


@verb("bulletin.asking.ask_to_compose")
def ask_to_compose(
    *,
    plan: str,
    headline: str,
    headline_en: str = "",
    estimate: str = "",
    actor: Actor,
    at: dt.datetime,
    key: str | None = None,
) -> dict[str, Any]:
    """Have a plan's figures drawn and its issue published in the background."""
    actor.require(*DESK)
    fixed = require_composable(plan, headline, at, headline_en=headline_en, estimate=estimate)
    wanted = {"plan": plan, "headline": headline, "headline_en": headline_en, "estimate": estimate,
            "issuer": issuer_of(None, actor).code}  # fmt: skip
    return _ask(fixed, wanted, actor, at)


@verb("bulletin.asking.ask_to_correct")
def ask_to_correct(
    *,
    issue: str,
    note: str,
    note_en: str = "",
    headline: str = "",
    headline_en: str = "",
    actor: Actor,
    at: dt.datetime,
    key: str | None = None,
) -> dict[str, Any]:
    """Have an issue's figures drawn again and its correction published in the background."""
    actor.require(*DESK)
    old = require_correctable(issue, note, note_en, headline, headline_en)
    wanted = {"issue": issue, "note": note, "note_en": note_en, "headline": headline, "headline_en": headline_en}
    return _ask(old.plan, wanted, actor, at)


def _ask(plan: Plan, wanted: dict[str, Any], actor: Actor, at: dt.datetime) -> dict[str, Any]:
    plan = Plan.objects.select_for_update(of=("self",)).select_related("job").get(pk=plan.pk)
    if plan.job is not None and plan.job.state == Job.State.READY:
        return {"job": plan.job.pk}
    plan.job_id = jobs.enqueue(COMPOSE, wanted, actor=actor)
    plan.save(update_fields=["job"])
    ledger.append("bulletin.asked", actor=actor, at=at, subject=f"plan:{plan.number}", payload=wanted)
    return {"job": plan.job_id}


@verb("bulletin.asking.ask_to_recompute")
def ask_to_recompute(*, issue: str, actor: Actor, at: dt.datetime) -> dict[str, Any]:
    """Have an issue recomputed in the background: one run at a time, a new one in the place of a stopped one."""
    actor.require(*LOOKS)
    recomputed = Issue.objects.visible_to(actor).select_for_update(of=("self",)).get(number=issue)
    run = Recomputation.objects.filter(issue=recomputed, finished_at=None).select_related("job").first()
    if run is not None and run.job is not None and run.job.state == Job.State.READY:
        return {"run": run.pk}
    run = run or Recomputation.objects.create(issue=recomputed, asked_at=at)
    run.job_id = jobs.enqueue(RECOMPUTE, {"run": run.pk}, actor=actor)
    run.asked_at, run.position, run.outcome = at, None, ""
    run.save()
    ledger.append("bulletin.recompute_asked", actor=actor, at=at, subject=f"bulletin:{issue}", payload={})
    return {"run": run.pk}


def keep_read(run: JobRun, recomputation: int, position: int, figures: list[Verdict], total: int) -> None:
    """Keep what a recomputation has read so far with the sign of progress: taken up again it goes on from there."""
    read = ledger.canonical({"figures": [verdict.as_json() for verdict in figures]})
    with write():
        run.progress(len({verdict.measure.partition("@")[0] for verdict in figures}), total)
        Recomputation.objects.filter(pk=recomputation, job=run.job_id).update(position=position, outcome=read)


@verb("bulletin.asking.finish_recompute")
def finish_recompute(
    *, run: int, position: int, verdict: IssueVerdict, actor: Actor, at: dt.datetime
) -> dict[str, Any]:
    """Keep what recomputing an issue came to."""
    kept = Recomputation.objects.select_for_update(of=("self",)).select_related("issue").get(pk=run)
    outcome = {"holds": verdict.holds, "figures": len(verdict.figures), "position": position,
            "until": ledger.head_position(), "same": sum(figure.same for figure in verdict.figures)}  # fmt: skip
    if kept.finished_at is not None:
        return outcome
    kept.position, kept.finished_at = position, at
    kept.outcome = ledger.canonical(verdict.as_json() | {"until": outcome["until"]})
    kept.save()
    ledger.append("bulletin.recomputed", actor=actor, at=at, subject=f"bulletin:{kept.issue.number}", payload=outcome)
    return outcome
