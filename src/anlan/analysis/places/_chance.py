"""What scattered reports alone would make: the same search on reports that were moved about at random."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.special import pdtrc

from anlan.analysis.events import BoolArray, FloatArray, IntArray
from anlan.analysis.places._discs import assign_members, count_members, lay_discs
from anlan.analysis.places._field import SmoothDensity
from anlan.analysis.places._mining import NONE_FOUND, Found, Model, Reports, explained_by, mine, tree_of

_BANDWIDTH = 5.0  # of the smooth density of scattered reports, in radii
_SCATTER = 3.0  # standard deviation of a random move, in radii
_SURE = 8.0  # nats; places with more evidence do not count as scattered reports
_ROUNDS = 3
_SCATTERED_IN_ALL = 20_000
_MOST_REPLICATES = 100
_THINNEST = 1e-12
_MOST_BY_CHANCE = 8.0
_SHARE_BY_CHANCE = 0.15
_LIST_BY_CHANCE = 0.01


@dataclass(frozen=True)
class Fit:
    """Places found, and how thickly scattered reports lie at each report."""

    found: Found
    scattered: FloatArray


def fit(reports: Reports, model: Model, floor: float, known: Found = NONE_FOUND) -> Fit:
    """Search for places and estimate the scattered reports in turn: what places explain is not scattered.

    Each plane has a map of scattered reports of its own.
    """
    weight = np.ones(len(reports.xy))
    tree = reports.tree(model.radius_m)
    for step in range(_ROUNDS):
        scattered = _smoothed(reports, weight, model)
        found = mine(reports, scattered, model, known=known, floor=floor)
        if step < _ROUNDS - 1:
            weight = scattered / (scattered + explained_by(found.take(found.evidence > _SURE), reports, tree, model))
    return Fit(found, scattered)


def fit_each_episode(reports: Reports, explained: FloatArray, model: Model) -> tuple[Fit, EpisodeMap]:
    """Search each plane (an episode) on its own; the scattered reports of all episodes lie alike."""
    x, y = reports.xy.T
    field = SmoothDensity(x, y, np.ones(len(reports.xy)), _BANDWIDTH * model.radius_m)
    by_episode = EpisodeMap(field, np.bincount(reports.episode) / len(reports.xy))
    scattered = by_episode.at(reports.xy, reports.episode)
    return Fit(mine(reports, scattered + explained, model), scattered), by_episode


@dataclass(frozen=True)
class EpisodeMap:
    """One map of scattered reports, and the share of it that each episode has."""

    field: SmoothDensity
    share: FloatArray

    def at(self, xy: FloatArray, episode: IntArray) -> FloatArray:
        """Return the density of scattered reports at any points of an episode."""
        density: FloatArray = np.maximum(self.field.at(*xy.T) * self.share[episode], _THINNEST)
        return density


def _smoothed(reports: Reports, weight: FloatArray, model: Model) -> FloatArray:
    """Return the weight of each plane smoothed over five radii, at its reports."""
    density = np.empty(len(reports.xy))
    for plane in np.unique(reports.plane):
        rows = np.flatnonzero(reports.plane == plane)
        x, y = reports.xy[rows].T
        density[rows] = SmoothDensity(x, y, weight[rows], _BANDWIDTH * model.radius_m).at(x, y)
    return np.maximum(density, _THINNEST)


@dataclass(frozen=True)
class ChanceOf:
    """Expected number of places by chance, by the evidence asked for."""

    evidence: FloatArray
    reports: IntArray
    replicates: int
    scattered_reports: int

    def expected(self, evidence: float) -> float:
        """Return how many places with at least this evidence scattered reports alone would make."""
        return float(len(self.evidence) - np.searchsorted(self.evidence, evidence)) / self.replicates

    def bound(self, evidence: float) -> float:
        """Return a careful value of the same, which also holds beyond what the replicates can tell.

        A likelihood ratio e times as great comes about by chance at most a third as often: beyond the strongest chance
        place the expected number falls by e with each nat.
        """
        beyond = max(0.0, evidence - float(self.evidence.max(initial=0.0)))
        return (self.expected(evidence) + 1 / self.replicates) * math.exp(-beyond)

    def at_most(self, evidence: float) -> float:
        """Return the same for one place, never below what the replicates can tell."""
        return max(self.expected(evidence), 1 / self.replicates)


def simulate(
    reports: Reports,
    fitted: Fit,
    member_of: IntArray,
    model: Model,
    *,
    together: bool,
    by_episode: EpisodeMap | None = None,
    floor: float,
    seed: int,
) -> ChanceOf:
    """Scatter the reports that belong to no sure place, search again in the same way, and keep what is found.

    Each is moved by a normal step of three radii, its episode kept; with `together`, reports of one episode that lie
    within half a radius of each other move as one, as a one-off puddle with several callers. With `by_episode` the
    search is that of `fit_each_episode`.
    """
    sure = fitted.found.evidence >= _SURE
    loose = ~np.append(sure, False)[member_of]
    count = int(loose.sum())
    if not count:
        return ChanceOf(np.empty(0), np.empty(0, np.int64), 1, 0)
    replicates = max(1, min(_MOST_REPLICATES, math.ceil(_SCATTERED_IN_ALL / count)))
    clump = _clumps(reports, loose, model) if together else np.arange(count)
    step = np.random.default_rng(seed).normal(0.0, _SCATTER * model.radius_m, (replicates, int(clump.max()) + 1, 2))
    xy = (reports.xy[loose] + step[:, clump]).reshape(-1, 2)
    planes = int(reports.plane.max()) + 1
    plane = (np.arange(replicates)[:, None] * planes + reports.plane[loose]).ravel()
    again = Reports(xy, np.tile(reports.episode[loose], replicates), plane)
    known = _repeated(fitted.found.take(sure), replicates, planes)
    if by_episode is None:
        by_chance = fit(again, model, floor, known).found
    else:
        by_chance = mine(again, by_episode.at(xy, again.episode), model, known=known, floor=floor)
    order = np.argsort(by_chance.evidence, kind="stable")
    return ChanceOf(by_chance.evidence[order], _reports_of(by_chance, again, model)[order], replicates, count)


def longest_list(evidence: FloatArray, chance: ChanceOf) -> float:
    """Return the least evidence at which the list still means something.

    Chance places are at most eight and at most 15 % of the list, and chance alone makes a list as long in at most one
    study of a hundred.
    """
    for least in np.sort(evidence):
        listed = int((evidence >= least).sum())
        few = chance.expected(float(least)) <= min(_MOST_BY_CHANCE, _SHARE_BY_CHANCE * listed)
        if few and pdtrc(listed - 1, chance.bound(float(least))) <= _LIST_BY_CHANCE:
            return float(least)
    return math.inf


def _clumps(reports: Reports, loose: BoolArray, model: Model) -> IntArray:
    """Number the groups of reports of one episode that touch within half a radius."""
    episode = reports.episode[loose] + reports.plane[loose] * (int(reports.episode.max()) + 1)
    pairs = tree_of(reports.xy[loose], episode, model.radius_m).query_pairs(0.5 * model.radius_m, output_type="ndarray")
    touch = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(episode),) * 2)
    clump: IntArray = connected_components(touch, directed=False)[1].astype(np.int64)
    return clump


def _repeated(found: Found, replicates: int, planes: int) -> Found:
    if not len(found):
        return NONE_FOUND
    plane = (np.arange(replicates)[:, None] * planes + found.plane).ravel()
    return Found(
        np.tile(found.xy, (replicates, 1)),
        plane,
        np.tile(found.evidence, replicates),
        np.tile(found.weight, replicates),
    )


def _reports_of(found: Found, reports: Reports, model: Model) -> IntArray:
    """Return the members of each place, counted as in the list."""
    if not len(found):
        return np.empty(0, np.int64)
    member_of = assign_members(found, lay_discs(found, reports, model), reports, model, 2)
    return count_members(member_of, reports.episode, len(found))[0]
