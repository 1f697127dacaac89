"""`anlan spots FILE`: the places that keep failing, from a file of reports alone."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from anlan.analysis.commands.options import (
    FILE_HELP,
    ColumnsOption,
    CrsOption,
    EncodingOption,
    HeadRowOption,
    RepresentativeOption,
    SheetOption,
    TimeOption,
    TimeOrderOption,
    columns_of,
    opening_of,
)

if TYPE_CHECKING:
    from anlan.analysis.commands.sites.document import Found
    from anlan.tables import Points

DAY = ["%Y-%m-%d"]


def spots(
    file: Annotated[Path, typer.Argument(help=FILE_HELP, show_default=False)],
    lon: Annotated[str | None, typer.Option(help="Column of longitudes (or eastings).")] = None,
    lat: Annotated[str | None, typer.Option(help="Column of latitudes (or northings).")] = None,
    time: TimeOption = None,
    id_: Annotated[str | None, typer.Option("--id", help="Column that names each report.")] = None,
    crs: CrsOption = None,
    tz: Annotated[str, typer.Option(help="Time zone of times without one, and of --since and --until.")] = "UTC",
    time_order: TimeOrderOption = None,
    where: Annotated[
        list[str] | None, typer.Option(help='"COLUMN=VALUE"; may be repeated; case does not count.')
    ] = None,
    since: Annotated[datetime | None, typer.Option(formats=DAY, help="First local day.")] = None,
    until: Annotated[datetime | None, typer.Option(formats=DAY, help="Last local day, included.")] = None,
    sheet: SheetOption = None,
    encoding: EncodingOption = None,
    head_row: HeadRowOption = None,
    columns: ColumnsOption = None,
    representative_points: RepresentativeOption = False,
    radius_m: Annotated[float, typer.Option(help="Largest radius of a place, in metres.")] = 100.0,
    min_episodes: Annotated[int, typer.Option(help="Separate episodes that a place must have.")] = 2,
    episode_gap_h: Annotated[float, typer.Option(help="Hours without a report that part two episodes.")] = 24.0,
    episode: Annotated[str | None, typer.Option(help="Column that names the storm, instead of the gap.")] = None,
    min_reports: Annotated[int | None, typer.Option(help="Reports that a place must have; default by chance.")] = None,
    places: Annotated[
        int | None, typer.Option(help="As many places as the budget has crews for; default by chance.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the scattered reports that chance is measured with.")] = 0,
    limit: Annotated[int, typer.Option(min=0, help="Rows of the printed table; 0 prints all.")] = 25,
    out: Annotated[Path | None, typer.Option(help="Write .geojson, .csv, .parquet or .html.")] = None,
    json_: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Find the places that keep failing in a file of reports.

    Long because each option of the command is a parameter with its help.
    """
    from anlan.analysis.commands.sites.document import Asked

    with wrong_use_said("spots"):
        asked = Asked(
            file=file,
            columns=columns_of(lon, lat, time, id_),
            crs=crs,
            tz=tz,
            time_order=order_of(time_order),
            where=tuple(where or ()),
            since=day_of(since),
            until=day_of(until),
            opening=opening_of(sheet, encoding, head_row, columns, representative_points),
            radius_m=radius_m,
            min_episodes=min_episodes,
            episode_gap_h=episode_gap_h,
            episode=episode,
            min_reports=min_reports,
            places=places,
            seed=seed,
        )
        write = _writer(out, file)
        found = _find(asked)
        if out and write:
            write(found, out)
    _say(found, as_json=json_, limit=limit, out=out)


@contextmanager
def wrong_use_said(command: str) -> Iterator[None]:
    """End with status 2 and one sentence where the file or the options are wrong."""
    from anlan.tables import TableError

    try:
        yield
    except (TableError, ValueError) as error:
        typer.echo(f"anlan {command}: {error}", err=True)
        raise typer.Exit(2) from None
    except OSError as error:
        typer.echo(f"anlan {command}: {error.filename or 'the file'}: {error.strerror or error}", err=True)
        raise typer.Exit(2) from None


def order_of(order: str | None) -> str | None:
    """Return the order of day and month, checked."""
    if order not in {None, "dmy", "mdy", "ymd"}:
        raise ValueError(f"--time-order is dmy, mdy or ymd, not {order!r}")
    return order


def day_of(moment: datetime | None) -> date | None:
    """Return the day of an option."""
    return moment.date() if moment else None


def _writer(out: Path | None, file: Path) -> Callable[[Found, Path], None] | None:
    from anlan.analysis.commands.sites.files import writer_of

    return writer_of(check_out(out, file)) if out else None


def check_out(out: Path, file: Path) -> Path:
    """Return where to write, or say why not there."""
    if out.resolve() == file.resolve():
        raise ValueError(f"--out {out} is the input itself; name another file")
    if not out.resolve().parent.is_dir():
        raise ValueError(f"there is no folder {out.parent}")
    return out


def _find(asked: Any) -> Found:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    console = Console(stderr=True)
    bars = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(*bars, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("Reading", total=None)

        def read(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        def mine(points: Points) -> None:
            progress.update(task, description=f"Looking for places among {len(points):,} reports", total=None)

        from anlan.analysis.commands.sites.document import find

        return find(asked, reading=read, mining=mine)


def _say(found: Found, *, as_json: bool, limit: int, out: Path | None) -> None:
    for warning in found.warnings:
        typer.echo(f"Warning: {warning}", err=True)
    if as_json:
        from anlan.analysis.commands.sites.document import json_text

        sys.stdout.write(json_text(found.document) + "\n")
        for note in found.document["notes"]:
            typer.echo(note, err=True)
        return
    from anlan.analysis.commands.sites.table import print_sites

    print_sites(found.document, limit=limit)
    if out:
        typer.echo(f"Written: {out}", err=True)
