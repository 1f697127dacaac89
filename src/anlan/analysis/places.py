"""Places that keep failing: small, and seen again in separate episodes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from anlan.analysis.episodes import Episode, find_episodes
from anlan.analysis.events import Events, IntArray
from anlan.analysis.revisions import REVISIONS


@dataclass(frozen=True)
class Place:
    """A small place with reports.

    Attributes
    ----------
    rank : int
        From 1, the strongest evidence first.
    x, y : float
        Centre in metres; it may lie off the points.
    radius_m : float
        All its members lie within this distance of the centre.
    reports, episodes : int
        Members, and separate episodes among them.
    first_day, last_day : float
        Day of the first and of the last member.
    members : tuple of int or str
        Ids of its reports, in canonical order.
    chance : float
        Expected number of places at least as strong that scattered reports alone would make in the whole study.
    """

    rank: int
    x: float
    y: float
    radius_m: float
    reports: int
    episodes: int
    first_day: float
    last_day: float
    members: tuple[int | str, ...]
    chance: float = float("nan")


@dataclass(frozen=True)
class Chance:
    """What scattered reports alone would make.

    Attributes
    ----------
    expected_places : float
        Expected number of recurrent places that scattered reports alone would make at the `min_reports` in use.
    by_min_reports : mapping of int to float
        The same at other values of `min_reports`.
    sentence : str
        The same in plain words.
    """

    expected_places: float
    by_min_reports: Mapping[int, float]
    sentence: str


@dataclass(frozen=True)
class RecurrentPlaces:
    """The outcome of `recurrent_places`."""

    parameters: Mapping[str, Any]
    episodes: tuple[Episode, ...]
    episode_of: IntArray
    places: tuple[Place, ...]
    watch: tuple[Place, ...]
    chance: Chance
    left_out: Mapping[str, int]
    min_reports: int


def recurrent_places(
    events: Events | None = None,
    *,
    x: npt.ArrayLike | None = None,
    y: npt.ArrayLike | None = None,
    day: npt.ArrayLike | None = None,
    ids: Sequence[int] | Sequence[str] | None = None,
    episode: Sequence[Any] | npt.NDArray[Any] | None = None,
    radius_m: float = 100.0,
    min_episodes: int = 2,
    episode_gap_h: float = 24.0,
    min_reports: int | None = None,
    seed: int = 0,
) -> RecurrentPlaces:
    """Find the small places that fail again in separate episodes, the strongest evidence first."""
    if events is None:
        if x is None or y is None or day is None:
            raise ValueError("give events, or x, y and day")
        events = Events(x, y, day, ids)
    episodes, episode_of = find_episodes(events.day, episode_gap_h=episode_gap_h, episode=episode)
    least = 3 if min_reports is None else min_reports
    order = np.lexsort((events.ids, episode_of, events.day, events.y, events.x))
    found = _greedy(events, episode_of, order, radius_m)
    places = [one for one in found if one.episodes >= min_episodes and one.reports >= least]
    watch = [one for one in found if one.episodes < max(min_episodes, 2) and one.reports >= max(least, 3)]
    if min_episodes <= 1:
        watch = []
    used = sum(one.reports for one in places) + sum(one.reports for one in watch)
    return RecurrentPlaces(
        parameters={
            "radius_m": radius_m,
            "min_episodes": min_episodes,
            "episode_gap_h": episode_gap_h,
            "min_reports": min_reports,
            "seed": seed,
            "revision": REVISIONS["recurrent_places"],
        },
        episodes=episodes,
        episode_of=episode_of,
        places=_ranked(places),
        watch=_ranked(watch),
        chance=Chance(float("nan"), {}, ""),
        left_out={"scattered": len(events) - used},
        min_reports=least,
    )


def _ranked(places: list[Place]) -> tuple[Place, ...]:
    ordered = sorted(places, key=lambda one: (-one.episodes, -one.reports, one.x, one.y))
    return tuple(Place(**{**one.__dict__, "rank": rank}) for rank, one in enumerate(ordered, 1))


def _greedy(events: Events, episode_of: IntArray, order: IntArray, radius_m: float) -> list[Place]:
    x, y, day, episode, ids = (column[order] for column in (events.x, events.y, events.day, episode_of, events.ids))
    if not len(x):
        return []
    near = cKDTree(np.column_stack([x, y])).query_ball_point(np.column_stack([x, y]), radius_m, return_sorted=True)
    free = np.ones(len(x), dtype=bool)
    stale = [(len(set(episode[members].tolist())), len(members)) for members in near]
    found = []
    while free.any():
        best = max(np.flatnonzero(free).tolist(), key=lambda i: (*stale[i], -i))
        members = np.array([j for j in near[best] if free[j]])
        now = (len(set(episode[members].tolist())), len(members))
        if now < stale[best]:
            stale[best] = now
            continue
        free[members] = False
        cx, cy = float(np.median(x[members])), float(np.median(y[members]))
        reach = float(np.hypot(x[members] - cx, y[members] - cy).max())
        found.append(
            Place(
                0, cx, cy, reach, len(members), now[0], float(day[members].min()), float(day[members].max()),
                tuple(ids[members].tolist()),
            )
        )  # fmt: skip
    return found
