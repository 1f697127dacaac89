"""Recurrent places: small, seen again in separate episodes, and the same whatever the order of rows."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anlan.analysis import REVISIONS, Events, RecurrentPlaces, find_episodes, recurrent_places
from anlan.tables import read_points

pytestmark = pytest.mark.pure
GOLDEN = Path(__file__).parent / "golden" / "recurrent_places.json"


def made_up(seed: int = 3, places: int = 12, storms: int = 4) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A small town: places that flood in each storm, and scattered puddles."""
    draw = np.random.default_rng(seed)
    centres = np.column_stack([np.arange(places) * 600.0, draw.uniform(0, 4000, places)])
    rows = []
    for storm in range(storms):
        for x, y in centres:
            rows += [(x + draw.normal(0, 15), y + draw.normal(0, 15), storm * 20 + draw.random() / 4) for _ in range(2)]
        rows += [(draw.uniform(0, 7200), draw.uniform(0, 4000), storm * 20 + draw.random() / 4) for _ in range(6)]
    x, y, day = map(np.array, zip(*rows, strict=True))
    return x, y, day


def plain(found: RecurrentPlaces) -> dict[str, Any]:
    """Write a result as JSON can hold it."""
    return {
        "places": [dataclasses.asdict(place) for place in found.places],
        "watch": [dataclasses.asdict(place) for place in found.watch],
        "episodes": [dataclasses.asdict(one) for one in found.episodes],
        "left_out": dict(found.left_out),
        "expected": found.chance.expected_places,
    }


def test_places_that_flood_in_each_storm_are_found_and_puddles_are_not() -> None:
    """The twelve true places lead the list with four episodes each; at most one puddle beside puddle follows."""
    found = recurrent_places(Events(*made_up()))
    assert 12 <= len(found.places) <= 13
    assert all(place.episodes == 4 for place in found.places[:12])
    assert all(place.radius_m <= 100 for place in found.places)
    assert [place.rank for place in found.places] == list(range(1, len(found.places) + 1))


def test_the_order_of_rows_changes_nothing_and_the_callers_arrays_stay() -> None:
    """Members come back as ids, so a shuffled input gives the same places to the last bit."""
    x, y, day = made_up()
    ids = np.array([f"r{n:03d}" for n in range(len(x))])
    before = x.copy(), y.copy(), day.copy()
    first = recurrent_places(Events(x, y, day, ids=ids.tolist()))
    shuffle = np.random.default_rng(9).permutation(len(x))
    second = recurrent_places(Events(x[shuffle], y[shuffle], day[shuffle], ids=ids[shuffle].tolist()))
    assert plain(first) == plain(second)
    assert all(np.array_equal(one, other) for one, other in zip(before, (x, y, day), strict=True))


def test_reports_of_one_episode_count_once_for_recurrence() -> None:
    """Forty reports of one storm are a dense place to watch, never a recurrent one."""
    draw = np.random.default_rng(1)
    x, y = draw.normal(0, 20, 40), draw.normal(0, 20, 40)
    far = draw.uniform(5000, 20000, (2, 20))
    day = np.concatenate([np.full(40, 1.0) + draw.random(40) / 10, np.repeat([1.0, 30.0], 10)])
    found = recurrent_places(Events(np.append(x, far[0]), np.append(y, far[1]), day))
    assert not [place for place in found.places if abs(place.x) < 200]
    assert found.watch[0].reports >= 35
    assert found.watch[0].episodes == 1


def test_one_storm_has_no_recurrent_place_unless_asked_for_dense_ones() -> None:
    """With `min_episodes=1` dense places of a single storm are ranked."""
    x, y, day = made_up(storms=1)
    assert not recurrent_places(Events(x, y, day), min_episodes=2).places
    draw = np.random.default_rng(2)
    crowd = Events(
        np.append(x, draw.normal(300, 10, 12)),
        np.append(y, draw.normal(2000, 10, 12)),
        np.append(day, np.full(12, 0.1)),
    )
    assert recurrent_places(crowd, min_episodes=1).places[0].reports >= 10


def test_a_chain_along_a_street_is_split_into_small_places() -> None:
    """A kilometre of flooded street is several places to send a crew to, each within the radius."""
    draw = np.random.default_rng(4)
    along = np.tile(np.arange(0, 1000, 25.0), 6)
    day = np.repeat(np.arange(6) * 10.0, 40) + draw.random(240) / 10
    found = recurrent_places(Events(along, draw.normal(0, 3, 240), day), radius_m=100)
    assert len(found.places) >= 4
    for place in found.places:
        members = along[[int(one) for one in place.members]]
        assert members.max() - members.min() <= 200


@pytest.mark.parametrize(("gap_h", "episodes"), [(24, 3), (72, 2), (1000, 1)])
def test_a_new_episode_starts_after_a_quiet_time(gap_h: float, episodes: int) -> None:
    """Gaps of exactly the limit do not part; longer ones do, city-wide."""
    found, number = find_episodes(np.array([0.0, 0.9, 1.9, 4.0, 4.5, 9.0]), episode_gap_h=gap_h)
    assert len(found) == episodes
    assert sum(one.reports for one in found) == len(number) == 6


def test_an_explicit_storm_column_is_taken_instead_of_gaps() -> None:
    """The caller's storms are the episodes, named as given."""
    found = recurrent_places(
        x=[0, 1, 2, 3], y=[0, 1, 0, 1], day=[1, 1.1, 1.2, 1.3], episode=["Nicole", "Nicole", "Irene", "Irene"]
    )
    assert {one.name for one in found.episodes} == {"Nicole", "Irene"}
    assert found.parameters["episode"] == "given"


def test_how_many_reports_it_takes_is_said_with_its_chance() -> None:
    """The expected number of places from scattered reports alone is stated, and is small beside the list."""
    found = recurrent_places(Events(*made_up()))
    assert found.min_reports >= 2
    assert found.chance.expected_places <= 0.15 * len(found.places)
    assert str(found.min_reports) in found.chance.sentence


@pytest.mark.slow
def test_where_nothing_recurs_hardly_any_study_lists_a_place() -> None:
    """On pure chance at most about one study in twenty has a list."""
    lists = [len(recurrent_places(scattered(seed)).places) for seed in range(12)]
    assert sum(count > 0 for count in lists) <= 2
    assert max(lists) <= 5


@pytest.mark.slow
def test_the_chance_stated_for_a_given_number_of_reports_is_what_chance_makes() -> None:
    """Asked for three reports, scattered reports make about as many places as the results say they would."""
    found = [recurrent_places(scattered(seed), min_reports=3) for seed in range(6)]
    listed, stated = sum(len(one.places) for one in found), sum(one.chance.expected_places for one in found)
    assert listed >= 25
    assert 0.7 * listed <= stated <= 1.3 * listed


def test_a_place_without_any_scattered_report_is_found() -> None:
    """Four reports of three storms at one spot, and nothing else in the file."""
    found = recurrent_places(x=[0, 1, 2, 3], y=[0, 1, 0, 1], day=[1, 1.1, 9, 20])
    assert [place.reports for place in found.places] == [4]


def scattered(seed: int) -> Events:
    """Eight storms with fifty reports each that have nothing to do with each other, over 64 square kilometres."""
    draw = np.random.default_rng(seed)
    return Events(*draw.uniform(0, 8000, (2, 400)), np.repeat(np.arange(8) * 10.0, 50))


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 400), st.integers(0, 60)), max_size=40))
def test_every_place_keeps_its_promises(rows: list[tuple[int, int, int]]) -> None:
    """Enough episodes, members within the radius, nobody in two places, every report accounted for."""
    x, y, day = (np.array([row[n] for row in rows], dtype=float) for n in range(3))
    found = recurrent_places(Events(x, y, day))
    seen: set[int] = set()
    for place in found.places:
        members = [int(one) for one in place.members]
        assert not seen & set(members)
        seen |= set(members)
        assert place.reports == len(members)
        assert place.episodes == len({int(found.episode_of[n]) for n in members}) >= 2
        assert np.hypot(x[members] - place.x, y[members] - place.y).max() <= 100.001
    watched = {int(one) for place in found.watch for one in place.members}
    assert not seen & watched
    assert len(seen) + sum(found.left_out.values()) == len(rows)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"radius_m": 0}, "more than 0 metres"),
        ({"min_episodes": 0}, "1 or more"),
        ({"min_reports": 0}, "1 or more"),
        ({"day": [1.0]}, "length|shape|entry"),
    ],
)
def test_a_wrong_parameter_is_refused_with_its_name(wrong: dict[str, Any], said: str) -> None:
    """Before anything is computed."""
    with pytest.raises(ValueError, match=said):
        recurrent_places(**({"x": [0.0, 1.0], "y": [0.0, 1.0], "day": [1.0, 2.0]} | wrong))


def test_output_changes_only_with_the_revision(real_data: Callable[[str], Path]) -> None:
    """The golden file holds what this revision gives on Norfolk and on a made-up town."""
    points = read_points(
        real_data("norfolk-flood-reports/STORM_data_flooded_streets_2010-2016.csv"), tz="America/New_York"
    )
    day = (points.time - np.datetime64("1970-01-01")) / np.timedelta64(1, "D")
    from anlan.geo import LocalProjection

    x, y = LocalProjection.around(points.lon, points.lat).forward(points.lon, points.lat)
    now = {
        "revision": REVISIONS["recurrent_places"],
        "town": digest(recurrent_places(Events(*made_up()))),
        "norfolk": digest(recurrent_places(Events(x, y, day))),
    }
    held = json.loads(GOLDEN.read_text())
    assert now == held, f"raise the revision, then write {json.dumps(now)} into {GOLDEN}"


def digest(found: RecurrentPlaces) -> str:
    """Hash a result in whole metres, so that the last bit of another processor does not count."""
    rows = [(p.rank, round(p.x), round(p.y), round(p.radius_m), p.reports, p.episodes) for p in found.places]
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()
