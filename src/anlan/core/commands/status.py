"""`anlan status`: what this data directory holds, and whether something has stopped."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from anlan.core.operator.setup import DataOption, open_platform


def status(
    data: DataOption = None,
    json_: Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")] = False,
) -> None:
    """Count what is here; status 1 when a follower has stopped, a job is dead, or the disk is nearly full."""
    open_platform(data)
    from anlan.core.operator.condition import alarms, condition

    found = condition()
    alarming = alarms(found)
    if json_:
        typer.echo(json.dumps(found | {"alarms": alarming}, ensure_ascii=False))
    else:
        for name, value in found.items():
            if name != "followers_stopped":
                typer.echo(f"{name:<16} {value if value is not None else '-'}")
        for alarm in alarming:
            typer.echo(f"! {alarm}")
    raise typer.Exit(1 if alarming else 0)
