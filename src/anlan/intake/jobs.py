"""Work of intake outside a verb."""

from __future__ import annotations

from anlan.core.actors import actor_of
from anlan.core.clock import now
from anlan.core.jobs import JobRun, job
from anlan.intake.importruns import JOB, finish_import, layout_of, refused_file, uploaded_file
from anlan.intake.models import ImportRun


@job(JOB)
def run_import(run: JobRun) -> None:
    """Import an uploaded file. Each chunk is stored under its own key, so a run that was cut off goes on there."""
    from anlan.intake.importing import import_file  # readers of Parquet and Excel: loaded when a file is read

    found = ImportRun.objects.select_related("person").get(pk=run.payload["import"])
    if found.state != ImportRun.State.STARTED:
        return
    assert found.person is not None
    actor = actor_of(found.person)
    with refused_file(found).open("w", encoding="utf-8-sig", newline="") as out:
        _, counts = import_file(
            uploaded_file(found),
            name=found.file_name,
            given=layout_of(found),
            actor=actor,
            at=now(),
            key=f"import:{found.pk}",
            refused_to=out,
            progress=run.progress,
        )
    run.result(counts.plain())
    with run.effect():
        finish_import(import_id=found.pk, counts=counts.plain(), actor=actor, at=now())
