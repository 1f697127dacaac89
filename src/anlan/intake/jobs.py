"""Work of intake outside a verb."""

from __future__ import annotations

from typing import IO, Any

from anlan.core.jobs import JobRun, job
from anlan.core.people.actors import Actor, system
from anlan.core.people.members import actor_of
from anlan.core.time.clock import now
from anlan.intake.actions import escalate_unsorted, first_look
from anlan.intake.actions.imports import JOB, finish_import, layout_of, mapping_of, refused_file, uploaded_file
from anlan.intake.files import mappings
from anlan.intake.files.counts import Counts
from anlan.intake.models import ImportRun


@job(JOB, is_long=True)
def run_import(run: JobRun) -> None:
    """Import an uploaded file. Each chunk is stored under its own key, so a run that was cut off goes on there."""
    found = ImportRun.objects.select_related("person").get(pk=run.payload["import"])
    if found.state != ImportRun.State.STARTED:
        return
    assert found.person is not None
    actor = actor_of(found.person)
    with refused_file(found).open("w", encoding="utf-8-sig", newline="") as out:
        counts = _imported(found, actor, out, run)
    run.result(counts.plain())
    with run.effect():
        finish_import(import_id=found.pk, counts=counts.plain(), actor=actor, at=now())


@job(first_look.JOB)
def look_at_unsorted(run: JobRun) -> None:
    """Take the steps of the ladder that have come for reports that nobody has sorted."""
    with run.effect():
        run.result(escalate_unsorted(actor=system("job"), at=now()))


def _imported(found: ImportRun, actor: Actor, out: IO[str], run: JobRun) -> Counts:
    """Import as the upload says: with its mapping, or with the columns that were chosen."""
    from anlan.intake.files.chunks import import_file  # readers of Parquet and Excel: loaded when a file is read

    how: dict[str, Any] = {"at": now(), "key": f"import:{found.pk}", "refused_to": out, "progress": run.progress}
    path, name, mapping = uploaded_file(found), found.file_name, mapping_of(found)
    if mapping:
        return mappings.reader().run(path, name=name, mapping=mapping, **how)
    return import_file(path, name=name, given=layout_of(found), actor=actor, **how)[1]
