"""`anlan clocks`: how long each clock ran, beside its target."""

from __future__ import annotations

import datetime as dt
import json
from typing import Annotated, Any

import typer

from anlan.core.operator.setup import DataOption, open_platform, refuse

clocks = typer.Typer(add_completion=False, no_args_is_help=True, help="How long each clock ran, beside its target.")
HEAD = ("clock", "group", "counting", "target_s", "median_s", "p90_s", "n", "missing", "running", "within_target")


@clocks.callback()
def root() -> None:
    """How long each clock ran, beside its target."""


@clocks.command()
def report(
    since: Annotated[str | None, typer.Option(help="First local day, such as 2016-01-01.")] = None,
    until: Annotated[str | None, typer.Option(help="Last local day, included.")] = None,
    by: Annotated[str, typer.Option(help="Part each clock: by owner, category, or group of categories.")] = "",
    data: DataOption = None,
    json_: Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")] = False,
) -> None:
    """Print median, 90th percentile, how many stopped, how many have no end, and the share in time, by clock.

    The target is the one that held in these days; one that was changed meanwhile stands before the new one: 60/120.
    Of a clock that counts working days, median and percentile are seconds of working days too.
    """
    open_platform(data)
    from anlan.core.time.clock_report import clock_report, groupings

    if by and by not in groupings():
        raise refuse(f"--by is one of {', '.join(groupings())}")
    first, last = _moment(since), _moment(until, days=1)
    rows = clock_report(since=first, until=last, by=by)
    if json_:
        typer.echo(json.dumps({"since": since, "until": until, "clocks": rows}, ensure_ascii=False))
        return
    typer.echo("  ".join(f"{name:>14}" for name in HEAD))
    for row in rows:
        typer.echo("  ".join(f"{_shown(row, name):>14}" for name in HEAD))


def _shown(row: dict[str, Any], name: str) -> str:
    if name in {"target_s", "counting"}:
        return "/".join(dict.fromkeys(str(held[name]) for held in row["targets"]))
    return "-" if row[name] is None else str(row[name])


def _moment(day: str | None, days: int = 0) -> dt.datetime | None:
    from anlan.core.city.current import city_zone

    if day is None:
        return None
    try:
        first = dt.date.fromisoformat(day) + dt.timedelta(days=days)
    except (ValueError, OverflowError):
        raise refuse(f"{day!r} is no day; write it as 2016-01-31") from None
    return dt.datetime.combine(first, dt.time(), city_zone())
