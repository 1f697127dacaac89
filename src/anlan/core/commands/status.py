"""`anlan status`: what this data directory holds, and how it does: the lines of the operator's page."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from anlan.core.operator.setup import DataOption, open_platform

MARKS = {"late": "!", "warn": "~", "idle": "?", "done": " "}


def status(
    data: DataOption = None,
    json_: Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")] = False,
) -> None:
    """Count what is here, and say line by line how it does; status 1 when something has stopped (!)."""
    open_platform(data)
    from django.utils import translation

    from anlan.core.operator.condition import condition
    from anlan.core.operator.health import health
    from anlan.core.time.clock import now

    with translation.override("en"):
        found, lines = condition(), health(now())
        rows = [{"code": line.code, "what": line.what, "now": line.now, "note": line.note, "limit": line.limit,
                 "state": line.mark, "step": line.step} for line in lines]  # fmt: skip
    alarms = [f"{line['what']}: {line['now']}" for line in rows if line["state"] == "late"]
    if json_:
        typer.echo(json.dumps(found | {"lines": rows, "alarms": alarms}, ensure_ascii=False))
    else:
        for name, value in found.items():
            if name != "followers_stopped":
                typer.echo(f"{name:<16} {value if value is not None else '-'}")
        for line in rows:
            note = f" ({line['note']})" if line["note"] else ""
            step = f"; {line['step']}" if line["step"] else ""
            typer.echo(f"{MARKS[line['state']]} {line['what']}: {line['now']}{note}{step}")
    raise typer.Exit(1 if alarms else 0)
