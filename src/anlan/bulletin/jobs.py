"""The background work of bulletins."""

from __future__ import annotations

from anlan.bulletin.actions import compose, correct
from anlan.bulletin.actions.requests import COMPOSE, RECOMPUTE, finish_recompute, keep_read
from anlan.bulletin.figures.composition import draw
from anlan.bulletin.figures.verification import Verdict, verdicts, verify
from anlan.bulletin.models import Issue, Plan, Recomputation
from anlan.core import ledger
from anlan.core.jobs import JobRun, job
from anlan.core.people.actors import system
from anlan.core.time.clock import now


@job(COMPOSE)
def issue(run: JobRun) -> None:
    """Draw a plan's figures outside any transaction, then publish them and end the job in one.

    An attempt that was broken off begins anew: all figures of an issue come from one moment.
    """
    told = run.payload
    corrects = Issue.objects.select_related("plan").get(number=told["issue"]) if "issue" in told else None
    drawing = draw(corrects.plan if corrects else Plan.objects.get(number=told["plan"]), run.progress)
    publish = correct if corrects else compose
    with run.effect():
        run.result(publish(**told, drawing=drawing, actor=system("job"), at=now()))


@job(RECOMPUTE)
def recompute(run: JobRun) -> None:
    """Recompute an issue outside any transaction, measure by measure, from where an earlier attempt came to."""
    one = Recomputation.objects.select_related("issue__plan").get(pk=run.payload["run"])
    if one.job_id != run.job_id:  # stopped, and another run was asked for in its place
        return
    position = ledger.head_position() if one.position is None else one.position
    figures = [Verdict.of(told) for told in one.told["figures"]]
    known, total = {told.measure.partition("@")[0] for told in figures}, len(one.issue.plan.codes)
    keep_read(run, one.pk, position, figures, total)
    for some in verdicts(one.issue, known):
        figures += some
        keep_read(run, one.pk, position, figures, total)
    verdict = verify(one.issue, figures)
    with run.effect():
        told = finish_recompute(run=one.pk, position=position, verdict=verdict, actor=system("job"), at=now())
        run.result(told)
