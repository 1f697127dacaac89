"""A file that a person uploaded: its verbs, its job, and where it lies until the import is done."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import secrets
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from anlan.core import jobs, ledger
from anlan.core.ledger import canonical
from anlan.core.ledger.verbs import verb
from anlan.core.people.actors import Actor, NotAllowed
from anlan.core.refusals import Refused
from anlan.core.time.clock import wall
from anlan.core.words import day
from anlan.intake.access import IMPORTS, MAPS
from anlan.intake.files.layout import OPENING_FIELDS
from anlan.intake.files.survey import Survey, kept
from anlan.intake.models import ImportRun

JOB = "intake.import"
LOOK = "intake.look"
MAX_BYTES = 500_000_000
KEPT_DAYS = 30
BESIDE_LAYOUT = frozenset({"mapping", "renamed", "header", "like"})  # options that are no column and hold for no cell
State = ImportRun.State


def folder() -> Path:
    """Return where uploaded files lie until they are imported: never under an address."""
    path = Path(settings.DATA_DIR) / "imports"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def uploaded_file(run: ImportRun) -> Path:
    """Return where a run's file lies."""
    return folder() / run.stored_as


def refused_file(run: ImportRun) -> Path:
    """Return where a run's refused rows lie."""
    return folder() / f"{run.stored_as}.refused.csv"


def survey_file(run: ImportRun) -> Path:
    """Return where lies what was seen of a run's file: some of its rows and points, for who uploaded it."""
    return folder() / f"{run.stored_as}.look.json"


def survey_of(run: ImportRun) -> Survey | None:
    """Return what was seen of a file as it is laid out now, or None while nobody has looked."""
    return kept(survey_file(run), run.options)


def keep(chunks: Iterable[bytes], suffix: str) -> tuple[str, str]:
    """Write an upload under a random name; return the name and its hash. Nothing stays when it fails."""
    _forget_old()
    digest, size = hashlib.sha256(), 0
    name = secrets.token_hex(16) + suffix
    path = folder() / name
    try:
        with path.open("xb") as file:
            for chunk in chunks:
                size += len(chunk)
                if size > MAX_BYTES:
                    raise too_large()
                digest.update(chunk)
                file.write(chunk)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return name, digest.hexdigest()


def too_large() -> Refused:
    """Return that a file has more bytes than an upload may have."""
    return Refused("file_too_large", most=MAX_BYTES // 1_000_000)


def _forget_old() -> None:
    """Delete uploads that nobody imported, and refused rows that nobody fetched: they hold personal content."""
    for path in folder().iterdir():
        with suppress(OSError):
            if path.stat().st_mtime < wall().timestamp() - KEPT_DAYS * 86400:
                path.unlink()


@verb("intake.importruns.register_import")
def register_import(
    *, file_name: str, stored_as: str, sha256: str, options: dict[str, Any], actor: Actor, at: dt.datetime
) -> int:
    """Note an uploaded file; return the run's id."""
    actor.require(*(MAPS if "mapping" in options else IMPORTS))
    run = ImportRun.objects.create(
        person_id=actor.person_id,
        created_at=at,
        file_name=file_name[:120],
        stored_as=stored_as,
        sha256=sha256,
        options=canonical(options),
    )
    _entry("uploaded", run, actor, at)
    _look(run, actor)
    return run.pk


@verb("intake.importruns.set_options")
def set_options(*, import_id: int, options: dict[str, Any], actor: Actor, at: dt.datetime) -> None:
    """Say how the file's columns are read, before the import starts; the worker looks through it once more."""
    run = _locked(import_id, actor, State.UPLOADED)
    if run.job_id:
        jobs.stop(job_id=run.job_id, actor=actor, at=at)
    ImportRun.objects.filter(pk=run.pk).update(options=canonical(options))
    _look(run, actor)


def _look(run: ImportRun, actor: Actor) -> None:
    """Ask the worker to look through a file: no page reads one."""
    job_id = jobs.enqueue(LOOK, {"import": run.pk}, actor=actor)
    ImportRun.objects.filter(pk=run.pk).update(job=job_id)


def keep_survey(run: ImportRun, seen: Survey, options: dict[str, Any]) -> None:
    """Keep what was seen beside the file, unless it was dropped or laid out anew meanwhile; inside `write()`."""
    waits = ImportRun.objects.select_for_update().filter(pk=run.pk, state=State.UPLOADED, options=run.options)
    if waits.update(options=canonical(options)):
        seen.keep(survey_file(run), canonical(options))


def refused_name(run: ImportRun) -> str:
    """Return the name under which a run's refused rows are handed out: by it they are known when they come back."""
    return f"import-{run.pk}-refused.csv"


def laid_out_before(header: str, file_name: str = "") -> dict[str, Any] | None:
    """Return how the last imported file with the same heads was laid out; `like` is the day of that upload.

    For refused rows that come back it is the import that refused them.
    """
    imported = ImportRun.objects.filter(state__in=[State.STARTED, State.DONE], options__contains=f'"header":"{header}"')
    back = re.match(r"import-([1-9][0-9]{0,8})-refused", file_name)
    found = (imported.filter(pk=back[1]).first() if back else None) or imported.order_by("-pk").first()
    return options_of(found) | {"like": day(found.created_at)} if found else None


def as_said_of_this(options: dict[str, Any]) -> dict[str, Any]:
    """Return what holds for one file alone, whatever was said of the last with the same heads: how it is opened."""
    named = ("crs", "crs_named") if options.get("crs_named") else ()
    return {name: options.get(name) for name in (*OPENING_FIELDS, *named)}


@verb("intake.importruns.start_import")
def start_import(*, import_id: int, actor: Actor, at: dt.datetime, options: dict[str, Any] | None = None) -> int:
    """Start the import as a job; return the job's id. `options` say of each column what was seen and is confirmed."""
    run = _locked(import_id, actor, State.UPLOADED)
    seen = survey_of(run)
    about = {"since": seen.since, "until": seen.until, "categories": seen.categories} if seen else {}
    job_id = jobs.enqueue(JOB, {"import": run.pk, **about}, key=f"{JOB}:{run.pk}", actor=actor)
    confirmed = run.options if options is None else canonical(options)
    ImportRun.objects.filter(pk=run.pk).update(state=State.STARTED, job=job_id, options=confirmed)
    _entry("started", run, actor, at)
    return job_id


@verb("intake.importruns.finish_import")
def finish_import(*, import_id: int, counts: dict[str, Any], actor: Actor, at: dt.datetime) -> None:
    """Keep the counts of an import that is through, and delete the uploaded file."""
    run = _locked(import_id, actor, State.STARTED)
    numbers = {name: counts[name] for name in ("accepted", "repeated", "refused")}
    ImportRun.objects.filter(pk=run.pk).update(state=State.DONE, **numbers)
    _entry("done", run, actor, at, **numbers)
    transaction.on_commit(lambda: _unlink(run, uploaded_file, survey_file), robust=True)


@verb("intake.importruns.drop_import")
def drop_import(*, import_id: int, actor: Actor, at: dt.datetime) -> None:
    """Delete an upload that is not imported, or the refused rows of one that is; what went in stays."""
    run = _locked(import_id, actor)
    if run.job_id and run.state == State.STARTED:
        jobs.stop(job_id=run.job_id, actor=actor, at=at)
    if run.state != State.DONE:
        ImportRun.objects.filter(pk=run.pk).update(state=State.DROPPED)
    _entry("dropped", run, actor, at)
    transaction.on_commit(lambda: _unlink(run, uploaded_file, survey_file, refused_file), robust=True)


def options_of(run: ImportRun) -> dict[str, Any]:
    """Return all that was said about the file."""
    options = json.loads(run.options)
    return options if isinstance(options, dict) else {}


def layout_of(run: ImportRun) -> dict[str, Any]:
    """Return what was said about the file's columns."""
    return {name: value for name, value in options_of(run).items() if name not in BESIDE_LAYOUT}


def renamed_of(run: ImportRun) -> dict[str, str]:
    """Return which categories of the city the list means by names of its own."""
    return dict(options_of(run).get("renamed", {}))


def mapping_of(run: ImportRun) -> str:
    """Return the mapping that came with the file, or nothing."""
    return str(options_of(run).get("mapping", ""))


def _unlink(run: ImportRun, *files: Callable[[ImportRun], Path]) -> None:
    for file in files:
        file(run).unlink(missing_ok=True)


def _locked(import_id: int, actor: Actor, state: str | None = None) -> ImportRun:
    actor.require(*IMPORTS)
    run = ImportRun.objects.visible_to(actor).select_for_update().filter(pk=import_id).first()
    if run is None or (state and run.state != state):
        raise NotAllowed(f"{actor.name} may not do this to that import, or it is already past it")
    return run


def _entry(what: str, run: ImportRun, actor: Actor, at: dt.datetime, **more: Any) -> None:
    payload = {"import": run.pk, "sha256": run.sha256, **more}
    ledger.append(f"intake.import_{what}", actor=actor, at=at, subject=f"import:{run.pk}", payload=payload)
