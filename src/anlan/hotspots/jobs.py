"""The background run of a study."""

from __future__ import annotations

from anlan.core.jobs import JobRun, job
from anlan.core.people.actors import system
from anlan.core.time.clock import now
from anlan.hotspots.actions import fail_study, finish_study
from anlan.hotspots.actions.studies import JOB
from anlan.hotspots.computation import compute
from anlan.hotspots.models import Study


@job(JOB, is_long=True)
def study(run: JobRun) -> None:
    """Compute a study outside any transaction, then store it and end the job in one."""
    pk, actor = run.payload["study"], system("job")
    try:
        basis, outcome = compute(Study.objects.get(pk=pk), run.progress)
    except ValueError as error:  # the same frozen input gives the same error: no later attempt helps
        with run.effect():
            fail_study(study_id=pk, reason=str(error), actor=actor, at=now())
        return
    with run.effect():
        run.result(finish_study(study_id=pk, basis=basis, outcome=outcome, actor=actor, at=now()))
