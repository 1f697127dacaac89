"""`anlan unit`: the units, and which log-ins stamp for which of them."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from anlan.core.operator.setup import DataOption, open_platform, refuse, say

unit = typer.Typer(add_completion=False, no_args_is_help=True, help="Units, and the log-ins of their crews.")
Code = Annotated[str, typer.Argument(help="The unit's code, as in units.csv.", show_default=False)]
Username = Annotated[str, typer.Argument(help="The log-in.", show_default=False)]


@unit.command()
def give(code: Code, username: Username, data: DataOption = None) -> None:
    """Let an officer's log-in see and stamp this unit's assignments; with units given it sees no other's."""
    open_platform(data)
    from anlan.dispatch.actions import give_unit

    give_unit(person_id=_person_id(username), unit=code, **_who())
    say(f"{username}: {code} given")


@unit.command()
def take(code: Code, username: Username, data: DataOption = None) -> None:
    """Take a unit from a log-in; without any it acts for all units of its organisation."""
    open_platform(data)
    from anlan.dispatch.actions import take_unit

    take_unit(person_id=_person_id(username), unit=code, **_who())
    say(f"{username}: {code} taken away")


@unit.command("list")
def list_(
    data: DataOption = None,
    json_: Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")] = False,
) -> None:
    """List the units with their organisation and the log-ins that stamp for them."""
    open_platform(data)
    from anlan.dispatch.models import Unit

    units = Unit.objects.filter(active=True).select_related("organisation").prefetch_related("logins__person")
    rows: list[dict[str, Any]] = [
        {"code": found.code, "kind": found.kind, "organisation": found.organisation.code,
         "logins": sorted(access.person.username for access in found.logins.all())}
        for found in units
    ]  # fmt: skip
    if json_:
        typer.echo(json.dumps({"units": rows}, ensure_ascii=False))
        return
    for row in rows:
        typer.echo(f"{row['code']:<20} {row['kind']:<8} {row['organisation']:<16} {', '.join(row['logins'])}".rstrip())


def _person_id(username: str) -> int:
    from anlan.core.models import Person

    found = Person.objects.filter(username__iexact=username).first()
    if found is None:
        raise refuse(f"nobody signs in as {username!r}; `anlan user list` shows who does")
    return found.pk


def _who() -> dict[str, Any]:
    from anlan.core.people.actors import system
    from anlan.core.time.clock import now

    return {"actor": system("cli"), "at": now()}
