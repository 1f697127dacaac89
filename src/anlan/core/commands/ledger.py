"""`anlan ledger`: verify every entry, print the head."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from anlan.core.operator.setup import DataOption, open_platform, say

ledger = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Verify the ledger, print its head, check kept heads.",
)
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")]


@ledger.command()
def verify(
    head: Annotated[
        str | None, typer.Option("--head", help="A seal's hash kept elsewhere: shows a cut-off end.")
    ] = None,
    data: DataOption = None,
    json_: Json = False,
) -> None:
    """Walk every entry and the evidence; status 1 when anything was changed, removed, put in, or left unguarded."""
    open_platform(data, seal_at_exit=False)
    from anlan.core.ledger.verification import verify as walk

    start = time.perf_counter()
    verdict = walk(head.strip() if head else None)
    seconds = time.perf_counter() - start
    if json_:
        answer = {"ok": verdict.ok} | asdict(verdict) | {"seconds": round(seconds, 3)}
        typer.echo(json.dumps(answer, ensure_ascii=False))
    else:
        for fault in verdict.faults:
            typer.echo(fault)
        typer.echo("The ledger is whole." if verdict.ok else f"FAILED: {len(verdict.faults) + verdict.more_faults}")
        counts = f"entries {verdict.entries}  seals {verdict.seals}  unsealed {verdict.unsealed}"
        typer.echo(f"{counts}  records {verdict.records}")
        typer.echo(f"head {verdict.head or '-'}")
        say(f"{(verdict.entries + verdict.unsealed) / max(seconds, 1e-9):,.0f} entries/s")
    raise typer.Exit(0 if verdict.ok else 1)


@ledger.command()
def head(data: DataOption = None, json_: Json = False) -> None:
    """Seal what is open and print the last seal: keep it elsewhere, and give it to `verify --head`."""
    open_platform(data, seal_at_exit=False)
    from anlan.core.ledger import seals

    seals.seal()
    last = seals.head()
    answer = {
        "head": last.hash if last else "",
        "position": last.last if last else 0,
        "algorithm": last.algorithm if last else seals.ALGORITHM,
        "sealed_at": last.sealed_at if last else None,
    }
    if json_:
        typer.echo(json.dumps(answer))
    else:
        typer.echo(answer["head"] or "-")
        say(f"position {answer['position']}, sealed {answer['sealed_at'] or 'never'}")


@ledger.command()
def heads(
    file: Annotated[Path | None, typer.Option("--file", help="Another file than ANLAN_HEADS_FILE.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Status 1 when one is no seal of this chain.")] = False,
    data: DataOption = None,
    json_: Json = False,
) -> None:
    """List the heads that were kept elsewhere; with --check compare them, and their time stamps, with the ledger."""
    open_platform(data, seal_at_exit=False)
    from anlan.core.ledger.heads import faults, kept

    lines, found = list(kept(file)), list(faults(file)) if check else []
    unstamped = sum(1 for line in lines if line and not line.stamp)
    if json_:
        known = [None if line is None else asdict(line) for line in lines]
        typer.echo(json.dumps({"ok": not found, "heads": known, "faults": found, "unstamped": unstamped}))
    else:
        for line in lines:
            mark = "  stamped" if line and line.stamp else ""
            typer.echo(f"{line.at}  {line.position:>12}  {line.head}{mark}" if line else "?")
        for fault in found:
            typer.echo(fault)
        say(f"{len(lines)} heads, {len(found)} faults, {unstamped} without a stamp" if check else f"{len(lines)} heads")
    raise typer.Exit(1 if found else 0)
