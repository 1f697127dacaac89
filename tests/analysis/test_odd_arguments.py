"""Every public function with odd arguments: the right answer or an error in words, never a crash or a wrong number."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import anlan.analysis
from anlan.analysis import (
    Events,
    Failures,
    Outline,
    before_after,
    cover_places,
    density_clusters,
    failures_of,
    find_episodes,
    incidents_of,
    match_places,
    near_repeat,
    recurrent_places,
    silent_areas,
    space_time_scan,
)

pytestmark = pytest.mark.pure
DRAW = np.random.default_rng(2)
X, Y = DRAW.integers(0, 40, (2, 60)) * 50.0
DAY = np.sort(DRAW.integers(16_800, 16_830, 60)).astype(float)
SINCE = 16_815.0
FAIL = DRAW.random((12, 14)) < 0.4
SPOT = np.arange(12) * 900.0
Columns = tuple[Any, Any, Any]


def told(value: Any) -> Any:
    """Write an answer so that it can be compared."""
    if hasattr(value, "__dataclass_fields__"):
        return {name: told(getattr(value, name)) for name in value.__dataclass_fields__}
    if isinstance(value, Events):
        return [value.x.tolist(), value.y.tolist(), value.day.tolist()]
    if isinstance(value, np.ndarray):
        return value.tolist()
    return [told(one) for one in value] if isinstance(value, tuple | list) else str(value)


METHODS: dict[str, Callable[[Columns], Any]] = {
    "Events": lambda rows: Events(*rows),
    "find_episodes": lambda rows: find_episodes(rows[2]),
    "recurrent_places": lambda rows: recurrent_places(x=rows[0], y=rows[1], day=rows[2]),
    "density_clusters": lambda rows: density_clusters(rows[0], rows[1], radius_m=120.0, min_count=3),
    "near_repeat": lambda rows: near_repeat(*rows, distance_bands_m=[200], day_bands=[7], replications=19),
    "space_time_scan": lambda rows: space_time_scan(*rows, replications=19, max_days=3, max_p=1),
    "cover_places": lambda rows: cover_places(Events(*rows), before=SINCE),
    "failures_of": lambda rows: failures_of(Events(*rows), x=[0.0], y=[0.0], since=SINCE),
    "incidents_of": lambda rows: incidents_of(Events(*rows)),
    "before_after": lambda rows: before_after(
        Failures(FAIL, 7, *(one if isinstance(one, float) else one[:12] for one in rows[:2])), treated=[0, 1, 2]
    ),
}  # fmt: skip
TIMELESS = {"density_clusters", "before_after"}
PLACELESS = {"find_episodes"}
MADE = {"match_places", "silent_areas", "usual_range"}  # take no columns of events; below, and test_usual_range


def test_the_table_has_every_public_function() -> None:
    """A function that is exported is in the table, or is one of the three that take no events."""
    functions = {name for name in anlan.analysis.__all__ if name[0].islower()}
    assert functions - MADE == set(METHODS) - {"Events"}


def with_first(values: np.ndarray, odd: Any) -> np.ndarray:
    """Return the column with an odd first row."""
    changed = values.astype(object)
    changed[0] = odd
    return changed


BAD: dict[str, Callable[[np.ndarray], Any]] = {
    "nan": lambda column: with_first(column, math.nan).astype(float),
    "inf": lambda column: with_first(column, -math.inf).astype(float),
    "huge": lambda column: with_first(column, 1e300).astype(float),
    "far": lambda column: with_first(column, -3e15).astype(float),
    "masked": lambda column: np.ma.masked_values(column, column[0]),
    "none": lambda column: with_first(column, None),
    "words": lambda column: with_first(column, "north"),
    "complex": lambda column: column + 1j,
    "booleans": lambda column: column > 20,
    "two columns": lambda column: np.column_stack([column, column]),
    "ragged": lambda column: [[1.0], [1.0, 2.0], *column[2:]],
    "one number": lambda column: 5.0,
    "nanoseconds": lambda column: (column * 86_400e9).astype(np.int64) + 10**16,
}


@pytest.mark.parametrize("odd", BAD)
@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("method", METHODS)
def test_what_is_no_column_of_finite_numbers_is_refused(method: str, place: int, odd: str) -> None:
    """NaN, infinite, huge, masked, None, words, complex, booleans, tables: an error that names the column."""
    if (place == 2 and method in TIMELESS) or (place < 2 and method in PLACELESS):
        return
    rows = [X, Y, DAY]
    rows[place] = BAD[odd](rows[place])
    with pytest.raises(ValueError, match=r"x|y|day"):
        METHODS[method]((rows[0], rows[1], rows[2]))


UTC = [dt.datetime.fromtimestamp(day * 86_400, dt.UTC) for day in DAY]
SAME: dict[str, tuple[Any, Any, Any]] = {
    "lists": (X.tolist(), Y.tolist(), DAY.tolist()),
    "objects": (X.astype(object), Y.astype(object), DAY.astype(object)),
    "whole": (X.astype(np.int32), Y.astype(np.int64), DAY.astype(np.int16)),
    "strided": (np.column_stack([X, X])[:, 0], np.repeat(Y, 2)[::2], DAY[::-1][::-1]),
    "nothing masked": (np.ma.array(X), np.ma.array(Y), np.ma.array(DAY)),
    "datetime64[D]": (X, Y, DAY.astype("datetime64[D]")),
    "datetime64[s]": (X, Y, DAY.astype("datetime64[D]").astype("datetime64[s]")),
    "datetime64[ns]": (X, Y, DAY.astype("datetime64[D]").astype("datetime64[ns]")),
    "timedelta64[h]": (X, Y, (DAY * 24).astype("timedelta64[h]")),
    "dates": (X, Y, [moment.date() for moment in UTC]),
    "aware": (X, Y, [moment.astimezone(dt.timezone(dt.timedelta(hours=8))) for moment in UTC]),
    "naive": (X, Y, np.array([moment.replace(tzinfo=None) for moment in UTC], dtype=object)),
}


@pytest.mark.parametrize("form", SAME)
@pytest.mark.parametrize("method", METHODS)
def test_the_same_rows_in_another_form_give_the_same_answer(method: str, form: str) -> None:
    """Lists, objects, whole numbers, strides, dates and times of every unit."""
    assert told(METHODS[method](SAME[form])) == told(METHODS[method]((X, Y, DAY)))


@pytest.mark.parametrize("method", ["Events", "find_episodes", "recurrent_places", "density_clusters", "cover_places",
                                    "failures_of", "incidents_of"])  # fmt: skip
def test_nothing_gives_nothing(method: str) -> None:
    """No rows: an answer without anything in it."""
    assert METHODS[method](([], [], [])) is not None


@pytest.mark.parametrize("method", ["near_repeat", "space_time_scan"])
def test_what_needs_rows_says_so(method: str) -> None:
    """No rows: an error where an answer would mean nothing."""
    with pytest.raises(ValueError, match=r"3 incidents or more|no events to scan"):
        METHODS[method](([], [], []))


IN_METRES: dict[str, Callable[[Events], Any]] = {
    "recurrent_places": recurrent_places,
    "density_clusters": lambda events: density_clusters(events, radius_m=100, min_count=3),
    "near_repeat": lambda events: near_repeat(events, distance_bands_m=[100], day_bands=[7]),
    "cover_places": lambda events: cover_places(events, before=SINCE),
    "failures_of": lambda events: failures_of(events, x=[1.0], y=[1.0], since=SINCE),
    "incidents_of": incidents_of,
}


@pytest.mark.parametrize("method", IN_METRES)
def test_degrees_are_never_taken_as_metres(method: str) -> None:
    """Neither events on a sphere nor bare longitudes and latitudes; on a plane the same points are fine."""
    lon, lat = 119.9 + X / 97_531, 31.7 + Y / 112_345
    for degrees in (Events.from_lonlat(lon, lat, DAY, metric="sphere"), Events(lon, lat, DAY)):
        with pytest.raises(ValueError, match=r"metric='projected'|Events\.from_lonlat"):
            IN_METRES[method](degrees)
    assert IN_METRES[method](Events.from_lonlat(lon, lat, DAY)) is not None


COUNTS = DRAW.integers(0, 4, 60)
OF_COUNTS: dict[str, Callable[[Events], Any]] = {
    "recurrent_places": lambda events: [
        (place.x, place.y, place.reports, place.episodes) for place in recurrent_places(events, min_reports=2).places
    ],
    "density_clusters": lambda events: density_clusters(events, radius_m=120, min_count=4).clusters,
    "near_repeat": lambda events: near_repeat(events, distance_bands_m=[200], day_bands=[7], replications=19).bands,
    "cover_places": lambda events: cover_places(events, before=SINCE).tolist(),
    "failures_of": lambda events: failures_of(events, x=[X[0], 0], y=[Y[0], 0], since=SINCE).fail.tolist(),
    "space_time_scan": lambda events: told(
        space_time_scan(events, places=np.column_stack([X, Y]), replications=19).simulated_maxima
    ),
    "incidents_of": lambda events: told(incidents_of(events)),
}


@pytest.mark.parametrize("method", OF_COUNTS)
def test_a_row_that_counts_three_is_three_rows(method: str) -> None:
    """And one that counts nothing is none."""
    repeated = Events(np.repeat(X, COUNTS), np.repeat(Y, COUNTS), np.repeat(DAY, COUNTS))
    assert OF_COUNTS[method](Events(X, Y, DAY, counts=COUNTS)) == OF_COUNTS[method](repeated)


@pytest.mark.parametrize(
    "counts", [-COUNTS - 1, COUNTS + 0.5, [math.nan] * 60, np.ma.masked_equal(COUNTS, 1), ["two"] * 60, [None] * 60,
               COUNTS[:5], COUNTS * 1e18, DAY.astype("datetime64[D]")]
)  # fmt: skip
def test_counts_are_whole_numbers_from_0(counts: Any) -> None:
    """Negative, broken, missing, masked or too few counts are refused."""
    with pytest.raises(ValueError, match="counts"):
        Events(X, Y, DAY, counts=counts)


NUMBERS = (-1, 0.5, math.nan, math.inf, None, "7", True, np.ma.masked)
LENGTHS = (0, -1.0, math.nan, math.inf, 1e300, None, "near", True)
OPTIONS: list[tuple[str, str, tuple[Any, ...]]] = [
    ("recurrent_places", "seed", NUMBERS), ("recurrent_places", "radius_m", LENGTHS),
    ("recurrent_places", "min_episodes", NUMBERS), ("recurrent_places", "min_reports", (0, 0.5, math.nan)),
    ("recurrent_places", "episode_gap_h", (0, -1, math.nan, math.inf, None, "day")),
    ("recurrent_places", "places", (0, 0.5, math.nan)),
    ("recurrent_places", "episode", ([None] * 60, [math.nan] * 60, ["a"], np.ma.masked_equal(COUNTS, 1))),
    ("near_repeat", "seed", NUMBERS), ("near_repeat", "replications", (0, 18, 99.5, math.nan, None)),
    ("near_repeat", "distance_bands_m", ([], [0], [3, 2], [math.nan], ["a"], 5, [[1, 2]], None)),
    ("near_repeat", "day_bands", ([], [3, 2], [math.inf], [-1], np.ma.masked_equal([1, 2], 1))),
    ("near_repeat", "day_to", (DAY - 1, DAY[:5], [math.nan] * 60, np.ma.masked_values(DAY, DAY[0]))),
    ("space_time_scan", "seed", NUMBERS), ("space_time_scan", "replications", NUMBERS),
    ("space_time_scan", "n_jobs", (0, -2, 1.5, math.nan, "all")), ("space_time_scan", "max_days", NUMBERS),
    ("space_time_scan", "max_radius_m", LENGTHS[:5]), ("space_time_scan", "max_share", (0, 1.5, math.nan)),
    ("space_time_scan", "adjust_for_looks", NUMBERS), ("space_time_scan", "counts", (np.zeros(60),)),
    ("space_time_scan", "study_period", ((16_900, 16_800), (math.nan, 16_900), (0, 1e300), (1, 2, 3), 5)),
    ("space_time_scan", "strata", ([None] * 60, [math.nan] * 60, np.ma.masked_equal(COUNTS, 1))),
    ("space_time_scan", "places", ([[math.nan, 1]], np.ma.masked_equal([[1, 2]], 1), [[1e300, 0]], [["a", "b"]])),
    ("space_time_scan", "max_p", (0, -1, 1.5, math.nan, "all")),
    ("density_clusters", "radius_m", LENGTHS), ("density_clusters", "min_count", NUMBERS),
    ("cover_places", "radius_m", LENGTHS), ("cover_places", "before", (math.nan, None, "soon", 1e300)),
    ("failures_of", "radius_m", LENGTHS), ("failures_of", "since", (math.nan, None, "soon", 1e300)),
    ("failures_of", "x", ([math.nan], [1e300], [1, 2], np.ma.masked_equal([1.0], 1))),
    ("before_after", "level", (0, 1, math.nan, 95, None, "high", True)), ("before_after", "seed", NUMBERS),
    ("before_after", "draws", NUMBERS),
    ("before_after", "treated", ([], [0] * 12, [1] * 12, [True], [0, 0, 1], [0.5], [-1], [12], [math.nan], ["a"],
                                 np.ma.masked_equal([0, 1], 1), [[0, 1]])),
    ("incidents_of", "radius_m", LENGTHS), ("incidents_of", "within_h", (0, -1, math.nan, None)),
]  # fmt: skip


@pytest.mark.parametrize(("method", "option", "odd"), OPTIONS, ids=[f"{one[0]}-{one[1]}" for one in OPTIONS])
def test_odd_options_are_refused_in_words(method: str, option: str, odd: tuple[Any, ...]) -> None:
    """Each odd value of each option raises ValueError that says what it must be."""
    events = Events(X, Y, DAY)
    usual: dict[str, tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]] = {
        "recurrent_places": (recurrent_places, (events,), {}),
        "near_repeat": (near_repeat, (events,), {"distance_bands_m": [200], "day_bands": [7], "replications": 19}),
        "space_time_scan": (space_time_scan, (X, Y, DAY), {"replications": 9}),
        "density_clusters": (density_clusters, (events,), {"radius_m": 100, "min_count": 3}),
        "cover_places": (cover_places, (events,), {"before": SINCE}),
        "failures_of": (failures_of, (events,), {"x": [0], "y": [0], "since": SINCE}),
        "before_after": (before_after, (Failures(FAIL, 7, SPOT, SPOT),), {"treated": [0, 1, 2]}),
        "incidents_of": (incidents_of, (events,), {}),
    }
    function, given, options = usual[method]
    for value in odd:
        with pytest.raises(ValueError, match=r"\w+ \w+"):
            function(*given, **options | {option: value})


@pytest.mark.parametrize(
    ("fail", "before", "x"),
    [
        (FAIL[0], 7, SPOT), (FAIL.astype(int) * 3, 7, SPOT), (np.where(FAIL, 1.0, math.nan), 7, SPOT),
        (FAIL, 15, SPOT), (FAIL, -1, SPOT), (FAIL, 2.5, SPOT), (FAIL, 7, SPOT[:3]), (FAIL, 7, SPOT * math.nan),
        (np.ma.masked_equal(FAIL.astype(int), 1), 7, SPOT), (FAIL.astype(str), 7, SPOT), (FAIL, 7, SPOT * 1e300),
    ],
)  # fmt: skip
def test_a_table_of_failures_is_checked(fail: Any, before: Any, x: Any) -> None:
    """No table, counts in place of 0 and 1, missing cells, storms that are not there, places of another number."""
    with pytest.raises(ValueError, match=r"fail|before|x"):
        Failures(fail, before, x, np.zeros(12))


def test_a_mask_is_a_mask_however_it_is_written() -> None:
    """True and false, 1 and 0, floats, objects and positions name the same places."""
    mask = np.arange(12) < 4
    given = [mask, mask.astype(int), mask.astype(float), mask.astype(object), mask.tolist(), [0, 1, 2, 3], [3, 2, 1, 0]]
    found = [before_after(Failures(FAIL.astype(int), 7, SPOT, SPOT * 0), treated=treated) for treated in given]
    assert {one.treated_used for one in found} == {int((mask & (FAIL[:, :7].sum(axis=1) >= 2)).sum())}
    assert len({one.sentence() for one in found}) == 1


@pytest.mark.parametrize(
    "outline",
    [Outline(1, math.nan, 0, 5), Outline(1, 0, 1e300, 5), Outline(1, 0, 0, -5), Outline(1, 0, 0, math.inf), (1, 0, 0)],
)
def test_outlines_are_checked(outline: Any) -> None:
    """A circle that is nowhere, huge, or no circle."""
    for sides in (([outline], []), ([], [outline])):
        with pytest.raises(ValueError, match="place"):
            match_places(*sides)
    for option in ({"min_radius_m": math.nan}, {"min_overlap": math.nan}, {"growth": math.nan}):
        with pytest.raises(ValueError, match=next(iter(option))):
            match_places([], [], **option)


@pytest.mark.parametrize(
    ("population", "reports"),
    [([-1, 5], [0, 1]), ([math.inf, 5], [0, 1]), ([5, 5], [-1, 1]), ([5, 5], [0.5, 1]), ([5, 5], [math.nan, 1]),
     (["many", 5], [0, 1]), (np.ma.masked_equal([1, 5], 1), [0, 1])],
)  # fmt: skip
def test_people_and_reports_of_areas_are_checked(population: Any, reports: Any) -> None:
    """Neither is negative, broken or endless; people may be unknown."""
    with pytest.raises(ValueError, match=r"population|reports"):
        silent_areas(["north", "south"], population, reports)
    assert silent_areas(["north", "south"], [None, 50], [3, 0])[0].area == "south"
    assert silent_areas(["north", "south"], [math.nan, 50], [3, 0])[0].area == "south"
