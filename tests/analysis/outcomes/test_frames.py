"""Events from the tables that people have, and what events can do as a value."""

from __future__ import annotations

import copy
import datetime as dt
import pickle
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import geopandas
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from anlan.analysis import Events, space_time_scan

pytestmark = pytest.mark.pure
CALLS: dict[str, list[Any]] = {
    "lng": [119.97, 119.98, 119.99],
    "lat": [31.81, 31.81, 31.82],
    "at": [dt.datetime.fromisoformat(text) for text in ("2016-05-08T06:00", "2016-05-08T18:30", "2016-05-10")],
    "n": [1, 2, 1],
    "no": ["a", "b", "c"],
}
TABLES: list[Callable[[dict[str, list[Any]]], Any]] = [pd.DataFrame, pl.DataFrame, pa.table, dict]


@pytest.mark.parametrize("table", TABLES)
def test_every_table_gives_the_same_events(table: Callable[[Any], Any]) -> None:
    """Pandas, polars, Arrow and a plain mapping, by the names of their columns."""
    events = Events.from_frame(table(CALLS), lon="lng", lat="lat", time="at", counts="n", ids="no")
    by_hand = Events.from_lonlat(CALLS["lng"], CALLS["lat"], [16929.25, 16929 + 18.5 / 24, 16931], counts=[1, 2, 1],
                                 ids=["a", "b", "c"])  # fmt: skip
    assert events == by_hand
    assert Events.from_frame(table(CALLS), x="lng", y="lat", time="n").day.tolist() == [1, 2, 1]
    assert Events.from_frame(table(CALLS), lon="lng", lat="lat", time="at", metric="sphere").metric == "sphere"


@pytest.mark.parametrize("table", TABLES)
def test_a_day_is_a_day_on_the_columns_own_clock(table: Callable[[Any], Any]) -> None:
    """Half past one at night in Shanghai is the same day there, whatever the day in London; so is text with a zone."""
    zone = ZoneInfo("Asia/Shanghai")
    stamped = {**CALLS, "at": [at.replace(hour=1, minute=30, tzinfo=zone) for at in CALLS["at"]]}
    text = {**CALLS, "at": ["2016-05-08T01:30:00+08:00", "2016-05-08 01:30", "2016-05-10"]}
    days = {"lon": "lng", "lat": "lat", "time": "at"}
    assert np.floor(Events.from_frame(table(stamped), **days).day).tolist() == [16929, 16929, 16931]
    assert Events.from_frame(table(text), **days).day.tolist() == [16929.0625, 16929.0625, 16931]


def test_dates_of_any_kind_are_days() -> None:
    """Plain dates, pandas' nanoseconds and seconds, nullable numbers."""
    dates = [at.date() for at in CALLS["at"]]
    for column in (dates, pd.Series(dates), pd.to_datetime(pd.Series(dates)), pd.Series(dates, dtype="datetime64[s]")):
        frame = pd.DataFrame({**CALLS, "at": column})
        assert Events.from_frame(frame, lon="lng", lat="lat", time="at").day.tolist() == [16929, 16929, 16931]
    nullable = pd.DataFrame({**CALLS, "at": pd.array([1, 2, 3], dtype="Int64")})
    assert Events.from_frame(nullable, lon="lng", lat="lat", time="at").day.tolist() == [1, 2, 3]


def test_points_of_a_geodataframe_are_taken_as_they_lie() -> None:
    """Degrees and metres by their CRS; areas, feet and no CRS at all are refused with the way out."""
    points = geopandas.points_from_xy(CALLS["lng"], CALLS["lat"])
    calls = geopandas.GeoDataFrame(pd.DataFrame(CALLS), geometry=points, crs="EPSG:4326")
    by_name = Events.from_frame(calls, lon="lng", lat="lat", time="at")
    assert Events.from_frame(calls, time="at") == by_name
    in_metres = Events.from_frame(calls.to_crs("EPSG:4549"), time="at")  # CGCS2000, 3-degree zone
    assert in_metres.plane is None
    assert np.hypot(np.diff(in_metres.x), np.diff(in_metres.y)) == pytest.approx(
        np.hypot(np.diff(by_name.x), np.diff(by_name.y)), rel=1e-3
    )
    for odd, words in (
        (calls.set_crs(None, allow_override=True), "set_crs"),
        (calls.to_crs("EPSG:2263"), "metres"),
        (calls.set_geometry(calls.to_crs("EPSG:4549").buffer(5)), "representative_point"),
    ):
        with pytest.raises(ValueError, match=words):
            Events.from_frame(odd, time="at")


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    ("column", "values", "words"),
    [
        ("lat", [31.81, None, 31.82], r"'lat' must be a number in every row; row 1 is .* \(1 such rows\)"),
        ("lng", ["119.9", "119.9", "east"], "row 2 is 'east'"),
        ("at", ["2016-05-08", "8 May", "2016-05-10"], "'at' must be a time in ISO 8601 in every row; row 1 is '8 May'"),
        ("at", [None, *CALLS["at"][1:]], "'at' must be a time .* row 0"),
    ],
)
def test_a_cell_that_cannot_be_read_is_named(table: Any, column: str, values: list[Any], words: str) -> None:
    """With its column and row, and nothing is made of the rest."""
    with pytest.raises(ValueError, match=words):
        Events.from_frame(table({**CALLS, column: values}), lon="lng", lat="lat", time="at")


@pytest.mark.parametrize("table", TABLES)
def test_a_column_that_is_not_there_is_named(table: Any) -> None:
    """Beside those that are; points without columns are asked for."""
    with pytest.raises(ValueError, match="no column 'lon'; the table has lng, lat, at, n, no"):
        Events.from_frame(table(CALLS), lon="lon", lat="lat", time="at")
    for some in ({}, {"lon": "lng"}, {"lon": "lng", "lat": "lat", "x": "n", "y": "n"}):
        with pytest.raises(ValueError, match="lon= and lat="):
            Events.from_frame(table(CALLS), time="at", **some)


def events_of_three(**more: Any) -> Events:
    """Return three events in degrees."""
    return Events.from_lonlat(CALLS["lng"], CALLS["lat"], [1.0, 2.5, 3.0], ids=["a", "b", "c"], **more)


@pytest.mark.parametrize("events", [events_of_three(), events_of_three(counts=[1, 0, 2], metric="sphere")])
def test_events_go_to_another_process_and_stay_the_same(events: Events) -> None:
    """Pickled and copied they are equal and closed to writing; a changed column makes them others."""
    for again in (pickle.loads(pickle.dumps(events)), copy.deepcopy(events), copy.copy(events), events[:]):
        assert again == events
        assert (again.plane, again.metric) == (events.plane, events.metric)
        with pytest.raises(ValueError, match="read-only"):
            again.x[0] = 1
    assert events != Events(events.x, events.y, events.day + 1)
    assert events != "events"
    with pytest.raises(TypeError, match="unhashable"):
        hash(events)


def test_some_of_the_events_keep_ids_counts_and_plane() -> None:
    """By slice, mask and positions; what chooses none, wrongly or twice says so."""
    events = events_of_three(counts=[1, 0, 2])
    for rows in (slice(1, None), events.day > 1, [1, 2], np.array([-2, -1])):
        some = events[rows]
        assert (some.ids.tolist(), some.counts.tolist()) == (["b", "c"], [0, 2])
        assert some.plane == events.plane
    assert events[[2, 0]].ids.tolist() == ["c", "a"]
    assert len(events[[]]) == len(events[events.day > 9]) == 0
    assert space_time_scan(events[events.day > 2], replications=9, max_days=1).parameters["cases"] == 2
    for rows, error in (
        (1, TypeError),
        ("a", TypeError),
        ([True], IndexError),
        ([3], IndexError),
        ([1, 0, 1], ValueError),
    ):
        with pytest.raises(error):
            events[rows]
    with pytest.raises(TypeError, match="to_frame"):
        list(events)


def test_events_become_a_table_and_a_map_and_come_back() -> None:
    """Through both libraries nothing is lost but the last bits of a turned coordinate."""
    events = events_of_three(counts=[1, 0, 2])
    for library in ("pandas", "polars"):
        frame = events.to_frame(library)
        back = Events.from_frame(frame, lon="lon", lat="lat", time="day", counts="counts", ids="id")
        assert np.abs(back.x - events.x).max() < 1e-6
        assert (back.day.tolist(), back.ids.tolist(), back.counts.tolist()) == ([1, 2.5, 3], ["a", "b", "c"], [1, 0, 2])
    assert list(Events([1.0], [2.0], [3.0]).to_frame().columns) == ["id", "x", "y", "day"]
    feature = events.to_geojson()["features"][1]
    assert feature["geometry"] == {"type": "Point", "coordinates": [119.98, 31.81]}
    assert feature["properties"] == {"id": "b", "day": 2.5, "counts": 0}
    with pytest.raises(ValueError, match="from_lonlat"):
        Events([1.0], [2.0], [3.0]).to_geojson()
