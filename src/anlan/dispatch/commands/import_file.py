"""`anlan import`: a file of reports, or with a mapping of calls and what came of them, into the data directory."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any

import typer

from anlan.analysis.commands.options import (
    FILE_HELP,
    ColumnsOption,
    EncodingOption,
    HeadRowOption,
    RepresentativeOption,
    SheetOption,
    TimeOrderOption,
    opening_of,
    times_of,
)
from anlan.analysis.commands.spots import order_of
from anlan.core.operator.setup import DataOption, open_platform, refuse, say

if TYPE_CHECKING:
    from anlan.intake.files.chunks import Progress
    from anlan.intake.files.counts import Counts
    from anlan.tables import Opening

Import = Callable[[IO[str], "Progress"], tuple[dict[str, Any], "Counts"]]
COUNTED = ("accepted", "repeated", "refused", "incidents", "assignments", "units_made")


def import_file(
    file: Annotated[Path, typer.Argument(help=FILE_HELP)],
    data: DataOption = None,
    mapping: Annotated[
        Path | None,
        typer.Option(help="TOML that maps another system's calls, stamps and units (docs/howto/import.md)."),
    ] = None,
    lon: Annotated[str | None, typer.Option(help="Column of longitude or x.")] = None,
    lat: Annotated[str | None, typer.Option(help="Column of latitude or y.")] = None,
    time: Annotated[
        list[str] | None,
        typer.Option(help="Column of the time of receipt; a second --time names the time of day, if apart."),
    ] = None,
    id_: Annotated[str | None, typer.Option("--id", help="Column of the list's own numbers.")] = None,
    words: Annotated[str | None, typer.Option(help="Column of free words (personal content).")] = None,
    place: Annotated[str | None, typer.Option(help="Column of place words (personal content).")] = None,
    category_column: Annotated[str | None, typer.Option(help="Column of categories.")] = None,
    category: Annotated[str, typer.Option(help="Category of rows that name none.")] = "",
    channel: Annotated[str, typer.Option(help="Channel of rows that name none.")] = "import",
    source: Annotated[str, typer.Option(help="The list's name; its numbers are unique under it.")] = "import",
    crs: Annotated[str | None, typer.Option(help="EPSG:nnnn, GCJ-02 or BD-09; else the file's, or the city's.")] = None,
    tz: Annotated[str | None, typer.Option(help="Zone of times without one; else the city's.")] = None,
    time_order: TimeOrderOption = None,
    sheet: SheetOption = None,
    encoding: EncodingOption = None,
    head_row: HeadRowOption = None,
    columns: ColumnsOption = None,
    representative_points: RepresentativeOption = False,
    refused: Annotated[Path | None, typer.Option(help="Where refused rows go (FILE.refused.csv).")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be refused; store nothing.")] = False,
    json_: Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")] = False,
) -> None:
    """Import a file of reports; refused rows come back as a file. The same file again adds nothing.

    Status 0 when at least one row is in now, also from an earlier run; 1 when every row was refused; 2 for wrong use.
    Long because each option of the command is a parameter with its help.
    """
    if not file.is_file():
        raise refuse(f"{file}: there is no such file")
    try:
        given: dict[str, Any] = {"lon": lon, "lat": lat, "id": id_, "words": words, "place_words": place}
        given |= times_of(time) | {"category": category_column, "time_order": order_of(time_order)}
    except ValueError as error:
        raise refuse(str(error)) from None
    given |= {"default_category": category, "default_channel": channel, "source": source}
    if mapping and (given != _NOTHING_GIVEN or crs or tz):
        raise refuse("with --mapping the columns, codes, crs and tz stand in the mapping; leave the options out")
    opening = opening_of(sheet, encoding, head_row, columns, representative_points)
    open_platform(data)
    if mapping:
        run = _calls(file, mapping, opening, dry_run)
    else:
        layout = {name: value for name, value in given.items() if value is not None} | _city_defaults(crs, tz)
        layout |= {"column_names" if name == "columns" else name: value for name, value in asdict(opening).items()}
        run = _reports(file, layout, dry_run)
    answer = _run(file, run, refused or Path(f"{file.name}.refused.csv"), dry_run)
    typer.echo(json.dumps(answer, ensure_ascii=False) if json_ else _table(answer))
    raise typer.Exit(1 if answer["refused"] and not answer["accepted"] + answer["repeated"] else 0)


_NOTHING_GIVEN = {"lon": None, "lat": None, "time": None, "time_of_day": None, "id": None, "words": None,
                 "place_words": None, "category": None, "time_order": None,
                 "default_category": "", "default_channel": "import", "source": "import"}  # fmt: skip


def _reports(file: Path, given: dict[str, Any], dry_run: bool) -> Import:
    from anlan.core.people.actors import system
    from anlan.core.time.clock import now
    from anlan.intake.files import chunks

    def run(out: IO[str], progress: Progress) -> tuple[dict[str, Any], Counts]:
        seen, counts = chunks.import_file(
            file, name=file.name, given=given, actor=system("import"), at=now(), refused_to=out, progress=progress,
            dry_run=dry_run,
        )  # fmt: skip
        read = {"sha256": seen.sha256, "records": seen.records, "notes": list(seen.notes)}
        return {"input": read, "columns": seen.layout.columns(), "crs": seen.layout.crs, "tz": seen.layout.tz}, counts

    return run


def _calls(file: Path, path: Path, opening: Opening, dry_run: bool) -> Import:
    from anlan.core.people.actors import system
    from anlan.core.time.clock import now
    from anlan.dispatch.callfiles.batches import import_calls
    from anlan.dispatch.callfiles.faults import MappingError
    from anlan.dispatch.callfiles.mapping_file import read_mapping

    mapping = read_mapping(path)

    def run(out: IO[str], progress: Progress) -> tuple[dict[str, Any], Counts]:
        try:
            seen, counts = import_calls(
                file, name=file.name, mapping=mapping, actor=system("import"), at=now(), refused_to=out,
                progress=progress, dry_run=dry_run, opening=opening,
            )  # fmt: skip
        except MappingError as error:
            raise MappingError("unread", path=path, why=error) from error
        columns = {key: " + ".join(names) for key, names in mapping.columns().items()}
        read = {"sha256": seen.sha256, "records": seen.records, "notes": list(seen.notes)}
        return {"input": read, "columns": columns, "crs": seen.here.crs, "tz": seen.here.tz}, counts

    return run


def _run(file: Path, run: Import, refused_path: Path, dry_run: bool) -> dict[str, Any]:
    """Run an import beside the file of its refused rows, which stays only where there are some."""
    from anlan.core.ledger.writes import NotStored
    from anlan.core.refusals import Refused
    from anlan.dispatch.callfiles.faults import MappingError
    from anlan.tables import TableError

    gc.freeze()  # what is loaded stays, and so does a chunk until it is stored: nobody looks for garbage there
    gc.set_threshold(50_000)
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


def _city_defaults(crs: str | None, tz: str | None) -> dict[str, Any]:
    from zoneinfo import available_timezones

    from anlan.core.city.current import city, city_zone
    from anlan.geo import parse_crs

    here = city()
    zone = tz or city_zone().key
    if zone not in available_timezones():
        raise refuse(f"--tz {zone}: write a zone such as Asia/Shanghai")
    try:
        system = str(parse_crs(crs or (here.default_crs if here else "EPSG:4326")))
    except ValueError as error:
        raise refuse(f"--crs: {error}") from error
    return {"crs": system, "tz": zone, "crs_named": crs is not None}


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
    for note in answer["input"]["notes"]:
        say(note)
    lines = [f"{'read':<10}{answer['input']['records']:>9,}"]
    lines += [f"{name:<10}{answer[name]:>9,}" for name in COUNTED if name in answer]
    lines += [f"  {code:<24}{count:>9,}" for code, count in answer["reasons"].items()]
    for lost in answer.get("stamps_left_out", ()):
        lines.append(f"left out: {lost['field']} of {lost['unit']} in record {lost['record']} ({lost['code']})")
    if answer["refused_file"]:
        lines.append(f"refused rows: {answer['refused_file']}")
    if answer["dry_run"]:
        lines.append("dry run: nothing was stored")
    return "\n".join(lines)
