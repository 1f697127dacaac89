"""`anlan study`: run, list, adopt and check studies."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from anlan.core.operator.setup import DataOption, open_platform, refuse, say

if TYPE_CHECKING:
    from anlan.core.people.actors import Actor
    from anlan.hotspots.models import Study

study = typer.Typer(add_completion=False, no_args_is_help=True, help="Run, list, adopt and check studies.")
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")]


@study.command()
def run(
    since: Annotated[str, typer.Option("--from", help="First local day, 2015-01-01.")],
    until: Annotated[str, typer.Option("--to", help="Last local day, included.")],
    category: Annotated[list[str], typer.Option(help="Category code; may be given several times.")],
    data: DataOption = None,
    area: Annotated[str | None, typer.Option(help="Only inside this area or zone.")] = None,
    name: Annotated[str, typer.Option(help="What to call it.")] = "",
    radius_m: Annotated[float | None, typer.Option(help="Largest radius of a place (100).")] = None,
    min_episodes: Annotated[int | None, typer.Option(help="Separate episodes that make a place recurrent (2).")] = None,
    episode_gap_h: Annotated[float | None, typer.Option(help="Hours without a report that part episodes (24).")] = None,
    min_reports: Annotated[int | None, typer.Option(help="Reports that it takes; else by the method's rule.")] = None,
    json_: Json = False,
) -> None:
    """Run a study now and print its places."""
    first, last = _day(since, "--from"), _day(until, "--to")
    open_platform(data)
    from anlan.core.refusals import Refused
    from anlan.core.time.clock import now
    from anlan.hotspots.actions import run_now, start_study
    from anlan.hotspots.models import Study

    parameters = {
        "radius_m": radius_m,
        "min_episodes": min_episodes,
        "episode_gap_h": episode_gap_h,
        "min_reports": min_reports,
    }
    try:
        started = start_study(name=name, since=first, until=last, categories=category, area=area, parameters=parameters,
                              in_background=False, actor=_actor(), at=now())  # fmt: skip
    except Refused as error:
        raise refuse(f"{error}{f' ({error.field})' if error.field else ''}") from error
    run_now(started["study"], actor=_actor(), at=now())
    _print(Study.objects.get(pk=started["study"]), json_)


@study.command(name="list")
def list_(data: DataOption = None, json_: Json = False) -> None:
    """List the studies."""
    open_platform(data)
    from anlan.hotspots.models import Study

    rows = [_summary(found) for found in Study.objects.order_by("pk")]
    if json_:
        typer.echo(json.dumps({"studies": rows}, ensure_ascii=False))
        return
    for row in rows:
        typer.echo(
            f"{row['study']:>4}  {row['since']} – {row['until']}  {row['state']:<9} {row['sites'] or '-':>5} places"
            f"  {row['name']}"
        )


@study.command()
def adopt(
    number: Annotated[int, typer.Argument(help="The study's number, see `anlan study list`.")],
    data: DataOption = None,
    json_: Json = False,
) -> None:
    """Make a study's places the city's sites and number them."""
    open_platform(data)
    from anlan.core.refusals import Refused
    from anlan.core.time.clock import now
    from anlan.hotspots.actions import adopt_study

    try:
        answer = adopt_study(study_id=_found(number).pk, actor=_actor(), at=now())
    except Refused as error:
        raise refuse(str(error), 1) from error
    typer.echo(
        json.dumps(answer) if json_ else ", ".join(f"{count} {name}" for name, count in answer["changes"].items())
    )


@study.command()
def verify(
    number: Annotated[int, typer.Argument(help="The study's number.")], data: DataOption = None, json_: Json = False
) -> None:
    """Compute a study again and compare it byte for byte; status 1 when it differs."""
    open_platform(data)
    from anlan.hotspots.reruns import rerun

    same, sentence = rerun(_found(number))
    typer.echo(json.dumps({"study": number, "reproduced": same, "sentence": sentence}) if json_ else sentence)
    raise typer.Exit(0 if same else 1)


def _actor() -> Actor:
    from anlan.core.people.actors import system

    return system("cli")


def _found(number: int) -> Study:
    from anlan.hotspots.models import Study

    found = Study.objects.filter(pk=number).first()
    if found is None:
        raise refuse(f"there is no study {number}; `anlan study list` shows them")
    return found


def _day(text: str, option: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise refuse(f"{option}: write a day as 2015-01-01, not {text!r}") from error


def _summary(found: Study) -> dict[str, Any]:
    return {
        "study": found.pk,
        "name": found.name,
        "since": str(found.since),
        "until": str(found.until),
        "state": "adopted" if found.adopted_at else found.state,
        "reports": found.reports,
        "sites": found.sites,
        "revision": found.revision,
        "position": found.position,
        "input_hash": found.input_hash,
        "content_hash": found.content_hash,
    }


def _print(found: Study, json_: bool) -> None:
    outcome = json.loads(found.outcome)
    if json_:
        typer.echo(
            json.dumps(_summary(found) | {"parameters": json.loads(found.parameters), **outcome}, ensure_ascii=False)
        )
        return
    for place in outcome["places"]:
        typer.echo(
            f"{place['rank']:>4}  {place['lon']:.5f} {place['lat']:.5f}  {place['radius_m']:>5.0f} m"
            f"  {place['episodes']:>3} episodes  {place['reports']:>4} reports"
        )
    say(
        f"study {found.pk}: {found.sites} places from {found.reports} of {outcome['found']} reports,"
        f" {len(outcome['episodes'])} episodes, {len(outcome['watch'])} to watch; {found.content_hash[:12]}"
    )
