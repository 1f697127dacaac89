"""`anlan city` and `anlan demo`."""

from __future__ import annotations

import json
import statistics
from pathlib import Path
from typing import Annotated, Any

import typer

city = typer.Typer(add_completion=False, no_args_is_help=True, help="The simulated reference city.")


@city.command()
def score(
    seed: Annotated[int, typer.Option(help="The (first) seed.")] = 1,
    seeds: Annotated[int, typer.Option(help="How many seeds, from the first on.", min=1)] = 1,
    location_error: Annotated[
        float | None, typer.Option(help="Metres that every report is off; else the mixture.")
    ] = None,
    duplicates: Annotated[float, typer.Option(help="Share of reports that tell the same again.")] = 0.04,
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
def folder(
    target: Annotated[Path, typer.Argument(help="The folder to write.")],
    packages: Annotated[Path, typer.Option(help="node_modules with the outlines.")] = Path("node_modules"),
) -> None:
    """Build the reference city's folder from the outlines in the npm packages."""
    from anlan.city.folder import PackagesMissing, build

    try:
        build(target, packages)
    except PackagesMissing as error:
        typer.echo(f"anlan: {error}", err=True)
        raise typer.Exit(2) from error
    typer.echo(str(target))
