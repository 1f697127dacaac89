"""What every outcome can, whichever method it is of: be pickled and compared, become a table, a map, a plot."""

from __future__ import annotations

import copy
import json
import pickle
import sys
from collections.abc import Iterator
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest

from anlan.analysis import (
    Events,
    Failures,
    Outline,
    before_after,
    density_clusters,
    match_places,
    near_repeat,
    recurrent_places,
    space_time_scan,
    usual_range,
)

pytestmark = pytest.mark.pure
mpl.use("Agg")


def town(seed: int = 0) -> Events:
    """Return a hundred calls in degrees, a corner that fails again and again among them."""
    draw = np.random.default_rng(seed)
    lon, lat = 119.9 + draw.uniform(0, 0.1, 100), 31.7 + draw.uniform(0, 0.1, 100)
    lon[:30], lat[:30] = 119.95 + draw.normal(0, 1e-4, 30), 31.75 + draw.normal(0, 1e-4, 30)
    return Events.from_lonlat(lon, lat, draw.permutation(100) * 3.0, ids=[f"c{n}" for n in range(100)])


def outcomes(seed: int = 0) -> dict[str, Any]:
    """Return one outcome of each method."""
    events, draw = town(seed), np.random.default_rng(seed)
    fail = draw.random((60, 40)) < 0.3
    fail[:20, 20:] &= draw.random((20, 20)) < 0.3
    failures = Failures(fail, 20, np.arange(60) * 1e3, np.zeros(60))
    bands: dict[str, Any] = {"distance_bands_m": [100, 400], "day_bands": [7, 30], "replications": 19}
    return {
        "recurrent_places": recurrent_places(events, min_reports=5),
        "space_time_scan": space_time_scan(events, replications=19, max_p=None),
        "near_repeat": near_repeat(events, seed=seed, **bands),
        "failures": failures,
        "before_after": before_after(failures, treated=np.arange(20)),
        "density_clusters": density_clusters(events, radius_m=100, min_count=5 + 30 * seed),
        "match_places": match_places([Outline("a", 0, 0, 80)], [Outline(seed, 10, 0, 80)]),
        "usual_range": usual_range(draw.poisson(20, 56)),
    }


METHODS = [
    "before_after", "density_clusters", "failures", "match_places", "near_repeat", "recurrent_places",
    "space_time_scan", "usual_range",
]  # fmt: skip


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    return outcomes()


@pytest.fixture(scope="module")
def others() -> dict[str, Any]:
    return outcomes(seed=1)


@pytest.mark.parametrize("method", METHODS)
def test_an_outcome_goes_to_another_process_and_stays_the_same(
    found: dict[str, Any], others: dict[str, Any], method: str
) -> None:
    """Pickled and copied deep it is equal, of another seed it is not; arrays and mappings stay closed to writing."""
    outcome, other = found[method], others[method]
    for copied in (pickle.loads(pickle.dumps(outcome)), copy.deepcopy(outcome), copy.copy(outcome)):
        assert copied == outcome
        assert copied != other
        arrays = [value for value in vars(copied).values() if isinstance(value, np.ndarray)]
        assert not any(array.flags.writeable for array in arrays if method != "failures")
        for mapping in ("parameters", "left_out"):
            if hasattr(copied, mapping):
                with pytest.raises(TypeError):
                    getattr(copied, mapping)["seed"] = 5
    assert outcome != "something else"
    with pytest.raises(TypeError, match="unhashable"):
        hash(outcome)


def test_what_was_found_is_sliced(found: dict[str, Any]) -> None:
    """Places, clusters and bands are tuples, and the slices compare."""
    again = outcomes()
    for method, rows in (("recurrent_places", "places"), ("space_time_scan", "clusters"), ("near_repeat", "bands")):
        assert getattr(found[method], rows)[:1] == getattr(again[method], rows)[:1]


@pytest.mark.parametrize("library", ["pandas", "polars"])
@pytest.mark.parametrize(
    ("method", "rows", "columns"),
    [
        ("recurrent_places", "places", ["rank", "x", "y", "radius_m", "reports"]),
        ("space_time_scan", "clusters", ["rank", "x", "y", "radius_m", "members"]),
        ("near_repeat", "bands", ["from_m", "to_m", "from_day", "to_day", "observed"]),
        ("match_places", "relations", ["kind"]),
        ("density_clusters", None, ["labels", "core"]),
        ("usual_range", None, ["low", "high", "expected", "overdispersion"]),
        ("before_after", None, ["verdict", "ratio", "low", "high"]),
    ],
)
def test_an_outcome_becomes_a_table(
    found: dict[str, Any], method: str, rows: str | None, columns: list[str], library: Any
) -> None:
    """A row each, in the order of the outcome; without rows, its arrays or its values."""
    frame = found[method].to_frame(library)
    assert type(frame).__module__.startswith(library)
    assert list(frame.columns)[: len(columns)] == columns
    lengths = {"density_clusters": 100, "usual_range": 1, "before_after": 1}
    assert len(frame) == (lengths[method] if rows is None else len(getattr(found[method], rows))) > 0


def test_places_and_clusters_lie_on_the_map(found: dict[str, Any]) -> None:
    """In degrees, by the plane of the events; without a plane nobody knows where, and an outcome of none says so."""
    events = town()
    for method in ("recurrent_places", "space_time_scan"):
        geojson = json.loads(json.dumps(found[method].to_geojson(events)))
        assert len(geojson["features"]) == len(found[method].to_frame())
        lon, lat = geojson["features"][0]["geometry"]["coordinates"]
        first = found[method].to_frame().iloc[0]
        assert np.hypot(*np.subtract(events.plane.forward(lon, lat), (first.x, first.y))) < 0.1
        assert geojson["features"][0]["properties"]["rank"] == 1
    with pytest.raises(ValueError, match="from_lonlat"):
        found["recurrent_places"].to_geojson(Events([0.0], [0.0], [0.0]))
    with pytest.raises(ValueError, match="no places"):
        found["near_repeat"].to_geojson(events)
    sphere = Events.from_lonlat([119.95] * 9, [31.75] * 9, np.arange(9) // 5, metric="sphere")
    scanned = space_time_scan(sphere, replications=9, max_days=1, max_p=None)
    assert all(
        feature["geometry"]["coordinates"] == [119.95, 31.75] for feature in scanned.to_geojson(sphere)["features"]
    )


def test_nothing_found_is_an_empty_table_and_an_empty_map() -> None:
    """No error, and no row."""
    events = Events.from_lonlat([119.9, 119.95], [31.7, 31.75], [1, 9])
    nothing = recurrent_places(events)
    assert len(nothing.to_frame()) == 0
    assert nothing.to_geojson(events) == {"type": "FeatureCollection", "features": []}
    assert nothing.plot().get_title() == "0 places, by rank"


@pytest.fixture
def no_figures() -> Iterator[None]:
    yield
    from matplotlib import pyplot

    pyplot.close("all")


def test_plots_show_what_was_found(found: dict[str, Any], no_figures: None) -> None:
    """Each draws its own numbers, on new axes or on those given."""
    from matplotlib import pyplot

    axes = pyplot.subplots()[1]
    scan = found["space_time_scan"]
    assert scan.plot(ax=axes) is axes
    assert sum(patch.get_height() for patch in axes.patches) == 19
    assert axes.lines[0].get_xdata()[0] == scan.clusters[0].statistic
    bands = found["near_repeat"]
    heat = bands.plot()
    assert heat.images[0].get_array().shape == (3, 2)
    written = {text.get_text().split()[0] for text in heat.texts}
    assert written == {"—" if band.ratio is None else f"{band.ratio:.2f}" for band in bands.bands}
    of_same_place = heat.images[0].get_array().mask[0]
    assert of_same_place.all()
    effect = found["before_after"]
    drawn = effect.plot()
    assert list(drawn.lines[0].get_xdata()) == [effect.low, effect.high]
    places = found["recurrent_places"]
    end = places.plot().lines[0].get_ydata()[-1]
    assert end == pytest.approx(100 * sum(place.reports for place in places.places) / 100)
    corner = places.places[0]
    elsewhere = Events([corner.x, corner.x + 5000], [corner.y, corner.y], [400.0, 401.0], counts=[3, 1])
    assert places.plot(elsewhere).lines[0].get_ydata()[1] == 75.0


def test_a_library_that_is_not_there_is_named(found: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """With what to install; an unknown one is refused."""
    for name in ("matplotlib", "polars"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ImportError, match=r"anlan\[plots\]"):
        found["near_repeat"].plot()
    with pytest.raises(ImportError, match="pip install polars"):
        found["near_repeat"].to_frame("polars")
    with pytest.raises(ValueError, match="no picture of UsualRange"):
        found["usual_range"].plot()
    with pytest.raises(ValueError, match="no events"):
        found["near_repeat"].plot(town())
    with pytest.raises(ValueError, match="'dask'"):
        found["near_repeat"].to_frame("dask")
