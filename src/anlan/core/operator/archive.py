"""One file that holds everything, readable on either database: JSON lines a table, and a manifest."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from django.apps import apps
from django.conf import settings
from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.db.migrations.recorder import MigrationRecorder

from anlan import __version__
from anlan.core.ledger import seals, triggers
from anlan.core.ledger.snapshot import snapshot
from anlan.core.ledger.verification import Verdict, verify
from anlan.core.ledger.writes import explained
from anlan.core.models import Residue
from anlan.core.operator.envelope import closing
from anlan.core.time.clock import now, stamp

FORMAT = 1
BATCH = 2000
FOLDERS = ("imports",)  # files beside the database
KEY = "secret.key"  # only in a backup that is encrypted
LEFT_OUT = {"sessions", "admin", "contenttypes", "auth"}  # Django makes them anew; log-ins are opened anew


class ArchiveError(ValueError):
    """The file is no backup that this version can read."""

    exit_status = 2


def dump(path: Path, recipients: Sequence[Any] = ()) -> dict[str, Any]:
    """Write everything, as it stands at one moment, into a file; return its manifest.

    For recipients it is encrypted, and holds the secret key of the data directory too.
    """
    part = path.with_name(path.name + ".part")
    part.touch(mode=0o600)
    try:
        with part.open("wb") as file:
            with closing(file, list(recipients)) as inside:
                manifest = _write(inside, with_key=bool(recipients))
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    with suppress(OSError):  # a data directory that cannot be written to does not make the backup worthless
        _noted().write_text(json.dumps({"made_at": manifest["made_at"], "bytes": path.stat().st_size}))
    return manifest


def _write(file: IO[bytes], *, with_key: bool) -> dict[str, Any]:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive, snapshot():
        tables = {model._meta.db_table: _dump_table(archive, model) for model in _models()}
        _dump_files(archive)
        key = Path(settings.DATA_DIR) / KEY
        if with_key and key.exists():
            archive.write(key, KEY)
        manifest = _manifest(tables)
        archive.writestr("manifest.json", json.dumps(manifest, indent=1))
    return manifest


def last_made() -> dict[str, Any] | None:
    """Return when the last backup was made from this data directory and how large it was; a restored one has none."""
    try:
        found = json.loads(_noted().read_text())
        return {"made_at": dt.datetime.fromisoformat(found["made_at"]), "bytes": int(found["bytes"])}
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _noted() -> Path:
    return Path(settings.DATA_DIR) / "last-backup.json"


def read_manifest(path: Path, file: IO[bytes]) -> dict[str, Any]:
    """Read what a backup says about itself, and refuse one that this version cannot restore."""
    try:
        with zipfile.ZipFile(file) as archive:
            manifest: dict[str, Any] = json.loads(archive.read("manifest.json"))
    except (OSError, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise ArchiveError(f"{path}: not a backup of Anlan, or cut off ({error})") from error
    if manifest.get("format") != FORMAT:
        raise ArchiveError(f"{path}: made by Anlan {manifest.get('anlan')}, restore it with that version")
    return manifest


def put_key_back(file: IO[bytes]) -> None:
    """Give an empty data directory the secret key that an encrypted backup holds; one that has a key keeps it."""
    target = Path(settings.DATA_DIR) / KEY
    with zipfile.ZipFile(file) as archive:
        if KEY in archive.namelist() and not target.exists():
            target.touch(mode=0o600)
            target.write_bytes(archive.read(KEY))


def load(path: Path, file: IO[bytes], manifest: dict[str, Any]) -> Verdict:
    """Fill an empty, migrated database from a backup, and verify the ledger against the head that it names."""
    if sorted(manifest["migrations"]) != _migrations():
        raise ArchiveError(
            f"{path}: made by Anlan {manifest['anlan']} with other tables than {__version__}; restore it with that"
            " version, then `anlan serve` of this one brings it up"
        )
    with _read(path), explained(), zipfile.ZipFile(file) as archive, transaction.atomic():
        for model in _models():
            model._base_manager.all()._raw_delete(using="default")
        for model in _models():
            _load_table(archive, model, manifest["tables"])
        _require_counts(manifest["tables"])
        _reset_sequences()
        _load_files(archive)
    triggers.install()
    return verify(manifest["head"] or None)


@contextmanager
def _read(path: Path) -> Iterator[None]:
    """Say of a file whose bytes were changed that it was damaged."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError) as error:
        if isinstance(error, ArchiveError):
            raise
        raise ArchiveError(f"{path}: the file was damaged ({error})") from error


def _models() -> list[type[models.Model]]:
    found = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]
    kept = [model for model in found if model._meta.app_label not in LEFT_OUT and not model._meta.proxy]
    kept.remove(Residue)  # of these files: what is restored never held the bytes
    return sorted(kept, key=lambda model: model._meta.db_table)


def _migrations() -> list[str]:
    return sorted(f"{row.app}.{row.name}" for row in MigrationRecorder(connection).migration_qs)


def _manifest(tables: dict[str, dict[str, Any]]) -> dict[str, Any]:
    last = seals.head()
    return {
        "format": FORMAT,
        "anlan": __version__,
        "made_at": stamp(now()),
        "database": connection.vendor,
        "head": last.hash if last else "",
        "position": last.last if last else 0,
        "migrations": _migrations(),
        "tables": tables,
    }


def _dump_table(archive: zipfile.ZipFile, model: type[models.Model]) -> dict[str, Any]:
    """Write a table's rows, one JSON list a line; return how many, and the hash of the lines."""
    names = [field.attname for field in model._meta.concrete_fields]
    digest, count = hashlib.sha256(), 0
    with archive.open(f"{model._meta.db_table}.ndjson", "w", force_zip64=True) as file:
        file.write(json.dumps(names).encode() + b"\n")
        for row in model._base_manager.order_by("pk").values_list(*names).iterator(BATCH):
            line = json.dumps(row, default=_plain, ensure_ascii=False).encode() + b"\n"
            file.write(line)
            digest.update(line)
            count += 1
    return {"rows": count, "sha256": digest.hexdigest()}


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return stamp(value)
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode()
    return str(value)


def _load_table(archive: zipfile.ZipFile, model: type[models.Model], tables: dict[str, dict[str, Any]]) -> None:
    name = model._meta.db_table
    if name not in tables:
        return
    digest, count = hashlib.sha256(), 0
    with archive.open(f"{name}.ndjson") as file:
        fields = {field.attname: field for field in model._meta.concrete_fields}
        columns = [fields[column] for column in json.loads(file.readline())]
        for lines in _batches(file):
            digest.update(b"".join(lines))
            rows = [model(**_values(columns, json.loads(line))) for line in lines]
            model._base_manager.bulk_create(rows)
            count += len(rows)
    if {"rows": count, "sha256": digest.hexdigest()} != tables[name]:
        raise ArchiveError(f"the table {name} differs from what the backup says about it: the file was damaged")


def _require_counts(tables: dict[str, dict[str, Any]]) -> None:
    """Refuse a restore after which a table holds another number of rows than the backup says."""
    for model in _models():
        name = model._meta.db_table
        if name in tables and model._base_manager.count() != tables[name]["rows"]:
            raise ArchiveError(f"the table {name} holds another number of rows than the backup says")


def _values(columns: list[models.Field[Any, Any]], row: list[Any]) -> dict[str, Any]:
    return {field.attname: _typed(field, value) for field, value in zip(columns, row, strict=True)}


def _typed(field: models.Field[Any, Any], value: Any) -> Any:
    if value is None or field.is_relation:
        return value
    if isinstance(field, models.BinaryField):
        return base64.b64decode(value)
    return field.to_python(value)


def _dump_files(archive: zipfile.ZipFile) -> None:
    for folder in FOLDERS:
        for path in sorted((Path(settings.DATA_DIR) / folder).glob("*")):
            with suppress(FileNotFoundError):  # an import that has just ended takes its file away
                archive.write(path, f"files/{folder}/{path.name}")


def _load_files(archive: zipfile.ZipFile) -> None:
    """Write the files back, each under its plain name in a folder that we know."""
    for name in archive.namelist():
        top, _, rest = name.partition("/")
        folder, _, file_name = rest.partition("/")
        if top == "files" and folder in FOLDERS and file_name == Path(file_name).name:
            target = Path(settings.DATA_DIR) / folder / file_name
            target.parent.mkdir(mode=0o700, exist_ok=True)
            target.write_bytes(archive.read(name))


def _batches(file: IO[bytes]) -> Iterator[list[bytes]]:
    lines: list[bytes] = []
    for line in file:
        lines.append(line)
        if len(lines) == BATCH:
            yield lines
            lines = []
    if lines:
        yield lines


def _reset_sequences() -> None:
    """On PostgreSQL let new ids begin after the restored ones."""
    statements: Iterable[str] = connection.ops.sequence_reset_sql(no_style(), _models())
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
