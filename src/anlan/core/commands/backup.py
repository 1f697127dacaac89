"""`anlan backup` and `anlan restore`: everything in one file, made while Anlan runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from anlan.core.operator.setup import DataOption, open_platform, refuse, say, start_django

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")]


def backup(
    file: Annotated[Path, typer.Argument(help="The file to write, such as anlan-2026-11-23.zip.", show_default=False)],
    data: DataOption = None,
    json_: Json = False,
) -> None:
    """Copy everything, as it stands at one moment, into one file. It holds personal content: keep it so."""
    open_platform(data, seal_at_exit=False)
    from anlan.core.ledger import seals
    from anlan.core.operator import archive

    if file.exists():
        raise refuse(f"{file} exists; take another name")
    if not file.absolute().parent.is_dir():
        raise refuse(f"{file.absolute().parent} is no folder")
    seals.seal()
    try:
        manifest = archive.dump(file)
    except OSError as error:
        raise refuse(f"{file}: {error.strerror}; no backup was made", 1) from error
    _tell(file, manifest, json_)


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `anlan backup` made.", show_default=False)],
    data: DataOption = None,
    json_: Json = False,
) -> None:
    """Make a data directory from a backup, and verify its ledger; one that holds a city is refused."""
    start_django(data)
    from django.conf import settings
    from django.db import connection

    from anlan.core.operator import archive, schema
    from anlan.settings import ensure_secret_key

    manifest = archive.read_manifest(file)
    found = schema.state()
    if found is schema.State.UNREACHABLE:
        raise refuse(schema.message(found))
    if found is not schema.State.MISSING and not schema.is_empty():
        raise refuse(f"{settings.DATA_DIR} (or its database) is in use; take an empty --data")
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    ensure_secret_key()
    try:
        schema.bring_up()
        verdict = archive.load(file, manifest)
    except BaseException:
        connection.close()
        schema.remove_made()
        raise
    for fault in verdict.faults:
        say(fault)
    _tell(file, manifest, json_)
    raise typer.Exit(0 if verdict.ok else 1)


def _tell(file: Path, manifest: dict[str, object], as_json: bool) -> None:
    tables: dict[str, dict[str, int]] = manifest["tables"]  # type: ignore[assignment]
    rows = sum(table["rows"] for table in tables.values())
    if as_json:
        kept = {name: manifest[name] for name in ("anlan", "made_at", "database", "head", "position")}
        typer.echo(json.dumps({"file": str(file), "rows": rows, **kept}))
    else:
        typer.echo(f"{file}: {rows} rows, ledger to position {manifest['position']}, head {manifest['head'] or '-'}")
