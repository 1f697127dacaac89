"""`anlan bulletin`: verify what was printed, and check what somebody else printed."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from anlan.core.operator.setup import DataOption

if TYPE_CHECKING:
    from anlan.bulletin.arithmetic.faults import Fault
    from anlan.bulletin.arithmetic.sheet import Sheet
    from anlan.bulletin.figures.verdicts import IssueVerdict, Verdict
    from anlan.bulletin.models import Issue

bulletin = typer.Typer(add_completion=False, no_args_is_help=True, help="Verify bulletins, and check imported ones.")
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")]


@bulletin.command()
def verify(
    number: Annotated[str | None, typer.Argument(help="One issue; all of them without it.")] = None,
    data: DataOption = None,
    json_: JsonOption = False,
) -> None:
    """Recompute every figure of every issue; status 1 where stored rows do not give what was printed."""
    from anlan.core.operator.setup import open_platform, refuse, say

    open_platform(data)
    from anlan.bulletin.figures.verification import gone
    from anlan.bulletin.models import Issue

    issues = Issue.objects.select_related("plan").order_by("pk")
    issues = issues.filter(number=number) if number else issues
    if number and not issues.exists():
        raise refuse(f"there is no bulletin {number}")
    found = [_recomputed(issue) for issue in issues]
    lost = [] if number else gone()
    ok = not lost and all(verdict.holds for verdict in found)
    if json_:
        answer = {"ok": ok, "gone": lost, "issues": [verdict.as_json() for verdict in found]}
        typer.echo(json.dumps(answer, ensure_ascii=False))
    for verdict in found:
        _say(verdict)
    for name in lost:
        say(f"{name}: GONE, the ledger says that it was published and it is no longer stored")
    if not ok:
        raise typer.Exit(1)


def _recomputed(issue: Issue) -> IssueVerdict:
    """Recompute an issue and tell how far it is: on one line of a terminal, or each twentieth measure in a log."""
    from anlan.bulletin.figures.verification import verdicts
    from anlan.bulletin.figures.verification import verify as recompute

    figures, total = [], len(issue.plan.codes)
    for done, some in enumerate(verdicts(issue), 1):
        figures += some
        if sys.stderr.isatty():
            typer.echo(f"\r{issue.number}: {done} of {total} measures", nl=done == total, err=True)
        elif done % 20 == 0:
            typer.echo(f"{issue.number}: {done} of {total} measures", err=True)
    return recompute(issue, figures)


def _say(verdict: IssueVerdict) -> None:
    from anlan.core.operator.setup import say

    same = sum(figure.same for figure in verdict.figures)
    word = "holds" if verdict.holds else "DOES NOT HOLD"
    say(f"{verdict.issue}: {word}, {len(verdict.figures)} figures, {same} the same today")
    if not verdict.code_holds:
        say("  the figures do not give the verification code")
    if not verdict.ledger_holds:
        say("  the ledger says that another code, other words or another number of figures was published")
    for code in verdict.missing:
        say(f"  {code}: fixed in the plan, and without a figure")
    for figure in verdict.figures:
        if not figure.holds:
            say(f"  {figure.measure}: the stored rows do not give what was printed: {', '.join(figure.faults)}")
        if not figure.same:
            say(f"  {figure.measure}: {_moved(figure)}")


def _moved(figure: Verdict) -> str:
    base = f", base {figure.base_rows_changed}" if figure.base_rows_changed else ""
    parts = [f"{_number(figure.value)} printed, {_number(figure.value_now)} today",
            f"rows +{figure.rows_entered} -{figure.rows_left} ~{figure.rows_revalued}{base}"]  # fmt: skip
    if figure.revision != figure.revision_now:
        parts.append(f"measure r{figure.revision} -> r{figure.revision_now}")
    rows = [f"{row['row']} {row['how']} ({', '.join(row['entries']) or 'no entry'})" for row in figure.changed[:3]]
    return "; ".join([*parts, *rows])


def _number(value: float | None) -> str:
    return "no figure" if value is None else f"{value:g}"


@bulletin.command()
def check(
    file: Annotated[
        Path,
        typer.Argument(
            help="CSV or Excel: name,value and where known unit,base,change_percent,part_of,percent,percent_of; or"
            " 指标,数值,单位,基数,同比,所属,占比,占比基数"
        ),
    ],
    json_: JsonOption = False,
) -> None:
    """Name parts that do not sum to their whole, and percentages that do not follow from their bases.

    Status 1 where something does not follow, 2 where a cell cannot be read.
    """
    from anlan.bulletin.arithmetic.faults import check as faults_of
    from anlan.bulletin.arithmetic.sheet import read
    from anlan.core.operator.setup import refuse
    from anlan.tables import TableError

    try:
        sheet = read(file)
    except TableError as error:
        raise refuse(str(error)) from error
    faults = faults_of(sheet)
    if json_:
        answer = {"figures": len(sheet.rows), "unread": [asdict(cell) for cell in sheet.unread],
                  "faults": [asdict(fault) for fault in faults]}  # fmt: skip
        typer.echo(json.dumps(answer, ensure_ascii=False))
    else:
        _print(sheet, faults)
    if sheet.unread or faults:
        raise typer.Exit(2 if sheet.unread else 1)


def _print(sheet: Sheet, faults: list[Fault]) -> None:
    for cell in sheet.unread:
        shown = f" {cell.told!r}" if cell.told else ""
        typer.echo(f"line {cell.line}: {cell.field}{shown}: {cell.reason}".replace(": :", ":"))
    for fault in faults:
        code = fault.code.replace("_", " ")
        typer.echo(f"line {fault.line}: {fault.name}: {code}: printed {fault.printed}; {fault.follows}")
    typer.echo(f"{len(sheet.rows)} figures, {len(sheet.unread)} cells not read, {len(faults)} faults", err=True)
