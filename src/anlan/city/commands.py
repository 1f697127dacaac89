"""`anlan city` and `anlan demo`."""

from __future__ import annotations

import datetime as dt
import json
import statistics
import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer

from anlan.core.operator.setup import DataOption

ACT = ("code", "name", "name_en", "kind", "number", "in_force_from", "until", "replaces", "source")
city = typer.Typer(add_completion=False, no_args_is_help=True, help="The simulated reference city.")


@city.command()
def score(
    seed: Annotated[int, typer.Option(help="The (first) seed.")] = 1,
    seeds: Annotated[int, typer.Option(help="How many seeds, from the first on.", min=1)] = 1,
    location_error: Annotated[
        float | None, typer.Option(help="Metres that every report is off; else the mixture.")
    ] = None,
    duplicates: Annotated[
        float, typer.Option(help="Share of reports that tell the same again.", min=0, max=0.75)
    ] = 0.04,
    json_: Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")] = False,
) -> None:
    """Mine a simulated year and score what was found; needs no database."""
    from anlan.city.score import score as scored

    rows = [scored(seed + n, error_m=location_error, duplicates=duplicates) for n in range(seeds)]
    answer = rows[0] if seeds == 1 else _means(rows)
    if json_:
        typer.echo(json.dumps(answer))
        return
    for row in rows:
        typer.echo(_line(row))
    if seeds > 1:
        typer.echo(_line(answer | {"seed": "mean"}))


def _means(rows: list[dict[str, Any]]) -> dict[str, Any]:
    names = ("precision", "recall", "sites", "median_offset_m")
    mean = {name: round(statistics.fmean(row[name] for row in rows), 4) for name in names}
    peer = {name: round(statistics.fmean(row["greedy_cover"][name] for row in rows), 4) for name in names}
    return mean | {"greedy_cover": peer, "seeds": rows}


def _line(row: dict[str, Any]) -> str:
    peer = row["greedy_cover"]
    return (
        f"seed {row['seed']:>4}: precision {row['precision']:.3f}  recall {row['recall']:.3f}  sites {row['sites']:>5}"
        f"  median offset {row['median_offset_m']:.1f} m"
        f"   | greedy cover {peer['precision']:.3f} {peer['recall']:.3f} {peer['sites']:>5}"
    )


@city.command()
def acts(
    on: Annotated[str, typer.Option("--on", help="The day of the event, such as 2016-06-28.")],
    data: DataOption = None,
    json_: Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")] = False,
) -> None:
    """Print the acts of law that were in force on a day, as the city's folder has them."""
    from anlan.core.operator.setup import open_platform, refuse

    try:
        day = dt.date.fromisoformat(on)
    except ValueError:
        raise refuse(f"{on!r} is no day; write it as 2016-06-28") from None
    open_platform(data)
    from anlan.core.city import acts as law

    found = [{name: getattr(act, name) for name in ACT} for act in law.on(day)]
    if json_:
        typer.echo(json.dumps({"on": on, "acts": found}, ensure_ascii=False, default=str))
        return
    for act in found:
        until = f"until {act['until']}" if act["until"] else ""
        typer.echo(f"{act['code']}  {act['name']}  {act['name_en']}  from {act['in_force_from']} {until}".rstrip())


@city.command()
def kinds(
    json_: Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")] = False,
) -> None:
    """Print at which kinds of entries a clock of clocks.csv can start and stop, in English and Chinese."""
    from anlan.core.operator.setup import start_django

    start_django(None)
    from django.utils.translation import override

    from anlan.core.time.vocabulary import heard

    def written(language: str) -> dict[str, str]:
        with override(language):
            return heard()

    english, chinese = written("en"), written("zh-hans")
    if json_:
        rows = [{"kind": kind, "name": chinese[kind], "name_en": english[kind]} for kind in english]
        typer.echo(json.dumps({"kinds": rows}, ensure_ascii=False))
        return
    for kind, name in english.items():
        typer.echo(f"{kind:<40}  {name:<34}  {chinese[kind]}")


@city.command()
def new(
    target: Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder to write.")],
    code: Annotated[str, typer.Option(help="The city's name for machines, such as norfolk.")],
    zone: Annotated[str, typer.Option(help="Its time zone, such as America/New_York.")],
    bounds: Annotated[str, typer.Option(help="west,south,east,north in degrees, such as -76.34,36.82,-76.17,36.98.")],
    name: Annotated[str, typer.Option(help="Its name in Chinese; else the English one.")] = "",
    name_en: Annotated[str, typer.Option(help="Its name in English; else the code.")] = "",
) -> None:
    """Write the folder of a new city, ready to load, with a word on what to change in each file."""
    from anlan.core.operator.setup import refuse, start_django

    start_django(None)  # reading a folder knows the tables that it fills
    from anlan.city import outset
    from anlan.core.city.faults import CityFolderError
    from anlan.core.city.folder import read

    try:
        edges = [float(edge) for edge in bounds.split(",")]
    except ValueError:
        raise refuse(f"{bounds!r} are no bounds; write --bounds=west,south,east,north in degrees") from None
    english = name_en or name or code
    with tempfile.TemporaryDirectory() as trial:  # refused before anything is written
        try:
            outset.write(Path(trial), code=code, name=name or english, name_en=english, zone=zone, bounds=edges)
            read(Path(trial))
        except (CityFolderError, ValueError) as error:
            raise refuse(str(error).replace(f"{trial}/", "")) from None
    try:
        outset.write(target, code=code, name=name or english, name_en=english, zone=zone, bounds=edges)
    except FileExistsError:
        raise refuse(f"{target} holds files already; name a folder that is new or empty") from None
    typer.echo(f"{target}: read README.md there, then run `anlan init --city {target} --data DIR`")


@city.command()
def check(
    target: Annotated[Path, typer.Argument(metavar="FOLDER", help="The city's folder.")],
    data: DataOption = None,
) -> None:
    """Say what loading a folder would change in a data directory, line by line; nothing is stored."""
    from anlan.core.operator.setup import open_platform, refuse

    open_platform(data)
    from anlan.core.city.lines import as_lines
    from anlan.core.city.reload import look

    seen = look(target)
    lines = as_lines(seen)
    if seen["faults"]:
        raise refuse("\n".join([f"{target}: nothing of it would be loaded", *lines]))
    for line in lines:
        typer.echo(line)


@city.command()
def folder(
    target: Annotated[Path, typer.Argument(help="The folder to write.")],
    packages: Annotated[Path | None, typer.Option(help="node_modules with the outlines.")] = None,
) -> None:
    """Build the reference city's folder from the outlines in the npm packages."""
    from anlan.city.town.folder import PackagesMissing, build, installed_packages

    try:
        build(target, packages or installed_packages())
    except PackagesMissing as error:
        typer.echo(f"anlan: {error}", err=True)
        raise typer.Exit(2) from error
    typer.echo(str(target))


@city.command()
def forward(
    to: Annotated[Path, typer.Option("--to", help="The copy: made with --from, else one that was made before.")],
    days: Annotated[int, typer.Option(help="How many days pass.", min=1, max=36_600)],
    origin: Annotated[
        Path | None, typer.Option("--from", help="The simulated city to copy; it is only read.", show_default=False)
    ] = None,
    json_: Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")] = False,
) -> None:
    """Let days pass in a copy of a simulated city: what clocks, followers and jobs do while nobody acts."""
    import os

    from anlan.city.copies import copy, without_settings
    from anlan.core.operator.setup import open_platform, say

    if origin:
        copy(origin, to)
    for name in os.environ.keys() - without_settings(os.environ).keys():
        del os.environ[name]
    open_platform(to)
    from anlan.city import forward as passing

    if origin:
        passing.mark()
    done = passing.forward(days, say)
    typer.echo(json.dumps(done) if json_ else f"{to}: " + ", ".join(f"{count} {name}" for name, count in done.items()))


def demo(
    data: DataOption = None,
    seed: Annotated[
        int | None, typer.Option(help="Another seed makes another year of reports (1).", show_default=False)
    ] = None,
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="Serve it when it is built.")] = True,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on.")] = 8000,
    packages: Annotated[Path | None, typer.Option(help="node_modules with the outlines.")] = None,
    scale: Annotated[
        float | None,
        typer.Option(
            help="How much of 1.5 million calls a year (0.003; 1 is all; floods are always whole).",
            min=0,
            max=2,
            show_default=False,
        ),
    ] = None,
) -> None:
    """Build the reference city with two years of calls, and serve it at its own time. A second time it only serves."""
    from anlan.core.operator.setup import refuse, say, start_django

    start_django(data)
    from django.conf import settings

    from anlan.city.demo.welcome import show
    from anlan.city.town.folder import PackagesMissing, installed_packages
    from anlan.city.town.ground import ZONE
    from anlan.core.commands import serve as serving
    from anlan.core.time.clock import now

    if serve:
        serving.require_free(host, port)
    try:
        logins = _built(settings.DATA_DIR, seed, packages or installed_packages(), scale)
    except PackagesMissing as error:
        raise refuse(str(error)) from error
    for line in show(logins, f"http://{host}:{port}", settings.DATA_DIR, now().astimezone(ZONE)):
        say(line)
    if serve:
        serving.run(host, port)


def _built(data: Path, seed: int | None, packages: Path, scale: float | None) -> dict[str, str]:
    from anlan.city.demo.build import build
    from anlan.city.demo.people import people
    from anlan.city.town.folder import build as build_folder
    from anlan.core.ledger.seals import seal
    from anlan.core.operator import schema
    from anlan.core.operator.setup import begin_city_time, refuse, say
    from anlan.settings import ensure_secret_key

    state = schema.state()
    if state in {schema.State.NEWER, schema.State.UNREACHABLE}:
        raise refuse(schema.message(state))
    data.mkdir(parents=True, exist_ok=True)
    ensure_secret_key()
    folder = data / "city"
    if not (folder / "city.toml").exists():
        build_folder(folder, packages)
    if state is not schema.State.READY:
        say("Making the tables")
        schema.bring_up()
    build(folder, data, seed, say, scale)
    begin_city_time()
    seal()
    return people(data)
