"""`anlan import`: a file of reports into the data directory."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from anlan.core.setup import DataOption, open_platform, refuse, say

if TYPE_CHECKING:
    from anlan.intake.importing import Progress


def import_reports(
    file: Annotated[Path, typer.Argument(help="CSV, Excel, GeoJSON, Parquet or NDJSON.")],
    data: DataOption = None,
    lon: Annotated[str | None, typer.Option(help="Column of longitude or x.")] = None,
    lat: Annotated[str | None, typer.Option(help="Column of latitude or y.")] = None,
    time: Annotated[str | None, typer.Option(help="Column of the time of receipt.")] = None,
    id_: Annotated[str | None, typer.Option("--id", help="Column of the list's own numbers.")] = None,
    words: Annotated[str | None, typer.Option(help="Column of free words (personal content).")] = None,
    place: Annotated[str | None, typer.Option(help="Column of place words (personal content).")] = None,
    category_column: Annotated[str | None, typer.Option(help="Column of categories.")] = None,
    category: Annotated[str, typer.Option(help="Category of rows that name none.")] = "",
    channel: Annotated[str, typer.Option(help="Channel of rows that name none.")] = "import",
    source: Annotated[str, typer.Option(help="The list's name; its numbers are unique under it.")] = "import",
    crs: Annotated[str | None, typer.Option(help="EPSG:nnnn, GCJ-02 or BD-09; else the city's.")] = None,
    tz: Annotated[str | None, typer.Option(help="Zone of times without one; else the city's.")] = None,
    refused: Annotated[Path | None, typer.Option(help="Where refused rows go (FILE.refused.csv).")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be refused; store nothing.")] = False,
    json_: Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")] = False,
) -> None:
    """Import a file of reports; refused rows come back as a file. The same file again adds nothing.

    Status 0 when at least one row is in now, also from an earlier run; 1 when every row was refused; 2 for wrong use.
    """
    if not file.is_file():
        raise refuse(f"{file}: there is no such file")
    open_platform(data)
    given = {"lon": lon, "lat": lat, "time": time, "id": id_, "words": words, "place_words": place}
    given |= {"category": category_column, "default_category": category, "default_channel": channel, "source": source}
    told = {name: value for name, value in given.items() if value is not None} | _city_defaults(crs, tz)
    answer = _run(file, told, refused or Path(f"{file.name}.refused.csv"), dry_run)
    typer.echo(json.dumps(answer, ensure_ascii=False) if json_ else _table(answer))
    raise typer.Exit(1 if answer["refused"] and not answer["accepted"] + answer["repeated"] else 0)


def _run(file: Path, given: dict[str, Any], refused_path: Path, dry_run: bool) -> dict[str, Any]:
    from anlan.core.actors import system
    from anlan.core.clock import now
    from anlan.core.writes import NotStored
    from anlan.intake.importing import import_file
    from anlan.tables import TableError

    try:
        with _bar() as progress, refused_path.open("w", encoding="utf-8-sig", newline="") as out:
            seen, counts = import_file(
                file,
                name=file.name,
                given=given,
                actor=system("import"),
                at=now(),
                refused_to=out,
                progress=progress,
                dry_run=dry_run,
            )
    except TableError as error:
        refused_path.unlink(missing_ok=True)
        raise refuse(f"{file}: {error}") from error
    except (NotStored, OSError) as error:
        raise refuse(f"{error} What was stored stays; the same command again adds only the rest.", 1) from error
    if not counts.refused:
        refused_path.unlink()
    return {
        "input": {"file": file.name, "sha256": seen.sha256, "records": seen.records},
        "columns": seen.layout.columns(),
        "crs": seen.layout.crs,
        "tz": seen.layout.tz,
        "dry_run": dry_run,
        **counts.plain(),
        "refused_file": str(refused_path) if counts.refused else None,
    }


def _city_defaults(crs: str | None, tz: str | None) -> dict[str, str]:
    from zoneinfo import available_timezones

    from anlan.core.queries import city
    from anlan.geo import parse_crs

    here = city()
    zone = tz or (here.zone if here else "UTC")
    if zone not in available_timezones():
        raise refuse(f"--tz {zone}: write a zone such as Asia/Shanghai")
    try:
        return {"crs": str(parse_crs(crs or (here.default_crs if here else "EPSG:4326"))), "tz": zone}
    except ValueError as error:
        raise refuse(f"--crs: {error}") from error


@contextmanager
def _bar() -> Iterator[Progress]:
    """Show progress on stderr."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    bar = Progress("Importing", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=Console(stderr=True))
    with bar:
        task = bar.add_task("import", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _table(answer: dict[str, Any]) -> str:
    """Write the counts for people."""
    columns = ", ".join(f"{name} = {column}" for name, column in answer["columns"].items())
    say(f"columns: {columns}; {answer['crs']}, {answer['tz']}")
    lines = [f"{name:<10}{answer[name]:>9,}" for name in ("accepted", "repeated", "refused")]
    lines += [f"  {code:<24}{count:>9,}" for code, count in answer["reasons"].items()]
    if answer["refused_file"]:
        lines.append(f"refused rows: {answer['refused_file']}")
    if answer["dry_run"]:
        lines.append("dry run: nothing was stored")
    return "\n".join(lines)
