"""The reference program's results on its own cases: the same clusters, maxima of the same distribution."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import ks_2samp

from anlan.analysis import Events, space_time_scan

pytestmark = pytest.mark.pure
CITY = {
    "p50w7": {},
    "p3kmw7": {"max_radius_m": 3000},
    "r3kmw7": {"max_radius_m": 3000, "prospective": False},
}


@dataclass(frozen=True)
class Case:
    """One run of the reference program."""

    events: Events
    places: dict[str, tuple[float, float]]
    options: dict[str, Any]
    clusters: list[dict[str, Any]]
    maxima: np.ndarray


def read(folder: Path, cases: str, places: str, prefix: str, first: str, last: str, **options: Any) -> Case:
    """Read the case files and what the reference program found."""
    sphere = cases.startswith("NYC")
    at: dict[str, tuple[float, float]] = {}
    for line in (folder / places).read_text().splitlines():
        name, one, other = line.split()
        at[name] = (float(other), float(one)) if sphere else (float(one) * 1000, float(other) * 1000)
    rows = [line.split() for line in (folder / cases).read_text().splitlines()]
    x, y = np.array([at[row[0]] for row in rows]).T
    day, counts = [ordinal(row[2]) for row in rows], [int(row[1]) for row in rows]
    events = (
        Events.from_lonlat(x, y, day, counts=counts, metric="sphere") if sphere else Events(x, y, day, counts=counts)
    )
    return Case(
        events=events,
        places=at,
        options={"places": list(at.values()), "study_period": (ordinal(first), ordinal(last)), **options},
        clusters=json.loads((folder / f"{prefix}expected.json").read_text())["clusters"],
        maxima=np.loadtxt(folder / f"{prefix}simulated_maxima.txt"),
    )


def ordinal(day: str) -> int:
    """Number the days."""
    return dt.date(*map(int, day.split("/"))).toordinal()


def case_named(name: str, real_data: Callable[[str], Path]) -> Case:
    """Return one of the four cases."""
    folder = real_data("satscan-reference")
    if name == "nyc-fever":
        files = ("NYCfever.cas", "NYCfever.geo", "", "2001/11/01", "2001/11/24")
        return read(folder / name, *files, max_radius_m=3000)
    return read(folder / "city-1k", "s.cas", "s.geo", f"{name}.", "2023/01/01", "2023/12/31", **CITY[name])


@pytest.mark.parametrize("name", ["nyc-fever", "p50w7", "p3kmw7", "r3kmw7"])
def test_clusters_and_maxima_are_the_reference_programs(name: str, real_data: Callable[[str], Path]) -> None:
    """Same places, windows, cases and statistics for every cluster; p near; maxima pass a Kolmogorov-Smirnov test."""
    case = case_named(name, real_data)
    found = space_time_scan(case.events, **case.options, max_p=None)
    assert len(found.clusters) >= len(case.clusters)
    for one, wanted in zip(found.clusters, case.clusters, strict=False):
        first, last = (ordinal(day) for day in wanted["time_frame"].split(" to "))
        assert (one.first_day, one.last_day, one.observed) == (first, last, wanted["cases"])
        assert set(map(tuple, one.places.tolist())) == {case.places[place] for place in wanted["locations"]}
        assert one.centre == case.places[wanted["locations"][0]]
        assert one.statistic == pytest.approx(wanted["statistic"], abs=6e-7)
        assert one.p_value == pytest.approx(float(wanted["p_value"]), abs=0.07)
        radius = wanted["center_radius"].split("/")[1].split()
        assert one.radius_m / 1000 == pytest.approx(float(radius[0]), abs=0.0051)
    # the reference program writes six decimals
    assert ks_2samp(found.simulated_maxima.round(6), case.maxima).pvalue > 0.01
