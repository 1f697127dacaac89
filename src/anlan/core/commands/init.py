"""`anlan init`: make a data directory for one city."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from anlan.core.operator.setup import DataOption, refuse, say, start_django


def init(
    city: Annotated[Path, typer.Option("--city", help="The city's folder (docs/reference/city-folder.md).")],
    data: DataOption = None,
    over_pages: Annotated[
        bool, typer.Option("--over-pages", help="Take back what was changed on pages where the folder says otherwise.")
    ] = False,
) -> None:
    """Make a data directory for one city, or load the city's folder again after it was changed."""
    start_django(data)
    from django.conf import settings

    from anlan.core.city import folder
    from anlan.core.city.reload import kept_on_pages
    from anlan.core.city_parts import clocks_left_out
    from anlan.core.ledger.seals import seal
    from anlan.core.operator import schema
    from anlan.core.people.actors import system
    from anlan.core.time.clock import now
    from anlan.core.time.targets import apart
    from anlan.settings import ensure_secret_key

    folder.read(city)
    state = schema.state()
    if state in {schema.State.NEWER, schema.State.UNREACHABLE}:
        raise refuse(schema.message(state))
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    ensure_secret_key()
    if state is not schema.State.READY:
        say(f"Making the tables in {settings.DATA_DIR}")
        schema.bring_up()
    changed = folder.load(city, actor=system("init"), at=now(), over_pages=over_pages)
    seal()
    say(f"{city}: loaded" if changed else f"{city}: nothing has changed")
    for rule, timing in apart(now()):
        say(f"{city}/clocks.csv: {rule.code} is {rule.target_s} s there; {timing.target_s} s hold, set by an operator")
    for kept in kept_on_pages() if changed else []:
        say(f"{kept} was changed on a page and stays; --over-pages takes it back")
    if city.absolute() != settings.CITY_FOLDER:
        say(f"Set ANLAN_CITY_FOLDER={city.absolute()} and the page City folder reads it again from there")
    if left_out := clocks_left_out(city):
        say(f"{city}/clocks.csv does not say {', '.join(left_out)}: the days that Anlan ships hold")
