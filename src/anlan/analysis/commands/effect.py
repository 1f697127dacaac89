"""`anlan effect FILE --sites sites.geojson --treated ... --since ...`: did the measure work?"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from anlan.analysis.commands.options import (
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

CHOSEN_BEFORE = (
    "Sites must have been chosen from reports before the measure; with later ones in them the estimate is biased."
)
SITE = ("rank", "treated", "failures_before", "failures_after")
NOT_WORKS = "An estimate tells of reports at places; whether works were done is for an inspection to say."


def effect(
    file: Annotated[Path, typer.Argument(help="All reports, before and after.", show_default=False)],
    sites: Annotated[Path, typer.Option(help="GeoJSON of points, as `anlan spots --out` writes.", show_default=False)],
    treated: Annotated[
        str, typer.Option(help='Ranks ("1,4,7-12"), or "PROPERTY=VALUE" of the sites.', show_default=False)
    ],
    since: Annotated[datetime, typer.Option(formats=DAY, help="First local day of the effect.", show_default=False)],
    lon: Annotated[str | None, typer.Option(help="Column of longitudes (or eastings).")] = None,
    lat: Annotated[str | None, typer.Option(help="Column of latitudes (or northings).")] = None,
    time: TimeOption = None,
    id_: Annotated[str | None, typer.Option("--id", help="Column that names each report.")] = None,
    crs: CrsOption = None,
    tz: Annotated[str, typer.Option(help="Time zone of times without one, and of the days.")] = "UTC",
    time_order: TimeOrderOption = None,
    where: Annotated[
        list[str] | None, typer.Option(help='"COLUMN=VALUE"; may be repeated; case does not count.')
    ] = None,
    from_: Annotated[datetime | None, typer.Option("--from", formats=DAY, help="First local day of reports.")] = None,
    until: Annotated[datetime | None, typer.Option(formats=DAY, help="Last local day of reports.")] = None,
    sheet: SheetOption = None,
    encoding: EncodingOption = None,
    head_row: HeadRowOption = None,
    columns: ColumnsOption = None,
    representative_points: RepresentativeOption = False,
    radius_m: Annotated[float, typer.Option(help="A report this near means that the place failed.")] = 100.0,
    episode_gap_h: Annotated[float, typer.Option(help="Hours without a report that part two storms.")] = 24.0,
    episode: Annotated[str | None, typer.Option(help="Column that names the storm, instead of the gap.")] = None,
    level: Annotated[float, typer.Option(help="Of the interval.")] = 0.95,
    seed: Annotated[int, typer.Option(help="Of the bootstrap beside the estimate.")] = 0,
    out: Annotated[Path | None, typer.Option(help="Write .csv, .html or .json.")] = None,
    json_: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Estimate what a measure changed, beside places with the same history.

    Long because each option of the command is a parameter with its help.
    """
    from anlan.analysis.commands.answers import progress_said, say, writer_of
    from anlan.analysis.commands.sites.document import Asked

    with wrong_use_said("effect"):
        asked = Asked(
            file=file,
            columns=columns_of(lon, lat, time, id_),
            crs=crs,
            tz=tz,
            time_order=order_of(time_order),
            where=tuple(where or ()),
            since=day_of(from_),
            until=day_of(until),
            opening=opening_of(sheet, encoding, head_row, columns, representative_points),
            radius_m=radius_m,
            episode_gap_h=episode_gap_h,
            episode=episode,
            seed=seed,
        )
        write = writer_of(out, file)
        with progress_said("effect", 999) as (reading, _):
            answer = estimated(asked, sites, treated, since.date(), level, reading)
        if write:
            write(answer)
    say(answer, as_json=json_, out=out, limit=40)


def estimated(asked: Asked, sites: Path, treated: str, since: date, level: float, reading: Tell) -> Answer:
    """Read reports and sites, and estimate.

    Long because the answer's whole document is written here.
    """
    from zoneinfo import ZoneInfo

    import numpy as np

    from anlan.analysis import Events, before_after, cover_places, failures_of
    from anlan.analysis.commands.answers import Answer
    from anlan.analysis.commands.sites.document import DAY_US, input_summary, plain_number, read
    from anlan.geo import LocalProjection
    from anlan.tables import TableError

    named, at = _sites(sites)
    mask = chosen(treated, named)
    points = read(asked, (asked.episode,) if asked.episode else (), reading)
    plane = LocalProjection.around(points.lon, points.lat)
    day = points.time.astype(np.int64) / DAY_US
    moment = datetime(since.year, since.month, since.day, tzinfo=ZoneInfo(asked.tz)).astimezone(UTC)
    start = moment.timestamp() * 1_000_000 / DAY_US
    if not len(day) or start <= day.min() or start > day.max():
        raise TableError(f"--since {since}: the reports must begin before it and go on after it")
    events = Events(*plane.forward(points.lon, points.lat), day)
    x, y = plane.forward(*at.T)
    others = _others(events, x, y, start, asked, cover_places)
    known_x, known_y = np.append(x, others[:, 0]), np.append(y, others[:, 1])
    storms = points.extra[asked.episode] if asked.episode else None
    table = failures_of(events, x=known_x, y=known_y, since=start, radius_m=asked.radius_m,
                        episode_gap_h=asked.episode_gap_h, episode=storms)  # fmt: skip
    all_treated = np.append(mask, np.zeros(len(others), dtype=bool))
    found = before_after(table, treated=all_treated, level=level, seed=asked.seed)
    plain = {name: plain_number(getattr(found, name)) for name in ("ratio", "low", "high", "log_ratio", "se", "df")}
    after = table.fail[:, table.before :].sum(axis=1)
    rows = [
        (named[n].get("rank", n + 1), bool(mask[n]), int(table.history[n]), int(after[n])) for n in range(len(named))
    ]
    document: dict[str, Any] = {
        "parameters": {
            "method": "before_after",
            **found.parameters,
            "since": since.isoformat(),
            "treated": treated,
            "radius_m": asked.radius_m,
            "episode_gap_h": asked.episode_gap_h,
            "episode": asked.episode,
            "crs": points.crs,
            "tz": asked.tz,
            "where": list(asked.where),
            "plane": plane.parameters(),
        },
        "input": input_summary(asked, points) | {"sites_file": sites.name},
        "storms": {"before": found.before_storms, "after": found.after_storms, "left_out": table.left_out_storms,
                   "effective_after": found.effective_after_storms},
        "places": {"sites": len(named), "treated": int(mask.sum()), "other_known": len(others),
                   "used": found.places_used, "treated_used": found.treated_used},
        "estimate": {"verdict": found.verdict, **plain, "rows": found.rows, "failures": found.failures,
                     "reason": found.reason},
        "beside": {
            "share_with_equal_control": plain_number(found.share_with_equal_control),
            "far_controls": _plain(found.far_controls),
            "empirical_bayes": _plain(found.empirical_bayes),
            "displacement": _plain(found.displacement),
        },
        "sentence": {"en": found.sentence("en"), "zh": found.sentence("zh")},
        "sites": [dict(zip(SITE, row, strict=True)) for row in rows],
        "warnings": list(found.warnings),
        "notes": [CHOSEN_BEFORE, NOT_WORKS],
    }  # fmt: skip
    return Answer(
        document=document,
        title="Did it work?",
        lines=(*document["input"]["notes"], found.sentence("en"), found.sentence("zh")),
        head=("Site", "Treated", f"Failed in {found.before_storms} storms before", f"in {found.after_storms} after"),
        rows=tuple((rank, "yes" if own else "no", before, later) for rank, own, before, later in rows),
        words=frozenset({1}),
        warnings=points.warnings,
    )


def _plain(found: Any) -> dict[str, Any] | None:
    from dataclasses import asdict

    from anlan.analysis.commands.sites.document import plain_number

    return None if found is None else {name: plain_number(value) for name, value in asdict(found).items()}


def _others(events: Any, x: Any, y: Any, start: float, asked: Asked, cover: Any) -> Any:
    """Cover the earlier reports that lie at no site: the places whose failures nobody listed are a comparison too."""
    import numpy as np
    from scipy.spatial import cKDTree

    from anlan.analysis import Events

    apart, _ = cKDTree(np.column_stack([x, y])).query(np.column_stack([events.x, events.y]))
    free = (apart > asked.radius_m) & (events.day < start)
    elsewhere = Events(events.x[free], events.y[free], events.day[free])
    return cover(elsewhere, before=start, radius_m=asked.radius_m, episode_gap_h=asked.episode_gap_h)


def _sites(file: Path) -> tuple[list[dict[str, Any]], Any]:
    """Return the properties and the WGS 84 points of a GeoJSON file."""
    import numpy as np

    try:
        listed = json.loads(file.read_text(encoding="utf-8-sig"))["features"]
        features = [feature for feature in listed if (feature.get("properties") or {}).get("kind") != "watch"]
        named = [dict(feature.get("properties") or {}) for feature in features]
        at = np.array([feature["geometry"]["coordinates"][:2] for feature in features], dtype=float).reshape(-1, 2)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ValueError(
            f"--sites {file.name}: write a GeoJSON file of points, such as `anlan spots --out` does"
        ) from None
    if not len(at):
        raise ValueError(f"--sites {file.name} holds no point")
    return named, at


def chosen(text: str, named: list[dict[str, Any]]) -> Any:
    """Return which sites were treated: by rank, or by a property of theirs."""
    import numpy as np

    if "=" in text:
        name, _, value = text.partition("=")
        mask = np.array([str(site.get(name.strip())).casefold() == value.strip().casefold() for site in named])
        if not mask.any():
            has = ", ".join(sorted({key for site in named for key in site})) or "none"
            raise ValueError(f"--treated {text}: no site has it; their properties are {has}")
        return mask
    ranks: set[int] = set()
    try:
        for part in text.split(","):
            low, _, high = part.partition("-")
            ranks |= set(range(int(low), int(high or low) + 1))
    except ValueError:
        raise ValueError(f"--treated {text!r}: write ranks such as 1,4,7-12, or PROPERTY=VALUE") from None
    have = [int(site.get("rank", n + 1)) for n, site in enumerate(named)]
    if missing := sorted(ranks - set(have)):
        raise ValueError(f"--treated: there is no site {missing[0]}; ranks go from {min(have)} to {max(have)}")
    return np.isin(have, list(ranks))
