"""`anlan scan FILE`: is something happening here and now? The space-time scan statistic on a file of cases."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from time import process_time
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
from anlan.analysis.commands.spots import DAY, day_of, order_of, wrong_use_said

if TYPE_CHECKING:
    from anlan.analysis.commands.clusters.document import AskedScan
    from anlan.analysis.commands.sites.document import Found

STOPPED = 130
ENOUGH_S, LONG_S = 5, 60  # processor time to judge by, and what is worth a word


def scan(
    file: Annotated[Path, typer.Argument(help=FILE_HELP, show_default=False)],
    lon: Annotated[str | None, typer.Option(help="Column of longitudes (or eastings).")] = None,
    lat: Annotated[str | None, typer.Option(help="Column of latitudes (or northings).")] = None,
    time: TimeOption = None,
    id_: Annotated[str | None, typer.Option("--id", help="Column that names each case.")] = None,
    counts: Annotated[str | None, typer.Option(help="Column that says how many cases a row stands for.")] = None,
    crs: CrsOption = None,
    tz: Annotated[str, typer.Option(help="Time zone: of times without one, of --since and --until, of days.")] = "UTC",
    time_order: TimeOrderOption = None,
    where: Annotated[
        list[str] | None, typer.Option(help='"COLUMN=VALUE"; may be repeated; case does not count.')
    ] = None,
    since: Annotated[datetime | None, typer.Option(formats=DAY, help="First local day of the study period.")] = None,
    until: Annotated[datetime | None, typer.Option(formats=DAY, help="Last local day of the study period.")] = None,
    sheet: SheetOption = None,
    encoding: EncodingOption = None,
    head_row: HeadRowOption = None,
    columns: ColumnsOption = None,
    representative_points: RepresentativeOption = False,
    places: Annotated[Path | None, typer.Option(help="File of places (lon, lat), those without cases too.")] = None,
    population: Annotated[str | None, typer.Option(help="Its column of people at risk: the Poisson model.")] = None,
    model: Annotated[
        str | None,
        typer.Option(help="permutation, poisson, poisson_by_day (each day keeps its number of cases), bernoulli."),
    ] = None,
    controls: Annotated[
        Path | None, typer.Option(help="File of controls, read as FILE is: cases against them, the Bernoulli model.")
    ] = None,
    over: Annotated[str, typer.Option(help="space_time; space: circles alone; time: windows alone.")] = "space_time",
    incidents_m: Annotated[
        float | None, typer.Option(help="Reports within so many metres and 24 hours of the first are one incident.")
    ] = None,
    retrospective: Annotated[bool, typer.Option("--retrospective", help="Windows at any time, not only now.")] = False,
    max_days: Annotated[int, typer.Option(help="Longest window, in days.")] = 7,
    max_radius_m: Annotated[float | None, typer.Option(help="Largest radius, in metres.")] = None,
    max_share: Annotated[float, typer.Option(help="Largest share of all cases in a circle.")] = 0.5,
    strata: Annotated[str | None, typer.Option(help="Column: permute days only among cases alike in it.")] = None,
    day_of_week: Annotated[bool, typer.Option("--day-of-week", help="Permute only within days of the week.")] = False,
    looks: Annotated[int, typer.Option(help="Daily scans so far, this one included; p answers for all.")] = 1,
    max_p: Annotated[float, typer.Option(help="List clusters up to this p; 1 lists all.")] = 0.05,
    gumbel: Annotated[bool, typer.Option("--gumbel", help="Also p-values from a fitted Gumbel tail.")] = False,
    replications: Annotated[int, typer.Option(help="Simulated data sets; least p is 1 / (replications + 1).")] = 999,
    seed: Annotated[int, typer.Option(help="Of the simulation.")] = 0,
    limit: Annotated[int, typer.Option(min=0, help="Rows of the printed table; 0 prints all.")] = 10,
    out: Annotated[Path | None, typer.Option(help="Write .geojson, .csv or .html.")] = None,
    json_: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Find circles and days with more cases than place and day alone explain.

    Long because each option of the command is a parameter with its help.
    """
    from anlan.analysis.commands.clusters.document import AskedScan
    from anlan.analysis.commands.sites.document import Asked

    with wrong_use_said("scan"):
        reading = Asked(
            file=file,
            columns=columns_of(lon, lat, time, id_),
            crs=crs,
            tz=tz,
            time_order=order_of(time_order),
            where=tuple(where or ()),
            since=day_of(since),
            until=day_of(until),
            opening=opening_of(sheet, encoding, head_row, columns, representative_points),
        )
        options: dict[str, Any] = {
            "max_days": max_days,
            "max_radius_m": max_radius_m,
            "max_share": max_share,
            "prospective": not retrospective,
            "adjust_for_looks": looks,
            "gumbel": gumbel,
            "max_p": max_p,
            "model": model,
            "over": over,
            "replications": replications,
            "seed": seed,
        }
        asked = AskedScan(reading, counts, places, population, strata, day_of_week, options, incidents_m, controls)
        write = _writer(out, file)
        found = _find(asked)
        if out and write:
            write(found, out)
    _say(found, as_json=json_, limit=limit, out=out)


def _writer(out: Path | None, file: Path) -> Any:
    from anlan.analysis.commands.clusters.files import writer_of
    from anlan.analysis.commands.spots import check_out

    return writer_of(check_out(out, file)) if out else None


def _find(asked: AskedScan) -> Found:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    from anlan.analysis.commands.clusters.document import scan_file

    console = Console(stderr=True)
    bars = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    replications = asked.options["replications"]
    so_far, cost = 0, Cost()
    with Progress(*bars, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("Reading", total=None)

        def read(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        def scanned(done: int, total: int) -> None:
            nonlocal so_far
            so_far = done
            progress.update(task, description="Replications", completed=done, total=total)
            if words := cost.words(done, total):
                progress.console.print(words, highlight=False, soft_wrap=True)

        try:
            return scan_file(asked, reading=read, scanning=scanned)
        except KeyboardInterrupt:
            progress.stop()
            message = f"anlan scan: stopped after {so_far:,} of {replications:,} replications; nothing was written"
            typer.echo(message, err=True)
            raise typer.Exit(STOPPED) from None


class Cost:
    """Says once, of a scan that takes long, how much processor time it will still take."""

    def __init__(self) -> None:
        self.begun: tuple[int, float] | None = None
        self.said = False

    def words(self, done: int, total: int) -> str | None:
        """Judge by the replications since the first that were done."""
        if self.said or not done:
            return None
        now = process_time()
        first, begun = self.begun = self.begun or (done, now)
        if done == first or now - begun < ENOUGH_S:
            return None
        self.said = True
        left = (now - begun) / (done - first) * (total - done)
        if left < LONG_S:
            return None
        return (
            f"about {max(round(left / 60), 1):,} minutes of processor time are left for {total - done:,} of {total:,} "
            "replications; shorter windows (--max-days), --max-radius-m or fewer --replications take less"
        )


def _say(found: Found, *, as_json: bool, limit: int, out: Path | None) -> None:
    for warning in found.warnings:
        typer.echo(f"Warning: {warning}", err=True)
    if as_json:
        from anlan.analysis.commands.sites.document import json_text

        sys.stdout.write(json_text(found.document) + "\n")
        for note in found.document["notes"]:
            typer.echo(note, err=True)
        return
    from anlan.analysis.commands.clusters.table import print_clusters

    print_clusters(found.document, limit=limit)
    if out:
        typer.echo(f"Written: {out}", err=True)
