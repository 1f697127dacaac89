"""The background work of bulletins."""

from __future__ import annotations

from anlan.bulletin.actions import compose, correct
from anlan.bulletin.asking import COMPOSE, RECOMPUTE, finish_recompute
from anlan.bulletin.composing import draw
from anlan.bulletin.models import Issue, Plan, Recomputation
from anlan.bulletin.verifying import verify
from anlan.core import ledger
from anlan.core.actors import system
from anlan.core.clock import now
from anlan.core.jobs import JobRun, job


@job(COMPOSE)
def issue(run: JobRun) -> None:
    """Draw a plan's figures outside any transaction, then publish them and end the job in one."""
    told = run.payload
    corrects = Issue.objects.select_related("plan").get(number=told["issue"]) if "issue" in told else None
    drawing = draw(corrects.plan if corrects else Plan.objects.get(number=told["plan"]), run.progress)
    publish = correct if corrects else compose
    with run.effect():
        run.result(publish(**told, drawing=drawing, actor=system("job"), at=now()))


@job(RECOMPUTE)
def recompute(run: JobRun) -> None:
    """Recompute an issue outside any transaction, then keep the outcome and end the job in one."""
    one = Recomputation.objects.select_related("issue__plan").get(pk=run.payload["run"])
    position = ledger.head_position()
    verdict = verify(one.issue, run.progress)
    with run.effect():
        told = finish_recompute(run=one.pk, position=position, verdict=verdict, actor=system("job"), at=now())
        run.result(told)
