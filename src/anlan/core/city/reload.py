"""The city's folder read again, and loaded as it was shown: asked for by an operator, done by the worker."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import DataError, IntegrityError
from django.utils.translation import gettext_noop as _

from anlan.core import jobs, ledger
from anlan.core.city.changes import Change, counts, digest
from anlan.core.city.faults import CityFolderError, Place
from anlan.core.city.folder import compare, load
from anlan.core.city.kept import TABLES
from anlan.core.ledger.verbs import verb
from anlan.core.models import City, Job, LedgerEntry
from anlan.core.people.actors import Actor
from anlan.core.people.roles import Role
from anlan.core.refusals import Refused
from anlan.core.time.clock import now
from anlan.core.time.targets import apart

JOB: Final = "core.city_folder"
MOST: Final = 100  # changes of a file that a page shows, each on a line


def folder() -> Path:
    """Return the city's folder: the operator's setting, never what a browser sends."""
    return Path(settings.CITY_FOLDER)


def latest() -> Job | None:
    """Return the last reading, ended or not."""
    return Job.objects.filter(name=JOB).order_by("-pk").first()


def loaded_last() -> LedgerEntry | None:
    """Return the entry by which the folder was loaded last."""
    return LedgerEntry.objects.filter(kind="core.city_loaded").order_by("-id").first()


def kept_on_pages() -> list[str]:
    """Name the rows that the last load left as a page had changed them."""
    last = loaded_last()
    kept = json.loads(last.payload).get("kept", {}) if last else {}
    return [f"{file}: {key}" for file, keys in kept.items() for key in keys]


@verb("core.cityfolder.ask")
def ask(*, language: str, actor: Actor, at: dt.datetime, seen: str = "", over_pages: bool = False) -> int:
    """Ask the worker to read the folder, or to load what was `seen` of it.

    While another waits, a reading means that one; a load comes after it, unless it is the same load.
    """
    actor.require(Role.OPERATOR)
    list(City.objects.select_for_update().all())  # two presses at once
    asked = {"seen": seen, "over_pages": over_pages, "language": language, "person": actor.person_id}
    found = latest()
    if found and found.state == Job.State.READY:
        waits = json.loads(found.payload)
        if not seen or (waits["seen"], waits["over_pages"]) == (seen, over_pages):
            return found.pk
    job = jobs.enqueue(JOB, asked, actor=actor)
    ledger.append("core.city_folder_asked", actor=actor, at=at, subject=f"job:{job}", payload={"load": bool(seen)})
    return job


def look(path: Path) -> dict[str, Any]:
    """Return as plain JSON what loading a folder would change, or why it cannot be loaded."""
    try:
        folder_hash, found = _explained(path, lambda: compare(path))
    except CityFolderError as error:
        return {"faults": [fault.plain() for fault in error.faults]}
    return {"faults": [], "digest": digest(folder_hash, found), "files": _files(found),
            "changes": sum(not change.on_page for change in found),
            "on_pages": sum(change.on_page for change in found), "apart": _apart()}  # fmt: skip


def load_seen(path: Path, seen: str, *, over_pages: bool, actor: Actor, at: dt.datetime) -> dict[str, Any]:
    """Load exactly what was seen, and return how the folder stands then; what cannot be loaded is told, not raised."""
    try:
        _explained(path, lambda: load(path, seen=seen, over_pages=over_pages, actor=actor, at=at))
    except CityFolderError:
        return look(path)
    except Refused as refused:
        return look(path) | {"refused": refused.code}
    last = loaded_last()
    payload: dict[str, Any] = json.loads(last.payload) if last else {"files": {}, "kept": {}}
    count = sum(sum(of_file.values()) for of_file in payload["files"].values())
    count -= sum(len(keys) for keys in payload["kept"].values())
    return look(path) | {"loaded": count}


def _explained(path: Path, act: Any) -> Any:
    """Turn what the machine or a database refuses of the files into a fault of the folder."""
    try:
        return act()
    except OSError as error:
        raise Place(path).wrong(_("it cannot be read (%(reason)s)"), reason=error.strerror or error) from error
    except (DataError, IntegrityError) as error:
        reason = str(error).splitlines()[0]
        raise Place(path).wrong(_("the database cannot hold it (%(reason)s)"), reason=reason) from error


def _apart() -> list[dict[str, Any]]:
    """Return the clocks whose time an operator set on a page to another than the folder said."""
    return [{"key": rule.code, "folder": rule.target_s, "here": held.target_s} for rule, held in apart(now())]


def _files(found: list[Change]) -> list[dict[str, Any]]:
    counted = counts(found)
    lines: dict[str, list[dict[str, Any]]] = {table.file: [] for table in TABLES}
    for change in found:
        lines[change.file].append(change.plain())
    return [{"file": file, "counts": counted.get(file, {}), "changes": of_file[:MOST],
             "more": len(of_file[MOST:])} for file, of_file in lines.items()]  # fmt: skip
