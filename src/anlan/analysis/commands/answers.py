"""Running a method on a file and writing its answer: what `near-repeat` and `effect` share."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
from rich.table import Table
from rich.text import Text

from anlan import __version__
from anlan.analysis.commands.sites.document import json_text
from anlan.analysis.commands.sites.files import replace_file
from anlan.analysis.commands.sites.page import list_of, refused_of, table_of
from anlan.analysis.commands.sites.style import STYLE
from anlan.analysis.commands.sites.table import WIDTH_WITHOUT_TERMINAL
from anlan.analysis.commands.spots import check_out
from anlan.tables import safe_cell

STOPPED = 130
Tell = Callable[[int, int], None]


@dataclass(frozen=True)
class Answer:
    """The document that `--json` prints, and one table of it for people."""

    document: dict[str, Any]
    title: str
    lines: tuple[str, ...]
    head: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    words: frozenset[int]
    warnings: tuple[str, ...]


@contextmanager
def progress_said(command: str, replications: int) -> Iterator[tuple[Tell, Tell]]:
    """Show reading and replications on stderr; Ctrl-C ends with how many were done and nothing written."""
    console = Console(stderr=True)
    bars = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    so_far = 0
    with Progress(*bars, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("Reading", total=None)

        def reading(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        def replicating(done: int, total: int) -> None:
            nonlocal so_far
            so_far = done
            progress.update(task, description="Replications", completed=done, total=total)

        try:
            yield reading, replicating
        except KeyboardInterrupt:
            progress.stop()
            message = f"stopped after {so_far:,} of {replications:,} replications; nothing was written"
            typer.echo(f"anlan {command}: {message}", err=True)
            raise typer.Exit(STOPPED) from None


def writer_of(out: Path | None, file: Path) -> Callable[[Answer], None] | None:
    """Return what writes the answer, or say why not there; before anything is computed."""
    if out is None:
        return None
    makers: dict[str, Callable[[Answer], bytes]] = {".csv": as_csv, ".html": as_page, ".json": as_json}
    make = makers.get(check_out(out, file).suffix.lower())
    if make is None:
        raise ValueError(f"--out {out.name}: end the name with .csv, .html or .json")
    return lambda answer: replace_file(out, make(answer))


def as_json(answer: Answer) -> bytes:
    """Return the document that `--json` prints."""
    return (json_text(answer.document) + "\n").encode()


def as_csv(answer: Answer) -> bytes:
    """Return the table as CSV for Excel: UTF-8 with a mark, formulas guarded."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(answer.head)
    writer.writerows([[safe_cell(cell) for cell in row] for row in answer.rows])
    return text.getvalue().encode("utf-8-sig")


def as_page(answer: Answer) -> bytes:
    """Return one self-contained page that may load and run nothing."""
    document = answer.document
    lede = "".join(f"<p>{escape(line)}</p>" for line in answer.lines)
    notes = "".join(
        f'<p class="note"><b>▲</b> {escape(note)}</p>'
        for note in (*document["warnings"], *document["notes"], *document["input"]["warnings"])
    )
    asked = [(key.replace("_", " ").capitalize(), value) for key, value in document["parameters"].items()
             if value not in (None, [], {}) and key != "plane"]  # fmt: skip
    text = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<title>{escape(answer.title)}: {escape(document["input"]["file"])}</title>
<style>{STYLE}</style>
</head>
<body>
<header><p class="mark">Anlan 安澜</p><h1>{escape(answer.title)}</h1>{lede}{notes}</header>
<main>
<section class="wide"><h2>Table</h2>{table_of(answer.head, answer.rows, set(answer.words))}</section>
<section><h2>How this was found</h2>{list_of(asked)}</section>
{refused_of(document)}
</main>
<footer>Anlan {escape(__version__)}. Input SHA-256 <code>{escape(document["input"]["sha256"])}</code></footer>
</body>
</html>
"""
    return text.encode()


def say(answer: Answer, *, as_json: bool, out: Path | None, limit: int = 0) -> None:
    """Print the answer: one JSON object, or a table for people."""
    for warning in (*answer.warnings, *(answer.document["warnings"] if as_json else ())):
        typer.echo(f"Warning: {warning}", err=True)
    if as_json:
        sys.stdout.write(json_text(answer.document) + "\n")
        return
    console = Console(highlight=False, markup=False)
    if not console.is_terminal:
        console = Console(highlight=False, markup=False, width=WIDTH_WITHOUT_TERMINAL)
    for line in answer.lines:
        console.print(Text(line))
    console.print(_table(answer, answer.rows[: limit or None]))
    if limit and len(answer.rows) > limit:
        console.print(Text(f"… and {len(answer.rows) - limit:,} more; --limit 0 prints all"))
    for note in (*answer.document["warnings"], *answer.document["notes"]):
        console.print(Text(note))
    if out:
        typer.echo(f"Written: {out}", err=True)


def _table(answer: Answer, rows: Sequence[tuple[Any, ...]]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1))
    for n, name in enumerate(answer.head):
        table.add_column(name, justify="left" if n in answer.words else "right", no_wrap=True)
    for row in rows:
        table.add_row(*(Text(str(cell)) for cell in row))
    return table
