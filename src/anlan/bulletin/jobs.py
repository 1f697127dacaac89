"""The background work of bulletins."""

from __future__ import annotations

from anlan.bulletin.actions import compose, correct
from anlan.bulletin.actions.requests import COMPOSE, RECOMPUTE, finish_recompute, keep_read
from anlan.bulletin.figures.composition import draw
from anlan.bulletin.figures.verdicts import Verdict
from anlan.bulletin.figures.verification import verdicts, verify
from anlan.bulletin.models import Issue, Plan, Recomputation
from anlan.core import ledger
from anlan.core.jobs import JobRun, job
from anlan.core.people.actors import system
from anlan.core.time.clock import now


@job(COMPOSE, is_long=True)
def issue(run: JobRun) -> None:
    """Draw a plan's figures outside any transaction, then publish them and end the job in one.

    An attempt that was broken off begins anew: all figures of an issue come from one moment.
    """
    wanted = run.payload
    corrects = Issue.objects.select_related("plan").get(number=wanted["issue"]) if "issue" in wanted else None
    drawing = draw(corrects.plan if corrects else Plan.objects.get(number=wanted["plan"]), run.progress)
    publish = correct if corrects else compose
    with run.effect():
        run.result(publish(**wanted, drawing=drawing, actor=system("job"), at=now()))


@job(RECOMPUTE, is_long=True)
def recompute(run: JobRun) -> None:
    """Recompute an issue outside any transaction, measure by measure, from where an earlier attempt came to."""
    asked = Recomputation.objects.select_related("issue__plan").get(pk=run.payload["run"])
    if asked.job_id != run.job_id:  # stopped, and another run was asked for in its place
        return
    position = ledger.head_position() if asked.position is None else asked.position
    figures = [Verdict.from_json(verdict) for verdict in asked.findings["figures"]]
    known, total = {verdict.measure.partition("@")[0] for verdict in figures}, len(asked.issue.plan.codes)
    keep_read(run, asked.pk, position, figures, total)
    for some in verdicts(asked.issue, known):
        figures += some
        keep_read(run, asked.pk, position, figures, total)
    verdict = verify(asked.issue, figures)
    with run.effect():
        run.result(finish_recompute(run=asked.pk, position=position, verdict=verdict, actor=system("job"), at=now()))
