"""Which place failed in which storm: the table that a before/after estimate is made from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from anlan.analysis._given import column, each_report, labels, metres, moment, unmasked, whole
from anlan.analysis._result import Result
from anlan.analysis.episodes import find_episodes
from anlan.analysis.events import BoolArray, Events, FloatArray, IntArray, on_plane


@dataclass(frozen=True, eq=False)
class Failures(Result):
    """Places, storms, and whether each place failed in each storm.

    Attributes
    ----------
    fail : ndarray of bool, shape (places, storms)
        Storms in order of time.
    before : int
        How many of the storms came before the measure.
    x, y : ndarray of float, shape (places,)
        Where the places lie, in metres.
    left_out_storms : int
        Storms that span the day of the measure: neither before nor after.

    Raises
    ------
    ValueError
        If `fail` is no table of 0 and 1, a position is not finite, or the lengths differ.
    """

    fail: BoolArray
    before: int
    x: FloatArray
    y: FloatArray
    left_out_storms: int = 0

    def __post_init__(self) -> None:
        fail = _table("fail", self.fail)
        places, storms = fail.shape
        if whole("before", self.before, 0) > storms:
            raise ValueError(f"before must be 0 to {storms}, the number of storms, not {self.before}")
        x, y = column("x", self.x), column("y", self.y)
        if len(x) != places or len(y) != places:
            raise ValueError(f"x and y must have one entry for each of the {places} places")
        checked = {"fail": fail, "before": int(self.before), "x": x, "y": y}
        for name, value in (checked | {"left_out_storms": whole("left_out_storms", self.left_out_storms, 0)}).items():
            object.__setattr__(self, name, value)

    @property
    def history(self) -> IntArray:
        """Return in how many before-storms each place failed."""
        counts: IntArray = self.fail[:, : self.before].sum(axis=1).astype(np.int64)
        return counts

    @property
    def after(self) -> int:
        """Return how many storms came after."""
        return int(self.fail.shape[1] - self.before)


def failures_of(
    events: Events,
    *,
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    since: float,
    radius_m: float = 100.0,
    episode_gap_h: float = 24.0,
    episode: Sequence[Any] | npt.NDArray[Any] | None = None,
) -> Failures:
    """Say for each place and storm whether at least one report lies within the radius: 0 or 1, never how many.

    Long because its parameters are documented here, with an example.

    Parameters
    ----------
    events : Events
        All reports, before and after.
    x, y : array_like of float, shape (places,)
        The places, in the metres of the events.
    since : float
        Day on which the measure took effect. A storm that spans it is left out.
    radius_m : float
        A report this near means that the place failed.
    episode_gap_h, episode
        What a storm is, as in `recurrent_places`.

    Returns
    -------
    Failures
        Storms that span the day of the measure are left out of it, and counted.

    Raises
    ------
    ValueError
        If the radius or the gap is not above 0, or an episode is given for some of the reports only.

    Examples
    --------
    >>> from anlan.analysis import Events, failures_of
    >>> events = Events([0, 5, 500, 3], [0, 0, 0, 4], [1, 1.2, 9, 20])
    >>> failures_of(events, x=[0, 500], y=[0, 0], since=15).fail.astype(int).tolist()
    [[1, 0, 1], [0, 1, 0]]
    """
    px, py = column("x", x), column("y", y)
    if len(px) != len(py):
        raise ValueError(f"x and y must have one length, not {len(px)} and {len(py)}")
    since, radius_m = moment("since", since), metres("radius_m", radius_m)
    named = labels("episode", episode, len(events)) if episode is not None else None
    seen = np.unique(each_report(on_plane(events).counts, len(events)))  # a row that counts nothing is no report
    storms, storm_of = find_episodes(
        events.day[seen], episode_gap_h=episode_gap_h, episode=None if named is None else named[seen]
    )
    first = np.array([episode.first_day for episode in storms])
    last = np.array([episode.last_day for episode in storms])
    spans = (first < since) & (last >= since)
    kept = np.flatnonzero(~spans)
    fail = np.zeros((len(px), len(storms)), dtype=bool)
    if len(px) and len(seen):
        at = np.column_stack([events.x, events.y])[seen]
        pairs = cKDTree(np.column_stack([px, py])).query_ball_point(at, radius_m)
        for report, places in enumerate(pairs):
            fail[places, storm_of[report] - 1] = True
    return Failures(fail[:, kept], int((last[kept] < since).sum()), px, py, int(spans.sum()))


def cover_places(events: Events, *, before: float, radius_m: float = 100.0, episode_gap_h: float = 24.0) -> FloatArray:
    """Cover the reports before a day with circles: most storms, then most reports, then least x, y first.

    It is the list of *all* known places that the controls of a before/after estimate are taken from, the rare ones
    included.

    Long because its parameters are documented here, with an example.

    Parameters
    ----------
    events : Events
        All reports.
    before : float
        Day from which on reports are left out.
    radius_m : float
        Of a circle, in metres.
    episode_gap_h : float
        What a storm is, as in `recurrent_places`.

    Returns
    -------
    ndarray of float, shape (k, 2)
        The centres, in the metres of the events: each is a report's own place.

    Raises
    ------
    ValueError
        If the radius or the gap is not above 0.

    Examples
    --------
    >>> from anlan.analysis import Events, cover_places
    >>> cover_places(Events([0, 50, 900], [0, 0, 0], [1, 9, 9]), before=15).tolist()
    [[0.0, 0.0], [900.0, 0.0]]
    """
    before, radius_m = moment("before", before), metres("radius_m", radius_m)
    early = each_report(on_plane(events).counts, len(events))
    early = early[events.day[early] < before]
    _, storm = find_episodes(events.day[early], episode_gap_h=episode_gap_h)
    xy = np.column_stack([events.x, events.y])[early]
    spot, spot_of = np.unique(xy, axis=0, return_inverse=True)  # by x, then y
    near = cKDTree(spot).query_ball_point(spot, radius_m)
    rows_at = [np.flatnonzero(spot_of.ravel() == position) for position in range(len(spot))]
    rows = [np.concatenate([rows_at[other] for other in sorted(own)]) for own in near]
    free = np.ones(len(xy), dtype=bool)
    worth = [(len(np.unique(storm[own])), len(own)) for own in rows]
    centres: list[FloatArray] = []
    while free.any():
        best = max(range(len(spot)), key=lambda position: (worth[position], -position))
        centres.append(spot[best])
        free[rows[best]] = False
        for other in range(len(spot)):
            if np.hypot(*(spot[other] - spot[best])) <= 2 * radius_m:
                left = rows[other][free[rows[other]]]
                worth[other] = (len(np.unique(storm[left])), len(left))
    return np.array(centres).reshape(-1, 2)


def _table(name: str, values: npt.ArrayLike) -> BoolArray:
    """Return a table of what failed; how many reports came is no failure."""
    given = unmasked(name, values)
    if given.ndim != 2:
        raise ValueError(f"{name} must have a row for each place and a column for each storm, not shape {given.shape}")
    if given.dtype != bool and not np.isin(given, (0, 1)).all():
        raise ValueError(f"{name} must be true or false (1 or 0) for each place and storm, never a count")
    table: BoolArray = given.astype(bool)
    return table
