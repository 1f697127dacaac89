"""Places that keep failing: small, and seen again in separate episodes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from anlan.analysis._given import each_report, labels, metres, whole
from anlan.analysis._result import Result
from anlan.analysis.episodes import Episode, find_episodes
from anlan.analysis.events import BoolArray, Events, FloatArray, IntArray, on_plane
from anlan.analysis.places._chance import ChanceOf, Fit, fit, longest_list, simulate
from anlan.analysis.places._discs import assign_members, count_members, crowding, lay_discs
from anlan.analysis.places._mining import NONE_FOUND, Found, Model, Reports, explained_by
from anlan.analysis.places._watch import find_crowds
from anlan.analysis.revisions import REVISIONS

_SMALLEST_RADIUS = 0.25  # of the radius: no place is drawn as a point
_MILLIMETRES = 3


@dataclass(frozen=True)
class Place:
    """A small place with reports.

    Attributes
    ----------
    rank : int
        From 1: where the most reports lie around the centre (`around`), more are to be expected.
    x, y : float
        Centre in metres; it may lie off the points.
    radius_m : float
        All its members lie within this distance of the centre.
    reports, episodes : int
        Members, and separate episodes among them.
    first_day, last_day : float
        Day of the first and of the last member.
    members : tuple of int or str
        Ids of its reports, by day.
    evidence : float
        How much better a place explains the reports here than scattered reports do (log likelihood ratio, in nats).
    chance : float
        Expected number of places with at least this evidence that scattered reports alone would make in the whole
        study; never below what the simulation can tell.
    around : float
        Reports around the centre, members or not, one at distance d counting exp(-d^2 / 2 radius^2).
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
    evidence: float
    chance: float
    around: float


@dataclass(frozen=True, eq=False)
class Chance(Result):
    """What scattered reports alone would make.

    Attributes
    ----------
    expected_places : float
        Expected number of places, out of those listed, that scattered reports alone would have made.
    expected_watch : float
        The same for the dense places of one episode.
    least_evidence : float or None
        Evidence that a place had to have (nats); None where `min_reports` was given.
    by_reports : mapping of int to float
        Expected number of places with at least so many reports that scattered reports alone would make, were nothing
        else asked of a place.
    scattered_reports, replicates : int
        How many reports were scattered, and how often.
    sentence : str
        The same in plain words.
    """

    expected_places: float
    expected_watch: float
    least_evidence: float | None
    by_reports: Mapping[int, float]
    scattered_reports: int
    replicates: int
    sentence: str


@dataclass(frozen=True, eq=False)
class RecurrentPlaces(Result, rows_in="places", picture="hits"):
    """The outcome of `recurrent_places`.

    Attributes
    ----------
    parameters : mapping
        What was asked, and the revision of the method.
    episodes : tuple of Episode
        The table of episodes, from 1.
    episode_of : ndarray of int, shape (n,)
        Episode of each report, in input order.
    places : tuple of Place
        The recurrent places, by rank.
    watch : tuple of Place
        Dense places of one episode only, by rank: not recurrent.
    chance : Chance
        What scattered reports alone would make.
    left_out : mapping of str to int
        Reports that are no member of a place: `watch` (in a dense place of one episode), `near_place` (too far off to
        be a member, yet more likely that place's than scattered), `scattered` (the rest).
    min_reports : int
        Reports that a place had to have: as asked, else the least number that was enough.
    """

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
    places: int | None = None,
    seed: int = 0,
) -> RecurrentPlaces:
    """Find the small places that fail again in separate episodes, most reports around them first.

    A place has at least `min_episodes` episodes among the reports within `radius_m` of its centre, and its reports lie
    closer together than the scattered reports around them explain. How close is set by simulation: reports that belong
    to no sure place are moved about at random and searched in the same way, and the list ends where such chance places
    would be more than eight, or more than 15 % of the list, or where chance alone makes a list as long in more than one
    study of a hundred. See docs/explain/places.md.

    Long because its parameters are documented here, with an example.

    Parameters
    ----------
    events : Events, optional
        The reports. Or give `x`, `y`, `day` (and `ids`) as arrays of shape (n,), in metres and days. A row that counts
        three is three reports; one that counts nothing is in no episode (0).
    episode : sequence, shape (n,), optional
        The caller's own episode of each report (a storm column) instead of gaps in time.
    x, y, day, ids : array_like, shape (n,), optional
        In place of `events`, as of `Events`.
    radius_m : float
        Largest radius of a place, in metres. All other lengths of the method follow it.
    min_episodes : int
        Separate episodes that a place needs. With 1, dense places of one storm are ranked too, which is not recurrence.
    episode_gap_h : float
        A new episode starts after more than this many hours without a report anywhere.
    min_reports : int, optional
        Ask for this many reports instead of setting the evidence by simulation; the chance is stated all the same.
    places : int, optional
        As many places as the budget has crews for: the strongest, whatever chance would make of them, which is stated.
        Fewer where no more places have the episodes.
    seed : int
        Of the simulation.

    Returns
    -------
    RecurrentPlaces
        Independent of the order of rows.

    Raises
    ------
    ValueError
        If events are given twice or not at all, or a radius, a gap or a least number is not above 0.
    Examples
    --------
    >>> from anlan.analysis import recurrent_places
    >>> found = recurrent_places(
    ...     x=[0, 5, 9, 3, 5000, 9000], y=[0, 3, 1, 8, 0, 4000], day=[1, 1.1, 9, 20, 9, 20.2], ids=list("abcdef")
    ... )
    >>> [(place.reports, place.episodes, place.members) for place in found.places]
    [(4, 3, ('a', 'b', 'c', 'd'))]
    >>> len(found.episodes), found.left_out["scattered"]
    (3, 2)
    """
    events = _events_of(events, x, y, day, ids)
    radius_m, seed = metres("radius_m", radius_m), whole("seed", seed, 0)
    min_episodes = whole("min_episodes", min_episodes, 1)
    min_reports = None if min_reports is None else whole("min_reports", min_reports, 1)
    row = each_report(events.counts, len(events))
    named = None if episode is None else labels("episode", episode, len(events))[row]
    episodes, each = find_episodes(events.day[row], episode_gap_h=episode_gap_h, episode=named)
    episode_of = np.zeros(len(events), dtype=np.int64)
    episode_of[row] = each
    order = np.lexsort((events.ids, episode_of, events.day, events.y, events.x))
    order = order if events.counts is None else np.repeat(order, events.counts[order])
    reports = Reports(
        np.column_stack([events.x, events.y])[order], episode_of[order], np.zeros(len(order), dtype=np.int64)
    )
    model = Model(radius_m, min_episodes, repeats=0.3 if min_episodes > 1 else 0.0)
    if places is not None and min_reports is not None:
        raise ValueError("give min_reports or places, not both")
    listed = _find(reports, model, min_reports, None if places is None else whole("places", places, 1), seed)
    member_of, watch = listed.member_of, _Listed.none(len(order))
    if min_episodes > 1:
        watch = _Listed(*find_crowds(reports, member_of < 0, listed.found, model, max(3, min_reports or 0), seed))
    found = (rows := _Rows(events, order, reports)).places(listed, radius_m)
    least = min_reports or min((place.reports for place in found), default=max(2, min_episodes))
    return RecurrentPlaces(
        parameters=MappingProxyType(
            {
                "radius_m": float(radius_m),
                "min_episodes": min_episodes,
                "episode_gap_h": float(episode_gap_h),
                "episode": "gap" if episode is None else "given",
                "min_reports": min_reports,
                **({} if places is None else {"places": places}),
                "seed": seed,
                "revision": REVISIONS["recurrent_places"],
            }
        ),
        episodes=episodes,
        episode_of=_frozen(episode_of),
        places=found,
        watch=rows.places(watch, radius_m),
        chance=_chance(listed, watch, len(found), least, min_episodes),
        left_out=MappingProxyType(_left_out(reports, listed, watch, model)),
        min_reports=least,
    )


@dataclass(frozen=True)
class _Listed:
    """Places that passed, where their discs lie, who is a member (-1: nobody's), and what chance would make."""

    found: Found
    centres: FloatArray
    member_of: IntArray
    chance: ChanceOf
    least_evidence: float | None
    scattered: FloatArray | None = None

    @classmethod
    def none(cls, reports: int) -> _Listed:
        chance = ChanceOf(np.empty(0), np.empty(0, np.int64), 1, 0)
        return cls(NONE_FOUND, np.empty((0, 2)), np.full(reports, -1, dtype=np.int64), chance, None)

    def expected(self, min_reports: int) -> float:
        if self.least_evidence is not None:
            return self.chance.expected(self.least_evidence)
        return float((self.chance.reports >= min_reports).sum()) / self.chance.replicates


def _find(reports: Reports, model: Model, min_reports: int | None, budget: int | None, seed: int) -> _Listed:
    if not len(reports.xy):
        return _Listed.none(0)
    fitted = fit(reports, model, floor=0.0)
    assigned = assign_members(fitted.found, fitted.found.xy, reports, model, 1)
    chance = simulate(reports, fitted, assigned, model, together=model.min_episodes > 1, floor=0.0, seed=seed)
    if budget is not None:
        return _as_many(reports, model, fitted, chance, budget)
    least = longest_list(fitted.found.evidence, chance) if min_reports is None else None
    found = fitted.found if least is None else fitted.found.take(fitted.found.evidence >= least)
    centres = np.round(lay_discs(found, reports, model), _MILLIMETRES)
    member_of = assign_members(found, centres, reports, model, min_reports or 2)
    return _Listed(found, centres, member_of, chance, least, fitted.scattered)


def _as_many(reports: Reports, model: Model, fitted: Fit, chance: ChanceOf, budget: int) -> _Listed:
    """List the strongest places, so many that as many as the budget stand once each report has its place."""
    x, y = fitted.found.xy.T
    strongest, take = np.lexsort((y, x, -fitted.found.evidence)), budget
    while True:
        found = fitted.found.take(strongest[:take])
        centres = np.round(lay_discs(found, reports, model), _MILLIMETRES)
        member_of = assign_members(found, centres, reports, model, 2)
        standing = len(np.unique(member_of[member_of >= 0]))
        if standing >= budget or take >= len(strongest):
            least = float(found.evidence.min(initial=math.inf))
            return _Listed(found, centres, member_of, chance, least, fitted.scattered)
        take += budget - standing


@dataclass(frozen=True)
class _Rows:
    """The caller's rows behind the canonical order."""

    events: Events
    order: IntArray
    reports: Reports

    def places(self, listed: _Listed, radius_m: float) -> tuple[Place, ...]:
        """Make the places, by rank."""
        if not len(listed.found):
            return ()
        around = np.round(crowding(listed.centres, self.reports.xy, radius_m), 6)
        count, episodes = count_members(listed.member_of, self.reports.episode, len(listed.found))
        standing = np.flatnonzero(count > 0)
        x, y = listed.centres[standing].T
        ranked = standing[np.lexsort((y, x, -count[standing], -episodes[standing], -around[standing]))]
        by_place = np.argsort(listed.member_of, kind="stable")
        starts = np.searchsorted(listed.member_of[by_place], np.arange(len(listed.found) + 1))
        return tuple(
            self._place(rank, listed, int(i), by_place[starts[i] : starts[i + 1]], float(around[i]), radius_m)
            for rank, i in enumerate(ranked, 1)
        )

    def _place(self, rank: int, listed: _Listed, i: int, rows: IntArray, around: float, radius_m: float) -> Place:
        own = np.unique(self.order[rows])
        own = own[np.lexsort((self.events.ids[own], self.events.day[own]))]
        x, y = (float(value) for value in listed.centres[i])
        farthest = float(np.hypot(self.events.x[own] - x, self.events.y[own] - y).max())
        evidence = float(listed.found.evidence[i])
        return Place(
            rank=rank,
            x=x,
            y=y,
            radius_m=min(radius_m, max(_SMALLEST_RADIUS * radius_m, math.ceil(farthest * 1000) / 1000)),
            reports=len(rows),
            episodes=len(np.unique(self.reports.episode[rows])),
            first_day=float(self.events.day[own[0]]),
            last_day=float(self.events.day[own[-1]]),
            members=tuple(self.events.ids[own].tolist()),
            evidence=round(evidence, 6),
            chance=listed.chance.at_most(evidence),
            around=around,
        )


def _chance(listed: _Listed, watch: _Listed, places: int, least: int, min_episodes: int) -> Chance:
    expected = round(min(listed.expected(least), places), 3)
    by_reports = {
        count: round(float((listed.chance.reports >= count).sum()) / listed.chance.replicates, 3)
        for count in range(2, 11)
    }
    return Chance(
        expected_places=expected,
        expected_watch=round(watch.expected(3), 3) if len(watch.found) else 0.0,
        least_evidence=None if listed.least_evidence is None else round(listed.least_evidence, 6),
        by_reports=MappingProxyType(by_reports),
        scattered_reports=listed.chance.scattered_reports,
        replicates=listed.chance.replicates,
        sentence=_sentence(places, least, min_episodes, expected),
    )


def _sentence(places: int, least: int, min_episodes: int, expected: float) -> str:
    if not places:
        return "No place stands out from scattered reports."
    spells = "episode" if min_episodes == 1 else "separate episodes"
    return (
        f"A place here has at least {least} reports in at least {min_episodes} {spells}; of the {places} listed, "
        f"scattered reports alone would make {expected:.1f}."
    )


def _left_out(reports: Reports, listed: _Listed, watch: _Listed, model: Model) -> dict[str, int]:
    loose = listed.member_of < 0
    crowd = loose & (watch.member_of >= 0)
    near: BoolArray = loose & ~crowd
    if listed.scattered is not None:
        near &= explained_by(listed.found, reports, reports.tree(model.radius_m), model) > listed.scattered
    return {"watch": int(crowd.sum()), "near_place": int(near.sum()), "scattered": int((loose & ~crowd & ~near).sum())}


def _events_of(
    events: Events | None,
    x: npt.ArrayLike | None,
    y: npt.ArrayLike | None,
    day: npt.ArrayLike | None,
    ids: Sequence[int] | Sequence[str] | None,
) -> Events:
    if events is not None:
        if any(column is not None for column in (x, y, day, ids)):
            raise ValueError("give either events or x, y, day and ids, not both")
        return on_plane(events)
    if x is None or y is None or day is None:
        raise ValueError("give events, or x, y and day")
    return on_plane(Events(x, y, day, ids=ids))


def _frozen(values: IntArray) -> IntArray:
    values.setflags(write=False)
    return values
