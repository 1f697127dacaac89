"""Work of intake outside a verb."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

from anlan.core.jobs import JobRun, job
from anlan.core.people.actors import Actor, system
from anlan.core.people.members import actor_of
from anlan.core.time.clock import now
from anlan.intake.actions import escalate_unsorted, first_look
from anlan.intake.actions.imports import (
    BESIDE_LAYOUT,
    JOB,
    LOOK,
    as_said_of_this,
    finish_import,
    keep_survey,
    laid_out_before,
    layout_of,
    mapping_of,
    options_of,
    refused_file,
    renamed_of,
    uploaded_file,
)
from anlan.intake.files import mappings
from anlan.intake.files.counts import Counts
from anlan.intake.files.survey import Survey, header_of
from anlan.intake.models import ImportRun

if TYPE_CHECKING:
    from anlan.intake.files.limits import Watch


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


@job(LOOK, is_long=True)
def look_through(run: JobRun) -> None:
    """Look through an uploaded file as it is laid out; how one with the same heads was read holds until said anew."""
    from anlan.intake.files.limits import Watch

    found = ImportRun.objects.select_related("person").get(pk=run.payload["import"])
    if found.state != ImportRun.State.UPLOADED or found.job_id != run.job_id:
        return
    options, watch = options_of(found), Watch(run.progress)
    seen = _seen(found, options, watch)
    if seen.columns and "header" not in options:
        options["header"] = header_of(seen.columns)
        if before := laid_out_before(options["header"], found.file_name):
            like = before | as_said_of_this(options)
            again = _seen(found, like, watch)
            options, seen = (options, seen) if again.is_misplaced() else (like, again)
    with run.effect():
        keep_survey(found, seen, options)


@job(first_look.JOB)
def look_at_unsorted(run: JobRun) -> None:
    """Take the steps of the ladder that have come for reports that nobody has sorted."""
    with run.effect():
        run.result(escalate_unsorted(actor=system("job"), at=now()))


def _seen(found: ImportRun, options: dict[str, Any], watch: Watch) -> Survey:
    """See a file as its options say: with a mapping, or with columns."""
    from anlan.intake.files.looks import survey, survey_calls

    assert found.person is not None
    path, name, mapping = uploaded_file(found), found.file_name, options.get("mapping")
    if mapping:
        return survey_calls(path, name=name, mapping=mapping, at=now(), watch=watch)
    given = {name: value for name, value in options.items() if name not in BESIDE_LAYOUT}
    renamed, actor = options.get("renamed", {}), actor_of(found.person)
    return survey(path, name=name, given=given, renamed=renamed, actor=actor, at=now(), watch=watch)


def _imported(found: ImportRun, actor: Actor, out: IO[str], run: JobRun) -> Counts:
    """Import as the upload says: with its mapping, or with the columns that were chosen."""
    from anlan.intake.files.chunks import import_file  # readers of Parquet and Excel: loaded when a file is read

    how: dict[str, Any] = {"at": now(), "key": f"import:{found.pk}", "refused_to": out, "progress": run.progress}
    path, name, mapping = uploaded_file(found), found.file_name, mapping_of(found)
    if mapping:
        return mappings.reader().run(path, name=name, mapping=mapping, **how)
    given, renamed = layout_of(found), renamed_of(found)
    return import_file(path, name=name, given=given, renamed=renamed, actor=actor, **how)[1]
