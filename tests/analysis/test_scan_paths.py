"""Each path through the kernels gives the same maxima, to the last bit."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numba.core.registry import CPUDispatcher as Dispatcher

from anlan.analysis import Events, space_time_scan
from anlan.analysis.scan import _ground, _labels, _lanes, _plain, _random, _search, _series, _spells
from anlan.analysis.scan._model import Model, model_of
from anlan.analysis.scan._search import Race, limits_of, simulate, strongest

pytestmark = pytest.mark.pure
REPLICATIONS = 150


def town(places: int, cases: int, days: int, seed: int = 1, **options: Any) -> Model:
    """Lay out a town with busy and quiet places."""
    draw = np.random.default_rng(seed)
    spots = draw.integers(0, 200, (places, 2)) * 50.0
    weight = draw.gamma(0.7, size=places)
    own = draw.choice(places, cases, p=weight / weight.sum())
    given: dict[str, Any] = {
        "population": None, "places": spots, "study_period": (0, days - 1), "max_share": 0.5, "max_radius_m": None,
        "max_days": 7, "prospective": True, "seed": seed, "strata": None, "adjust_for_looks": 1,
    }  # fmt: skip
    events = Events(spots[own, 0], spots[own, 1], draw.integers(0, days, cases))
    if options.get("strata") == "kinds":
        options["strata"] = draw.integers(0, 3, cases)
    if options.pop("people", False):
        options["population"] = np.bincount(own, minlength=places) + draw.integers(1, 5, places)
    return model_of(events, replications=REPLICATIONS, **{**given, **options})


def maxima(model: Model, threads: int = 2, **how: Any) -> np.ndarray:
    """Run the replications."""
    return simulate(model, limits_of(model), REPLICATIONS, threads, **{"progress": None, **how})


def both(model: Model) -> tuple[np.ndarray, np.ndarray]:
    """Return the maxima of the fast and of the plain path."""
    return maxima(model, 2), maxima(model, 2, plainly=True)


@pytest.mark.parametrize(
    "asked",
    [
        {"places": 60, "cases": 900, "days": 90},
        {"places": 60, "cases": 900, "days": 90, "max_radius_m": 2000.0},
        {"places": 60, "cases": 900, "days": 90, "max_days": 1},
        {"places": 60, "cases": 900, "days": 90, "max_days": 20},
        {"places": 60, "cases": 900, "days": 90, "max_share": 1.0},
        {"places": 60, "cases": 900, "days": 90, "strata": "kinds"},
        {"places": 60, "cases": 900, "days": 90, "strata": "day_of_week"},
        {"places": 60, "cases": 900, "days": 90, "people": True},
        {"places": 300, "cases": 9000, "days": 300},
        {"places": 5, "cases": 12, "days": 9},
    ],
)
def test_lanes_agree_with_the_plain_path(asked: dict[str, Any]) -> None:
    """Side by side or one by one: the same maxima."""
    fast, plain = both(town(**asked))
    assert (fast == plain).all()
    assert plain.max() > 0


@pytest.mark.slow
@pytest.mark.parametrize(
    "asked",
    [
        {"places": 60, "cases": 900, "days": 90, "prospective": False},
        {"places": 60, "cases": 900, "days": 384, "prospective": False},
        {"places": 40, "cases": 900, "days": 385, "prospective": False},
        {"places": 40, "cases": 900, "days": 900, "prospective": False, "max_days": 30},
        {"places": 40, "cases": 900, "days": 90, "prospective": False, "max_days": 1},
        {"places": 40, "cases": 900, "days": 90, "prospective": False, "max_radius_m": 2000.0},
        {"places": 40, "cases": 900, "days": 90, "prospective": False, "people": True},
        {"places": 40, "cases": 900, "days": 90, "adjust_for_looks": 10},
        {"places": 40, "cases": 900, "days": 500, "adjust_for_looks": 450},
        {"places": 40, "cases": 900, "days": 12, "prospective": False},
        {"places": 40, "cases": 300, "days": 2000, "prospective": False},
        {"places": 40, "cases": 300, "days": 2000, "adjust_for_looks": 1500, "max_days": 12},
        {"places": 5, "cases": 12, "days": 9, "prospective": False},
        {"places": 4, "cases": 3000, "days": 9, "prospective": False, "max_share": 1.0},
    ],
)
def test_days_side_by_side_agree_with_the_plain_path(asked: dict[str, Any]) -> None:
    """Windows that end on many days: the same maxima, over one stretch of 384 days or several."""
    fast, plain = both(town(**asked))
    assert (fast == plain).all()
    assert plain.max() > 0


@pytest.mark.parametrize(
    "asked",
    [
        {"places": 60, "cases": 900, "days": 90},
        {"places": 80, "cases": 3000, "days": 900, "max_days": 30, "max_radius_m": 2500.0},
        {"places": 40, "cases": 600, "days": 60, "people": True},
        {"places": 4, "cases": 3000, "days": 9, "max_share": 1.0},
    ],
)
def test_clusters_found_side_by_side_are_those_of_the_plain_path(
    asked: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the data, too, each centre's best circle and window are the same, ties and all."""
    model = town(prospective=False, **asked)
    fast = strongest(model, limits_of(model), 2)
    monkeypatch.setattr(_search, "has_vectors", lambda: False)
    plain = strongest(model, limits_of(model), 2)
    assert [vars(one) | {"places": one.places.tolist()} for one in fast] == [
        vars(one) | {"places": one.places.tolist()} for one in plain
    ]
    assert len(fast) > 1


@pytest.mark.parametrize(
    "asked",
    [
        {"places": 40, "cases": 900, "days": 90, "prospective": False, "strata": "day_of_week"},
        {"places": 40, "cases": 900, "days": 90, "prospective": False, "strata": "kinds", "max_days": 25},
        {"places": 40, "cases": 900, "days": 400, "prospective": False, "max_days": 200, "max_radius_m": 2500.0},
        {"places": 12, "cases": 3000, "days": 60, "prospective": False, "max_days": 30, "max_share": 1.0},
        {"places": 20, "cases": 900, "days": 60, "prospective": False, "max_days": 30, "people": True},
        {"places": 20, "cases": 900, "days": 60, "prospective": False, "people": True, "kind": "poisson_by_day"},
        {"places": 20, "cases": 900, "days": 60, "people": True, "kind": "poisson_by_day"},
        {"places": 40, "cases": 900, "days": 90, "adjust_for_looks": 40, "max_days": 30, "strata": "kinds"},
        {"places": 5, "cases": 12, "days": 80, "prospective": False, "max_days": 70},
    ],
)
def test_windows_by_the_group_agree_with_the_plain_path(asked: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Long windows, strata, many expected cases: the same maxima and, ties and all, the same clusters."""
    model = town(**asked)
    replicates = 20
    fast, plain = (simulate(model, limits_of(model), replicates, 2, None, plainly=how) for how in (False, True))
    assert (fast == plain).all()
    found = strongest(model, limits_of(model), 2)
    monkeypatch.setattr(_search, "is_wide", lambda model: False)
    monkeypatch.setattr(_search, "has_vectors", lambda: False)
    slow = strongest(model, limits_of(model), 2)
    assert [vars(one) | {"places": one.places.tolist()} for one in found] == [
        vars(one) | {"places": one.places.tolist()} for one in slow
    ]


def test_many_expected_cases_are_counted_from_an_offset() -> None:
    """Where a byte is too small for the counts, they are counted from what is expected."""
    model = town(places=200, cases=9000, days=20)
    window = model.span.cum[0, -1] - model.span.cum[0, -8]
    assert window * 0.5 > 4 * 255
    assert model.ground.mass.max() < 255
    fast, plain = both(model)
    assert (fast == plain).all()


def test_a_very_busy_place_takes_the_plain_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """With more cases of the window at one place than a byte holds, the plain path answers for all replications."""
    taken: list[int] = []
    plainly = Race.plainly
    monkeypatch.setattr(Race, "plainly", lambda race, rows: (taken.append(len(rows)), plainly(race, rows))[1])
    fast = maxima(town(places=3, cases=4000, days=10, max_share=1.0), 2)
    assert taken == [REPLICATIONS]
    plain = maxima(town(places=3, cases=4000, days=10, max_share=1.0), 2, plainly=True)
    assert (fast == plain).all()


def test_a_machine_without_vectors_takes_the_plain_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same answer comes from a processor that lacks wide registers."""
    model = town(places=30, cases=300, days=60)
    fast = maxima(model, 1)
    monkeypatch.setattr(_search, "has_vectors", lambda: False)
    monkeypatch.setattr(Race, "by_lanes", None)
    assert (maxima(model, 1) == fast).all()


def test_nothing_compiles_again_whatever_the_options() -> None:
    """Each compiled function has one signature, whatever comes in: strided, read-only, whole or few numbers."""
    draw = np.random.default_rng(5)
    table = draw.integers(0, 20, (300, 3)).astype(np.float32)
    whole = draw.integers(0, 20, (3, 300))
    whole.setflags(write=False)
    for options in (
        {},
        {"max_radius_m": 4.0, "max_days": 9, "n_jobs": 1},
        {"prospective": False, "max_share": 0.3},
        {"strata": "day_of_week"},
        {"strata": "day_of_week", "prospective": False},
        {"population": np.ones(300, np.int32)},
        {"population": np.ones(300), "prospective": False},
        {"adjust_for_looks": 4},
        {"max_days": 12, "prospective": False, "strata": "day_of_week"},
        {"max_days": np.int32(20), "prospective": False},
        {"max_days": 7.0, "replications": np.float32(20), "seed": 1.0, "adjust_for_looks": np.uint8(2)},
        {"over": "time", "max_days": 5},
        {"controls": (table[:, 1], table[:, 0], table[:, 2])},
        {"controls": (table[:, 1], table[:, 0], table[:, 2]), "prospective": False, "n_jobs": 1},
        {"counts": np.ones(300, np.uint8)},
    ):
        for x, y, day in (table.T, whole):
            places = np.column_stack([x, y]) if "population" in options else None
            space_time_scan(x, y, day, **{"replications": 20, "places": places, **options})
    assert compiled_twice() == []


def compiled_twice() -> list[str]:
    """Return the compiled functions of the scan that have more than one signature."""
    compiled = [
        (name, one)
        for module in (_ground, _labels, _lanes, _plain, _random, _series, _spells)
        for name, one in vars(module).items()
        if isinstance(one, Dispatcher)
    ]
    assert len(compiled) > 20
    return [name for name, one in compiled if len(one.signatures) > 1]


@pytest.mark.slow
def test_nothing_compiles_twice_where_nothing_is_compiled_yet(tmp_path: Path) -> None:
    """With an empty cache, too, where the compiler meets functions in each other and numbers as they are written."""
    program = """if True:
        import numpy as np
        from anlan.analysis import space_time_scan
        from tests.analysis.test_scan_paths import compiled_twice
        x, y, day = np.random.default_rng(0).integers(0, 30, (3, 200))
        for options in ({"max_days": 20, "prospective": False}, {"controls": (y, x, day)}):
            space_time_scan(x, y, day, replications=2, **options)
        print(compiled_twice())"""
    words = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    root = Path(__file__).parents[2]
    said = subprocess.run([sys.executable, "-c", program], env=words, cwd=root, capture_output=True, text=True)
    assert said.stdout.strip() == "[]", said.stderr


def test_progress_counts_each_replication_once() -> None:
    """What is told of progress rises and ends with all replications."""
    told: list[tuple[int, int]] = []
    maxima(town(places=60, cases=900, days=90), 2, progress=lambda done, total: told.append((done, total)))
    assert told == sorted(told)
    assert told[-1] == (REPLICATIONS, REPLICATIONS)
