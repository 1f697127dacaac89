"""What scattered reports alone would make: the same search on reports that were moved about at random."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from anlan.analysis._field import SmoothDensity
from anlan.analysis._mining import NONE_FOUND, Found, Model, Reports, explained_by, mine, neighbours, tree_of
from anlan.analysis.events import BoolArray, FloatArray, IntArray

_BANDWIDTH = 5.0  # of the smooth density of scattered reports, in radii
_SCATTER = 3.0  # standard deviation of a random move, in radii
_SURE = 8.0  # nats; places with more evidence do not count as scattered reports
_ROUNDS = 3
_SCATTERED_IN_ALL = 20_000
_MOST_REPLICATES = 100
_THINNEST = 1e-12
_MOST_BY_CHANCE = 8.0
_SHARE_BY_CHANCE = 0.15


@dataclass(frozen=True)
class Fit:
    """Places found, and how thickly scattered reports lie: one map, and the share of it that an episode has."""

    found: Found
    field: SmoothDensity
    share: FloatArray

    def scattered_at(self, xy: FloatArray, episode: IntArray) -> FloatArray:
        """Return the density of scattered reports at any points of an episode."""
        density: FloatArray = np.maximum(self.field.at(xy[:, 0], xy[:, 1]) * self.share[episode], _THINNEST)
        return density


def fit(reports: Reports, model: Model, floor: float) -> Fit:
    """Search for places and estimate the scattered reports in turn: what places explain is not scattered."""
    weight = np.ones(len(reports.xy))
    tree = reports.tree(model.radius_m)
    same = np.ones(int(reports.episode.max()) + 1)
    for step in range(_ROUNDS):
        now = Fit(NONE_FOUND, field_of(reports, weight, model), same)
        scattered = now.scattered_at(reports.xy, reports.episode)
        found = mine(reports, scattered, model, floor=floor)
        if step < _ROUNDS - 1:
            weight = scattered / (scattered + explained_by(found.take(found.evidence > _SURE), reports, tree, model))
    return replace(now, found=found)


def fit_each_episode(reports: Reports, explained: FloatArray, model: Model) -> Fit:
    """Search each plane (an episode) on its own; the scattered reports of all episodes lie alike."""
    share = np.bincount(reports.episode) / len(reports.xy)
    now = Fit(NONE_FOUND, field_of(reports, np.ones(len(reports.xy)), model), share)
    return replace(now, found=mine(reports, now.scattered_at(reports.xy, reports.episode) + explained, model))


def field_of(reports: Reports, weight: FloatArray, model: Model) -> SmoothDensity:
    """Smooth weighted reports over five radii."""
    return SmoothDensity(reports.xy[:, 0], reports.xy[:, 1], weight, _BANDWIDTH * model.radius_m)


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

    def at_most(self, evidence: float) -> float:
        """Return the same for one place, never below what the replicates can tell."""
        return max(self.expected(evidence), 1 / self.replicates)


def simulate(
    reports: Reports, fitted: Fit, member_of: IntArray, model: Model, *, together: bool, floor: float, seed: int
) -> ChanceOf:
    """Scatter the reports that belong to no sure place, search again, and keep the evidence of what is found.

    Each is moved by a normal step of three radii, its episode kept; with `together`, reports of one episode that lie
    within half a radius of each other move as one, as a one-off puddle with several callers.
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
    scattered = fitted.scattered_at(xy, again.episode)
    by_chance = mine(again, scattered, model, known=_repeated(fitted.found.take(sure), replicates, planes), floor=floor)
    order = np.argsort(by_chance.evidence, kind="stable")
    return ChanceOf(by_chance.evidence[order], _reports_of(by_chance, again, model)[order], replicates, count)


def longest_list(evidence: FloatArray, chance: ChanceOf) -> float:
    """Return the least evidence at which chance places stay few: at most eight, and at most 15 % of the list."""
    for least in np.sort(evidence):
        listed = int((evidence >= least).sum())
        if chance.expected(float(least)) <= min(_MOST_BY_CHANCE, _SHARE_BY_CHANCE * listed):
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
    if not len(found):
        return np.empty(0, np.int64)
    centre, _, _ = neighbours(
        tree_of(found.xy, found.plane, model.radius_m), reports.tree(model.radius_m), model.radius_m
    )
    return np.bincount(centre, minlength=len(found))
