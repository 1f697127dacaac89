"""The background run of a study."""

from __future__ import annotations

from anlan.core.actors import system
from anlan.core.clock import now
from anlan.core.jobs import JobRun, job
from anlan.hotspots.actions import JOB, finish_study
from anlan.hotspots.models import Study
from anlan.hotspots.studying import compute


@job(JOB)
def study(run: JobRun) -> None:
    """Compute a study outside any transaction, then store it and end the job in one."""
    told, outcome = compute(Study.objects.get(pk=run.payload["study"]), run.progress)
    with run.effect():
        run.result(
            finish_study(study_id=run.payload["study"], told=told, outcome=outcome, actor=system("job"), at=now())
        )
