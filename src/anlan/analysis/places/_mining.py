"""The search for places: where reports lie closer together than the scattered reports around them explain.

A place gives reports at a Poisson rate, spread around its centre by a location error with a heavy tail; scattered
reports lie at a smooth density. Evidence for a place is the logarithm of how much better its reports are explained with
it than without it (in nats). The strongest places are taken first, what they explain counts as explained, and so on: a
round takes every candidate that none within reach beats.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial import cKDTree

from anlan.analysis.events import BoolArray, FloatArray, IntArray

_PLANE_GAP = 1e3  # in radii: planes never see each other
_TIE_DIGITS = 9
_CENTRE_STEPS = 4
_WEIGHT_STEPS = 5


@dataclass(frozen=True)
class Model:
    """What is assumed of a place. Lengths follow the radius; nothing else depends on the data.

    The location error: most reports within `near` radii, some within `far`, the rest anywhere up to `reach` radii.
    `weight` is the number of reports expected of a place, `repeats` the number of further reports that a one-off
    puddle draws in its own episode: further reports of one episode are evidence of a crowd, hardly of a place.
    """

    radius_m: float
    min_episodes: int = 2
    near: float = 0.15
    far: float = 0.5
    reach: float = 2.0
    shares: tuple[float, float, float] = (0.7, 0.2, 0.1)
    weight: float = 3.0
    repeats: float = 0.3

    def spread(self, distance: FloatArray) -> FloatArray:
        """Return the density of reports at a distance from their place, per square metre."""
        total: FloatArray = sum(self._parts(distance))  # type: ignore[assignment]
        return total

    def precision(self, distance: FloatArray) -> FloatArray:
        """Return how much a report at this distance says about the centre (1/m^2): little, when it lies far off."""
        near, far, tail = self._parts(distance)
        scales = (self.near, self.far, self.reach)
        informative = sum(
            part / (scale * self.radius_m) ** 2 for part, scale in zip((near, far, tail), scales, strict=True)
        )
        precision: FloatArray = informative / np.maximum(near + far + tail, 1e-300)
        return precision

    def gain(self, spread: FloatArray, explained: FloatArray, first: BoolArray) -> FloatArray:
        """Return the evidence that each report adds; only the first of an episode counts in full."""
        crowd = np.where(first, 0.0, self.repeats * spread)
        gain: FloatArray = np.log1p(self.weight * spread / (explained + crowd))
        return gain

    def _parts(self, distance: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        reach = self.reach * self.radius_m
        near, far = (_gauss(distance, scale * self.radius_m) for scale in (self.near, self.far))
        tail = np.where(distance < reach, 1 / (2 * np.pi * reach * np.maximum(distance, 0.1 * reach)), 0.0)
        return self.shares[0] * near, self.shares[1] * far, self.shares[2] * tail


def _gauss(distance: FloatArray, scale: float) -> FloatArray:
    density: FloatArray = np.exp(-0.5 * (distance / scale) ** 2) / (2 * np.pi * scale**2)
    return density


@dataclass(frozen=True)
class Reports:
    """Reports in canonical order. Reports of different planes do not see each other."""

    xy: FloatArray
    episode: IntArray
    plane: IntArray

    def tree(self, radius_m: float) -> cKDTree:
        return tree_of(self.xy, self.plane, radius_m)


@dataclass(frozen=True)
class Found:
    """Places found, in the order of search: centres, planes, evidence (nats) and reports that each explains."""

    xy: FloatArray
    plane: IntArray
    evidence: FloatArray
    weight: FloatArray

    def __len__(self) -> int:
        return len(self.evidence)

    def take(self, which: IntArray | BoolArray) -> Found:
        return replace(
            self,
            xy=self.xy[which],
            plane=self.plane[which],
            evidence=self.evidence[which],
            weight=self.weight[which],
        )

    def add(self, more: Found) -> Found:
        return Found(
            np.vstack([self.xy, more.xy]),
            np.concatenate([self.plane, more.plane]),
            np.concatenate([self.evidence, more.evidence]),
            np.concatenate([self.weight, more.weight]),
        )


NONE_FOUND = Found(np.empty((0, 2)), np.empty(0, np.int64), np.empty(0), np.empty(0))


def tree_of(xy: FloatArray, plane: IntArray, radius_m: float) -> cKDTree:
    """Index points for neighbours in their own plane."""
    return cKDTree(np.column_stack([xy, plane * (_PLANE_GAP * radius_m)]))


def neighbours(centres: cKDTree, reports: cKDTree, reach: float) -> tuple[IntArray, IntArray, FloatArray]:
    """List (centre, report, distance) up to `reach`."""
    found = centres.sparse_distance_matrix(reports, reach, output_type="ndarray")
    return found["i"].astype(np.int64), found["j"].astype(np.int64), found["v"]


def explained_by(found: Found, reports: Reports, tree: cKDTree, model: Model) -> FloatArray:
    """Return the density of reports that the found places explain at each report."""
    if not len(found):
        return np.zeros(len(reports.xy))
    centre, report, distance = neighbours(
        tree_of(found.xy, found.plane, model.radius_m), tree, model.reach * model.radius_m
    )
    weight = found.weight[centre] * model.spread(distance)
    return np.bincount(report, weight, len(reports.xy)).astype(np.float64)


@dataclass(frozen=True)
class _Pairs:
    """Centres and the reports within a radius of each, nearest first within an episode."""

    centre: IntArray
    report: IntArray
    spread: FloatArray
    first: BoolArray
    centres: int

    @classmethod
    def of(cls, centres: cKDTree, reports: Reports, tree: cKDTree, model: Model) -> _Pairs:
        centre, report, distance = neighbours(centres, tree, model.radius_m)
        order = np.lexsort((distance, reports.episode[report], centre))
        centre, report, distance = centre[order], report[order], distance[order]
        first = np.ones(len(centre), dtype=bool)
        first[1:] = (np.diff(centre) != 0) | (np.diff(reports.episode[report]) != 0)
        return cls(centre, report, model.spread(distance), first, centres.n)

    def evidence(self, explained: FloatArray, model: Model) -> FloatArray:
        gain = model.gain(self.spread, explained[self.report], self.first)
        return np.bincount(self.centre, gain, self.centres).astype(np.float64) - model.weight

    def episodes(self) -> IntArray:
        return np.bincount(self.centre[self.first], minlength=self.centres)


def mine(
    reports: Reports, scattered: FloatArray, model: Model, *, known: Found = NONE_FOUND, floor: float = 0.0
) -> Found:
    """Find places with more evidence than `floor`, strongest first, at least a radius apart and apart from `known`."""
    if not len(reports.xy):
        return NONE_FOUND
    tree = reports.tree(model.radius_m)
    search = _Search(reports, tree, scattered + explained_by(known, reports, tree, model), model, known)
    while search.take_round(floor):
        pass
    return search.found


class _Search:
    """The state of one search: what is explained so far, and which candidates are still open."""

    def __init__(self, reports: Reports, tree: cKDTree, explained: FloatArray, model: Model, known: Found) -> None:
        self.reports, self.tree, self.explained, self.model = reports, tree, explained, model
        spots = np.unique(np.column_stack([reports.plane, reports.xy]), axis=0)
        self.plane, self.spot = spots[:, 0].astype(np.int64), spots[:, 1:]
        self.spots = tree_of(self.spot, self.plane, model.radius_m)
        self.pairs = _Pairs.of(self.spots, reports, tree, model)
        self.rivals = self.spots.query_pairs(model.reach * model.radius_m, output_type="ndarray")
        self.open = self.pairs.episodes() >= model.min_episodes
        self.taken, self.found = known, NONE_FOUND
        self._close_around(known)

    def take_round(self, floor: float) -> bool:
        evidence = np.where(self.open, self.pairs.evidence(self.explained, self.model), -np.inf)
        best = self._best_around(evidence, floor)
        if not len(best):
            return False
        centre, strength = self._settle(best, evidence[best])
        more = Found(centre, self.plane[best], strength, self._weigh(centre, self.plane[best]))
        self.explained = self.explained + explained_by(more, self.reports, self.tree, self.model)
        self.found, self.taken = self.found.add(more), self.taken.add(more)
        self._close_around(more)
        self.open[best] = False
        return True

    def _best_around(self, evidence: FloatArray, floor: float) -> IntArray:
        """Return the candidates that no rival within reach beats; ties go to the lesser x, then y."""
        rank = np.empty(len(evidence), np.int64)
        rank[np.lexsort((self.spot[:, 1], self.spot[:, 0], -np.round(evidence, _TIE_DIGITS)))] = np.arange(
            len(evidence)
        )
        rival = np.full(len(evidence), len(evidence))
        left, right = self.rivals[:, 0], self.rivals[:, 1]
        np.minimum.at(rival, left, rank[right])
        np.minimum.at(rival, right, rank[left])
        return np.flatnonzero((evidence > floor) & (rank < rival))

    def _settle(self, best: IntArray, evidence: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Move each centre to where its reports put it, far-off ones counting little; go back where that is worse."""
        centre, plane = self.spot[best].copy(), self.plane[best]
        for _ in range(_CENTRE_STEPS):
            centre = self._recentred(centre, plane)
        pairs = _Pairs.of(tree_of(centre, plane, self.model.radius_m), self.reports, self.tree, self.model)
        now = pairs.evidence(self.explained, self.model)
        worse = (now < evidence) | (pairs.episodes() < self.model.min_episodes) | self._too_near(centre, plane)
        centre[worse] = self.spot[best[worse]]
        return centre, np.where(worse, evidence, now)

    def _recentred(self, centre: FloatArray, plane: IntArray) -> FloatArray:
        model, xy = self.model, self.reports.xy
        i, j, distance = neighbours(tree_of(centre, plane, model.radius_m), self.tree, model.radius_m)
        own = model.weight * model.spread(distance)
        pull = own / (own + self.explained[j]) * model.precision(distance)
        total = np.bincount(i, pull, len(centre))
        moved = np.column_stack([np.bincount(i, pull * xy[j, axis], len(centre)) for axis in (0, 1)])
        return np.where(total[:, None] > 0, moved / np.maximum(total, 1e-300)[:, None], centre)

    def _weigh(self, centre: FloatArray, plane: IntArray) -> FloatArray:
        """Return how many reports each place explains, what others explain better left to them."""
        model = self.model
        i, j, distance = neighbours(tree_of(centre, plane, model.radius_m), self.tree, model.reach * model.radius_m)
        spread, weight = model.spread(distance), np.full(len(centre), model.weight)
        for _ in range(_WEIGHT_STEPS):
            own = weight[i] * spread
            weight = np.maximum(np.bincount(i, own / (own + self.explained[j]), len(centre)), 1.0)
        return np.asarray(weight, dtype=np.float64)

    def _too_near(self, centre: FloatArray, plane: IntArray) -> BoolArray:
        if not len(self.taken):
            return np.zeros(len(centre), dtype=bool)
        taken = tree_of(self.taken.xy, self.taken.plane, self.model.radius_m)
        distance, _ = taken.query(np.column_stack([centre, plane * (_PLANE_GAP * self.model.radius_m)]))
        return np.asarray(distance < self.model.radius_m)

    def _close_around(self, places: Found) -> None:
        if len(places):
            tree = tree_of(places.xy, places.plane, self.model.radius_m)
            distance, _ = tree.query(self.spots.data, distance_upper_bound=self.model.radius_m)
            self.open &= ~(distance < self.model.radius_m)
