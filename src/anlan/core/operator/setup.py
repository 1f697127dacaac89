"""What every command of the platform does first: find the data directory, start Django, check the version."""

from __future__ import annotations

import atexit
import os
from pathlib import Path
from typing import Annotated

import typer

DataOption = Annotated[
    Path | None,
    typer.Option("--data", help="The data directory; else ANLAN_DATA, else ./var.", show_default=False),
]


def say(text: str) -> None:
    """Print a line for people on stderr."""
    typer.echo(text, err=True)


def refuse(text: str, status: int = 2) -> typer.Exit:
    """Say why a command cannot run, and return what to raise."""
    say(f"anlan: {text}")
    return typer.Exit(status)


def start_django(data: Path | None) -> None:
    """Start Django on a data directory, without looking into it."""
    if data is not None:
        os.environ["ANLAN_DATA"] = str(data.absolute())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anlan.settings")
    import django

    from anlan.env import EnvError

    try:
        django.setup()
    except EnvError as error:
        raise refuse(str(error)) from error


def open_platform(data: Path | None = None, *, seal_at_exit: bool = True) -> None:
    """Start Django on a data directory that `anlan init` made; refuse one that is missing or of another version."""
    start_django(data)
    from anlan.core.operator import schema

    state = schema.state()
    if state is not schema.State.READY:
        raise refuse(schema.message(state))
    begin_city_time()
    if seal_at_exit:
        atexit.register(_seal)


def begin_city_time() -> None:
    """Let this process live at the city's time; only a simulated city has one of its own."""
    from anlan.core.time.simulated import begin
    from anlan.env import EnvError

    try:
        begin()
    except EnvError as error:
        raise refuse(str(error)) from error


def _seal() -> None:
    from anlan.core.ledger.seals import seal
    from anlan.core.ledger.writes import NotStored

    try:
        seal()
    except NotStored as error:  # the worker will seal it
        say(f"anlan: not sealed: {error}")
