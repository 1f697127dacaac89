"""`anlan near-repeat FILE`: do incidents draw further incidents near them soon after?"""

from __future__ import annotations

from datetime import datetime
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
from anlan.analysis.commands.spots import DAY, day_of, order_of, wrong_use_said

if TYPE_CHECKING:
    from anlan.analysis.commands.answers import Answer, Tell
    from anlan.analysis.commands.sites.document import Asked

CALLERS = "Several reports of one incident look like near repeats: give incidents, not reports."
BAND = ("from_m", "to_m", "from_day", "to_day", "observed", "expected", "ratio", "p_value", "p_value_any_band")
CHOSEN = "p is for one band chosen beforehand; p any band is what to read after looking at all of them."


def near_repeat(
    file: Annotated[Path, typer.Argument(help=FILE_HELP, show_default=False)],
    lon: Annotated[str | None, typer.Option(help="Column of longitudes (or eastings).")] = None,
    lat: Annotated[str | None, typer.Option(help="Column of latitudes (or northings).")] = None,
    time: TimeOption = None,
    id_: Annotated[str | None, typer.Option("--id", help="Column that names each incident.")] = None,
    time_to: Annotated[
        str | None, typer.Option(help="Column of last possible times: --time is then the first.")
    ] = None,
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
    distance_bands: Annotated[str, typer.Option(help="Ends of the distance bands, in metres.")] = "100,200,400",
    day_bands: Annotated[str, typer.Option(help="Ends of the bands of days apart.")] = "7,14,28",
    replications: Annotated[int, typer.Option(help="Permutations; the least p is 1 / (replications + 1).")] = 999,
    seed: Annotated[int, typer.Option(help="Of the permutations.")] = 0,
    out: Annotated[Path | None, typer.Option(help="Write .csv, .html or .json.")] = None,
    json_: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Count incidents close in place and time beside what chance gives.

    Long because each option of the command is a parameter with its help.
    """
    from anlan.analysis.commands.answers import progress_said, say, writer_of
    from anlan.analysis.commands.sites.document import Asked

    with wrong_use_said("near-repeat"):
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
            seed=seed,
        )
        options = {
            "distance_bands_m": ends_of("--distance-bands", distance_bands),
            "day_bands": ends_of("--day-bands", day_bands),
            "replications": _enough(replications),
            "seed": seed,
        }
        write = writer_of(out, file)
        with progress_said("near-repeat", replications) as tells:
            answer = counted(asked, time_to, options, *tells)
        if write:
            write(answer)
    say(answer, as_json=json_, out=out)


def ends_of(option: str, text: str) -> list[float]:
    """Return the ends of bands, checked."""
    try:
        ends = [float(end) for end in text.split(",")]
    except ValueError:
        raise ValueError(f"{option} {text!r}: write numbers with commas, such as 100,200,400") from None
    if sorted(set(ends)) != ends or ends[0] < 0:
        raise ValueError(f"{option} {text!r}: write ascending ends of bands, such as 100,200,400")
    return ends


def _enough(replications: int) -> int:
    if replications < 99:
        advice = "cannot tell chance from a pattern; write --replications 99 for a first look, 999 for p down to 0.001"
        raise ValueError(f"--replications {replications} {advice}")
    return replications


def counted(asked: Asked, time_to: str | None, options: dict[str, Any], reading: Tell, replicating: Tell) -> Answer:
    """Read the file and count.

    Long because the answer's whole document is written here.
    """
    import numpy as np

    from anlan.analysis import near_repeat as knox
    from anlan.analysis.commands.answers import Answer
    from anlan.analysis.commands.sites.document import DAY_US, columns_used, input_summary, plain_number, read
    from anlan.geo import LocalProjection
    from anlan.tables import TableError

    points = read(asked, (time_to,) if time_to else (), reading)
    day = points.time.astype(np.int64) / DAY_US
    length = float(np.ptp(day)) if len(day) else 0.0
    if options["day_bands"][-1] > length:
        raise TableError(
            f"--day-bands reach {options['day_bands'][-1]:g} days, but the data last {length:.0f} days; "
            f"write --day-bands {max(1, int(length // 4))}"
        )
    plane = LocalProjection.around(points.lon, points.lat)
    x, y = plane.forward(points.lon, points.lat)
    found = knox(x, y, day, day_to=_last(points, asked, time_to), progress=replicating, **options)
    document: dict[str, Any] = {
        "parameters": {
            "method": "near_repeat",
            **found.parameters,
            "columns": columns_used(points) | {"time_to": time_to},
            "crs": points.crs,
            "tz": asked.tz,
            "where": list(asked.where),
            "since": asked.since.isoformat() if asked.since else None,
            "until": asked.until.isoformat() if asked.until else None,
            "plane": plane.parameters(),
        },
        "input": input_summary(asked, points),
        "incidents": found.incidents,
        "close_pairs": found.close_pairs,
        "bands": [{name: plain_number(getattr(band, name)) for name in BAND} for band in found.bands],
        "warnings": list(found.warnings),
        "notes": [CALLERS, CHOSEN],
    }
    sure = [band for band in found.bands if band.p_value_any_band <= 0.05 and (band.ratio or 0) > 1]
    verdict = f"{len(sure)} of {len(found.bands)} bands hold more pairs than chance gives (p any band <= 0.05)"
    return Answer(
        document=document,
        title="Near repeats",
        lines=(
            f"{asked.file.name}: {found.incidents:,} incidents, {found.close_pairs:,} close pairs",
            *document["input"]["notes"],
            verdict,
        ),
        head=("Metres apart", "Days apart", "Pairs", "Expected", "Ratio", "p", "p any band"),
        rows=tuple(_cells(band, aoristic=found.parameters["aoristic"]) for band in found.bands),
        words=frozenset({0, 1}),
        warnings=points.warnings,
    )


def _cells(band: Any, *, aoristic: bool) -> tuple[str, ...]:
    """Write a band as a line of the table."""
    return (
        "same place" if not band.to_m else f"{band.from_m:g} to {band.to_m:g}",
        f"{band.from_day:g} to {band.to_day:g}",
        f"{band.observed:,.4g}" if aoristic else f"{band.observed:,.0f}",
        f"{band.expected:,.1f}",
        "—" if band.ratio is None else f"{band.ratio:.2f}",
        f"{band.p_value:.3f}",
        f"{band.p_value_any_band:.3f}",
    )


def _last(points: Any, asked: Asked, time_to: str | None) -> Any:
    """Return the last possible day of each incident."""
    if time_to is None:
        return None
    import numpy as np

    from anlan.analysis.commands.sites.document import DAY_US
    from anlan.tables import TableError, parse_time

    last = []
    for row, text in enumerate(points.extra[time_to]):
        try:
            moment = parse_time(str(text), asked.tz, order=asked.time_order)
        except ValueError as error:
            raise TableError(f"record {points.record[row]}, {time_to}: {error}") from None
        last.append(moment.timestamp() * 1_000_000 / DAY_US)
    return np.array(last)
