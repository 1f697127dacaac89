"""The simulated year has the statistics that it says it has."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from anlan.city.score import events_of, score, scored
from anlan.city.town.ground import PLANE, ZONE
from anlan.city.year.flood import STORMS, FloodYear, simulate
from anlan.city.year.flood_reports import CHANNELS
from anlan.city.year.places import APART_M, PLACES
from anlan.geo import to_wgs84

pytestmark = pytest.mark.pure
SEEDS = (1, 2, 77)


@pytest.fixture(scope="module", params=SEEDS)
def year(request: pytest.FixtureRequest) -> FloodYear:
    return simulate(request.param, 2015)


def test_the_year_has_its_reports_places_and_puddles(year: FloodYear) -> None:
    """4,132 reports, 364 places at least 150 m apart, 15 % one-off puddles of which half lie near a place."""
    assert len(year.reports) == 4132
    assert len(year.place_x) == PLACES
    points = year.place_x + 1j * year.place_y
    apart = np.abs(points[:, None] - points[None, :]) + np.eye(PLACES) * 1e9
    assert apart.min() >= APART_M
    assert np.count_nonzero(year.of_place < 0) == 620


def test_every_place_floods_in_two_storms_with_two_reports(year: FloodYear) -> None:
    """Counted from what was reported, by the storm in which a report was received."""
    starts = sorted(start for start, _, _ in STORMS[2015])
    storms: dict[int, set[str]] = defaultdict(set)
    for row in year.reports:
        place = int(year.of_place[row["n"]])
        day = row["received_at"].astimezone(ZONE).strftime("%m-%d %H")
        if place >= 0:
            storms[place].add(max(start for start in starts if start <= day))
    assert len(storms) == PLACES
    assert min(map(len, storms.values())) >= 2


def test_reports_lie_as_far_off_as_said(year: FloodYear) -> None:
    """70 % about 15 m, 20 % about 50 m, the rest up to 200 m: by the precision that each report states."""
    off: dict[float, list[float]] = defaultdict(list)
    for row in year.reports:
        place = int(year.of_place[row["n"]])
        if place < 0 or row["lon"] is None:
            continue
        lon, lat = to_wgs84(row["lon"], row["lat"], row["crs"])
        x, y = PLANE.forward(lon, lat)
        off[row["precision_m"]].append(float(np.hypot(x - year.place_x[place], y - year.place_y[place])))
    shares = {name: len(values) / sum(map(len, off.values())) for name, values in off.items()}
    assert shares[15.0] == pytest.approx(0.7, abs=0.03)
    assert shares[50.0] == pytest.approx(0.2, abs=0.03)
    assert np.sqrt(np.mean(np.square(off[15.0]))) == pytest.approx(15, rel=0.1)
    assert np.sqrt(np.mean(np.square(off[50.0]))) == pytest.approx(50, rel=0.1)
    assert max(off[200.0]) <= 201


def test_sources_are_as_untidy_as_real_ones(year: FloodYear) -> None:
    """All channels, GCJ-02 from apps and the web, repeats, late entries, missing points and depths, different words."""
    rows = year.reports
    assert {row["channel"] for row in rows} == {channel for channel, _ in CHANNELS}
    assert {row["crs"] for row in rows if row["channel"] in {"app", "web"}} == {"GCJ-02"}
    assert any(row["validity"] == "repeat" for row in rows)
    assert any(row["lon"] is None for row in rows)
    assert any((row["entered_at"] - row["received_at"]).total_seconds() > 3600 for row in rows)
    assert len({row["words"] for row in rows}) > 100


@pytest.mark.parametrize("share", [0.0, 0.04, 0.5])
def test_repeats_tell_of_a_place_and_storm_that_was_told(share: float) -> None:
    """A share of the reports are repeats: half from the very same spot, none of them a new place or puddle."""
    year = simulate(9, duplicates=share)
    assert len(year.reports) == 4132
    assert np.count_nonzero(year.of_place < 0) == 620
    spots = [(row["lon"], row["lat"], row["crs"]) for row in year.reports if row["lon"] is not None]
    assert (len(spots) - len(set(spots))) / len(spots) == pytest.approx(share / 2, abs=0.02)


def test_a_seed_gives_the_same_year_again_and_another_seed_another() -> None:
    """All randomness comes from the seed."""
    assert simulate(5).reports == simulate(5).reports
    assert simulate(5).reports != simulate(6).reports


def test_the_year_after_keeps_most_places_and_has_new_ones() -> None:
    """2016 has its own storms, the great one in late June, and places that come and go."""
    first, second = simulate(3, 2015), simulate(3, 2016)
    same = sum(
        1
        for x, y in zip(second.place_x, second.place_y, strict=True)
        if np.hypot(first.place_x - x, first.place_y - y).min() < 1
    )
    assert 280 < same < 350
    assert len(second.place_x) - same == 40
    june = sum(1 for row in second.reports if (row["received_at"].month, row["received_at"].day) in {(6, 28), (6, 27)})
    assert june > 0.2 * len(second.reports)


def test_perfect_places_score_one_and_shifted_ones_nothing() -> None:
    """The score itself is right: one to one, within 100 m."""
    year = simulate(1)
    assert scored(year.place_x, year.place_y, year).precision == 1
    assert scored(year.place_x, year.place_y, year).recall == 1
    far = scored(year.place_x + 5000, year.place_y + 50_000, year)
    assert (far.precision, far.recall) == (0, 0)
    twice = scored(np.repeat(year.place_x, 2), np.repeat(year.place_y, 2), year)
    assert (twice.precision, twice.recall) == (0.5, 1)


@pytest.mark.slow
def test_the_miner_finds_more_true_places_than_a_greedy_cover_and_less_chance() -> None:
    """On fresh seeds with the defaults: precision and recall both at least the peer's, on the mean."""
    rows = [score(seed) for seed in (901, 902, 903)]
    for name in ("precision", "recall"):
        assert np.mean([row[name] for row in rows]) >= np.mean([row["greedy_cover"][name] for row in rows])


@pytest.mark.slow
def test_the_score_is_printed_as_one_object_and_needs_no_database(tmp_path: Path) -> None:
    """`anlan city score --json` runs anywhere and leaves nothing behind."""
    command = [str(Path(sys.executable).parent / "anlan"), "city", "score", "--seed", "4", "--json"]
    answer = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=True)
    found = json.loads(answer.stdout)
    assert {"precision", "recall", "sites", "median_offset_m"} <= set(found)
    assert found["precision"] > 0.9
    assert not list(tmp_path.iterdir())


def test_reports_without_a_point_are_not_mined() -> None:
    """The miner sees what a real one would: reports that have a point, in one coordinate system."""
    year = simulate(1)
    assert len(events_of(year)) == sum(row["lon"] is not None for row in year.reports)
