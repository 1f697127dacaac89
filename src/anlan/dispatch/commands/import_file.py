"""`anlan import`: a file of reports, or with a mapping of calls and what came of them, into the data directory."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any

import typer

from anlan.core.operator.setup import DataOption, open_platform, refuse, say

if TYPE_CHECKING:
    from anlan.intake.files.chunks import Progress
    from anlan.intake.files.counts import Counts

Import = Callable[[IO[str], "Progress"], tuple[dict[str, Any], "Counts"]]
COUNTED = ("accepted", "repeated", "refused", "incidents", "assignments", "units_made")


def import_file(
    file: Annotated[Path, typer.Argument(help="CSV, Excel, GeoJSON, Parquet or NDJSON.")],
    data: DataOption = None,
    mapping: Annotated[
        Path | None,
        typer.Option(help="TOML that maps another system's calls, stamps and units (docs/howto/import.md)."),
    ] = None,
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
    given = {"lon": lon, "lat": lat, "time": time, "id": id_, "words": words, "place_words": place}
    given |= {"category": category_column, "default_category": category, "default_channel": channel, "source": source}
    if mapping and (given != _NOTHING_GIVEN or crs or tz):
        raise refuse("with --mapping the columns, codes, crs and tz stand in the mapping; leave the options out")
    open_platform(data)
    if mapping:
        run = _calls(file, mapping, dry_run)
    else:
        layout = {name: value for name, value in given.items() if value is not None} | _city_defaults(crs, tz)
        run = _reports(file, layout, dry_run)
    answer = _run(file, run, refused or Path(f"{file.name}.refused.csv"), dry_run)
    typer.echo(json.dumps(answer, ensure_ascii=False) if json_ else _table(answer))
    raise typer.Exit(1 if answer["refused"] and not answer["accepted"] + answer["repeated"] else 0)


_NOTHING_GIVEN = {"lon": None, "lat": None, "time": None, "id": None, "words": None, "place_words": None,
                 "category": None, "default_category": "", "default_channel": "import", "source": "import"}  # fmt: skip


def _reports(file: Path, given: dict[str, Any], dry_run: bool) -> Import:
    from anlan.core.people.actors import system
    from anlan.core.time.clock import now
    from anlan.intake.files import chunks

    def run(out: IO[str], progress: Progress) -> tuple[dict[str, Any], Counts]:
        seen, counts = chunks.import_file(
            file, name=file.name, given=given, actor=system("import"), at=now(), refused_to=out, progress=progress,
            dry_run=dry_run,
        )  # fmt: skip
        read = {"sha256": seen.sha256, "records": seen.records}
        return {"input": read, "columns": seen.layout.columns(), "crs": seen.layout.crs, "tz": seen.layout.tz}, counts

    return run


def _calls(file: Path, path: Path, dry_run: bool) -> Import:
    from anlan.core.people.actors import system
    from anlan.core.time.clock import now
    from anlan.dispatch.callfiles.batches import import_calls
    from anlan.dispatch.callfiles.mapping import MappingError
    from anlan.dispatch.callfiles.mapping_file import read_mapping

    mapping = read_mapping(path)

    def run(out: IO[str], progress: Progress) -> tuple[dict[str, Any], Counts]:
        try:
            seen, counts = import_calls(
                file, name=file.name, mapping=mapping, actor=system("import"), at=now(), refused_to=out,
                progress=progress, dry_run=dry_run,
            )  # fmt: skip
        except MappingError as error:
            raise MappingError(f"{path}: {error}") from error
        columns = {key: " + ".join(names) for key, names in mapping.columns().items()}
        read = {"sha256": seen.sha256, "records": seen.records}
        return {"input": read, "columns": columns, "crs": seen.here.crs, "tz": seen.here.tz}, counts

    return run


def _run(file: Path, run: Import, refused_path: Path, dry_run: bool) -> dict[str, Any]:
    """Run an import beside the file of its refused rows, which stays only where there are some."""
    from anlan.core.ledger.writes import NotStored
    from anlan.core.refusals import Refused
    from anlan.dispatch.callfiles.mapping import MappingError
    from anlan.tables import TableError

    try:
        with _bar() as progress, refused_path.open("w", encoding="utf-8-sig", newline="") as out:
            seen, counts = run(out, progress)
    except (TableError, MappingError) as error:
        refused_path.unlink(missing_ok=True)
        raise refuse(f"{file}: {error}" if isinstance(error, TableError) else str(error)) from error
    except Refused as error:  # no row, but the city: it has no organisation
        raise refuse(str(error), 1) from error
    except (NotStored, OSError) as error:
        raise refuse(f"{error} What was stored stays; the same command again adds only the rest.", 1) from error
    if not counts.refused:
        refused_path.unlink()
    return seen | {
        "input": {"file": file.name, **seen["input"]},
        "dry_run": dry_run,
        **counts.plain(),
        "refused_file": str(refused_path) if counts.refused else None,
    }


def _city_defaults(crs: str | None, tz: str | None) -> dict[str, str]:
    from zoneinfo import available_timezones

    from anlan.core.city.current import city, city_zone
    from anlan.geo import parse_crs

    here = city()
    zone = tz or city_zone().key
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
    lines = [f"{name:<10}{answer[name]:>9,}" for name in COUNTED if name in answer]
    lines += [f"  {code:<24}{count:>9,}" for code, count in answer["reasons"].items()]
    if answer["refused_file"]:
        lines.append(f"refused rows: {answer['refused_file']}")
    if answer["dry_run"]:
        lines.append("dry run: nothing was stored")
    return "\n".join(lines)
