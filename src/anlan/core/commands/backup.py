"""`anlan backup` and `anlan restore`: everything in one file, made while Anlan runs, and tried out."""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from anlan.core.operator.setup import DataOption, open_platform, refuse, say, start_django

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")]
Identity = Annotated[Path | None, typer.Option("--identity", help="The file of the identity that opens it.")]


class Commands(TyperGroup):
    """`make` may be left out: `anlan backup FILE` makes one."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the word there."""
        words = args if not args or args[0] in {*self.commands, "--help"} else ["make", *args]
        return super().parse_args(ctx, words)


backup = typer.Typer(
    cls=Commands, add_completion=False, no_args_is_help=True, help="Copy everything into one file, while it runs."
)


@backup.command()
def make(
    file: Annotated[
        Path, typer.Argument(help="The file to write, or a folder, in which it is named by city and time.")
    ],
    recipients: Annotated[
        Path | None, typer.Option("--recipients", help="Encrypt it for the age recipients in this file, one a line.")
    ] = None,
    keep: Annotated[
        int | None,
        typer.Option("--keep", min=1, help="Days: take away older backups of this city from the folder."),
    ] = None,
    data: DataOption = None,
    json_: Json = False,
) -> None:
    """Copy everything, as it stands at one moment, into one file; the word `make` may be left out."""
    open_platform(data, seal_at_exit=False)
    from anlan.core.city.current import city
    from anlan.core.ledger import seals
    from anlan.core.operator import archive, envelope, rotation
    from anlan.core.time.clock import wall

    here, at = city(), wall()
    code, folder = here.code if here else "none", file if file.is_dir() else None
    if keep and folder is None:
        raise refuse("--keep goes with a folder of backups, and this is none")
    if folder:
        file = folder / rotation.name_of(code, at, encrypted=recipients is not None)
    if file.exists():
        raise refuse(f"{file} exists; take another name")
    if not file.absolute().parent.is_dir():
        raise refuse(f"{file.absolute().parent} is no folder")
    keys = envelope.recipients_in(recipients) if recipients else []
    seals.seal()
    try:
        manifest = archive.dump(file, keys)
        gone = rotation.expire(folder, code, at - dt.timedelta(days=keep)) if folder and keep else []
    except OSError as error:
        raise refuse(f"{file}: {error.strerror}; no backup was made", 1) from error
    for name in gone:
        say(f"{name} had its {keep} days and is gone")
    _tell(file, manifest, json_, encrypted=bool(keys), expired=gone)


@backup.command()
def key(
    file: Annotated[Path, typer.Argument(help="The file to write the secret identity into.", show_default=False)],
    json_: Json = False,
) -> None:
    """Make a key pair of age: the identity into a file to keep elsewhere, the recipient onto the screen."""
    from anlan.core.operator.envelope import new_identity

    identity, recipient = new_identity()
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as kept:
            kept.write(f"# public key: {recipient}\n{identity}\n")
    except OSError as error:
        raise refuse(f"{file}: {error.strerror}; no key was made") from error
    typer.echo(json.dumps({"recipient": recipient}) if json_ else recipient)
    say(f"Keep {file} away from this machine: without it no backup for this recipient opens.")


@backup.command()
def drill(
    file: Annotated[Path, typer.Argument(help="A file that `anlan backup` made.", show_default=False)],
    identity: Identity = None,
    sqlite: Annotated[bool, typer.Option("--sqlite", help="Restore to SQLite whatever the city runs on.")] = False,
    data: DataOption = None,
    json_: Json = False,
) -> None:
    """Restore a backup into a temporary directory, verify ledger and counts, say how long it took, take it away."""
    from anlan.core.operator.drill import Drill, DrillError, drilled, note_drill
    from anlan.core.time.clock import wall
    from anlan.env import read_env

    folder, at = data or read_env().data, wall()
    try:
        found = drilled(file, identity, sqlite=sqlite)
    except DrillError as error:
        note_drill(folder, Drill(at, ok=False))
        raise refuse(f"the drill failed: {error}", 1) from error
    note_drill(folder, Drill(at, ok=True, restore_s=found["restore_s"], verify_s=found["verify_s"]))
    if json_:
        typer.echo(json.dumps(found))
    else:
        typer.echo(f"{file}: restored and whole; {found['rows']} rows,"
                   f" ledger to position {found['position']} verified")  # fmt: skip
        say(f"restored in {found['restore_s']} s, verified in {found['verify_s']} s, on {found['database']}")


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `anlan backup` made.", show_default=False)],
    identity: Identity = None,
    data: DataOption = None,
    json_: Json = False,
) -> None:
    """Make a data directory from a backup, and verify its ledger; one that holds a city is refused."""
    start_django(data)
    from anlan.core.operator.envelope import is_closed, opened

    if not file.is_file():
        raise refuse(f"{file}: no such file")
    with opened(file, identity) as inside:
        _restore(file, inside, is_closed(file), json_)


def _restore(file: Path, inside: Any, encrypted: bool, json_: bool) -> None:
    from django.conf import settings
    from django.db import connection

    from anlan.core.operator import archive, schema
    from anlan.settings import ensure_secret_key

    manifest = archive.read_manifest(file, inside)
    found = schema.state()
    if found is schema.State.UNREACHABLE:
        raise refuse(schema.message(found))
    if found is not schema.State.MISSING and not schema.is_empty():
        raise refuse(f"{settings.DATA_DIR} (or its database) is in use; take an empty --data")
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    archive.put_key_back(inside)
    ensure_secret_key()
    try:
        schema.bring_up()
        verdict = archive.load(file, inside, manifest)
    except BaseException:
        connection.close()
        schema.remove_made()
        raise
    for fault in verdict.faults:
        say(fault)
    _tell(file, manifest, json_, encrypted=encrypted)
    raise typer.Exit(0 if verdict.ok else 1)


def _tell(file: Path, manifest: dict[str, Any], as_json: bool, **more: Any) -> None:
    rows = sum(table["rows"] for table in manifest["tables"].values())
    if as_json:
        kept = {name: manifest[name] for name in ("anlan", "made_at", "database", "head", "position")}
        typer.echo(json.dumps({"file": str(file), "rows": rows, **kept, **more}))
    else:
        typer.echo(f"{file}: {rows} rows, ledger to position {manifest['position']}, head {manifest['head'] or '-'}")
