"""From centres to discs that a crew can be sent to: where each is laid, and which reports are its members."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from anlan.analysis.events import BoolArray, FloatArray, IntArray
from anlan.analysis.places._mining import Found, Model, Reports, neighbours, tree_of

# How far a disc may be moved off its fitted centre, in radii: so that the place itself stays well inside.
_FARTHEST = 0.8
_STEP = 0.1


def lay_discs(found: Found, reports: Reports, model: Model) -> FloatArray:
    """Move each centre, strongest first, to where its disc takes in the most reports that no stronger disc has.

    Each report inside adds 2 - (distance / radius)^2: one more report at the rim is worth a small move away from few
    reports, not a large move away from many.
    """
    from anlan.analysis.places._discs_kernel import lay  # the compiler takes a while to import

    if not len(found):
        return found.xy
    order = np.lexsort((found.xy[:, 1], found.xy[:, 0], -found.evidence))
    centres = tree_of(found.xy, found.plane, model.radius_m)
    place, report, _ = neighbours(centres, reports.tree(model.radius_m), (1 + _FARTHEST) * model.radius_m)
    by_place = np.lexsort((report, place))
    starts = np.searchsorted(place[by_place], np.arange(len(found) + 1))
    laid: FloatArray = lay(
        order, starts, report[by_place], found.xy, reports.xy, _shifts() * model.radius_m, model.radius_m
    )
    return laid


def assign_members(found: Found, centres: FloatArray, reports: Reports, model: Model, least: int) -> IntArray:
    """Give each report to the place that explains it best among those whose disc it lies in; -1 for none.

    A place that is left with fewer than `least` reports or too few episodes gives its reports back.
    """
    tree = reports.tree(model.radius_m)
    discs = tree_of(centres, found.plane, model.radius_m)
    pairs = discs.sparse_distance_matrix(tree, model.radius_m, output_type="ndarray")
    place, report = pairs["i"].astype(np.int64), pairs["j"].astype(np.int64)
    apart = np.hypot(*(found.xy[place] - reports.xy[report]).T)
    share = found.weight[place] * model.spread(apart)
    stands = np.ones(len(found), dtype=bool)
    while True:
        open_pairs = stands[place]
        member_of = _best_of(place[open_pairs], report[open_pairs], share[open_pairs], len(reports.xy))
        count, episodes = count_members(member_of, reports.episode, len(found))
        weak = stands & ((count < least) | (episodes < model.min_episodes))
        if not weak.any():
            return member_of
        # Only the weakest of them goes at once: its reports may save its neighbour.
        stands[_weakest_apart(weak, found, model)] = False


def count_members(member_of: IntArray, episode: IntArray, places: int) -> tuple[IntArray, IntArray]:
    """Return reports and separate episodes of each place."""
    inside = member_of >= 0
    count = np.bincount(member_of[inside], minlength=places)
    kinds = np.unique(np.column_stack([member_of[inside], episode[inside]]), axis=0)
    return count, np.bincount(kinds[:, 0], minlength=places)


def crowding(centres: FloatArray, xy: FloatArray, radius_m: float) -> FloatArray:
    """Return the reports around each centre, one at distance d counting exp(-d^2 / 2 radius^2)."""
    near = cKDTree(centres).sparse_distance_matrix(cKDTree(xy), 3 * radius_m, output_type="ndarray")
    weight = np.exp(-0.5 * (near["v"] / radius_m) ** 2)
    order = np.lexsort((near["j"], near["i"]))
    return np.bincount(near["i"][order], weight[order], len(centres)).astype(np.float64)


def _weakest_apart(weak: BoolArray, found: Found, model: Model) -> IntArray:
    """Return the weak places that have no weaker weak place within two radii."""
    at = np.flatnonzero(weak)
    rank = np.empty(len(at), np.int64)
    rank[np.lexsort((found.xy[at, 1], found.xy[at, 0], found.evidence[at]))] = np.arange(len(at))
    weakest = rank.copy()
    rivals = tree_of(found.xy[at], found.plane[at], model.radius_m).query_pairs(
        4 * model.radius_m, output_type="ndarray"
    )
    np.minimum.at(weakest, rivals[:, 0], rank[rivals[:, 1]])
    np.minimum.at(weakest, rivals[:, 1], rank[rivals[:, 0]])
    apart: IntArray = at[rank == weakest]
    return apart


def _best_of(place: IntArray, report: IntArray, share: FloatArray, reports: int) -> IntArray:
    order = np.lexsort((place, -share, report))
    place, report = place[order], report[order]
    first = np.diff(report, prepend=-1) != 0
    member_of = np.full(reports, -1, dtype=np.int64)
    member_of[report[first]] = place[first]
    return member_of


def _shifts() -> FloatArray:
    """Return the moves to try, as shares of the radius, the shortest first."""
    steps = np.arange(-_FARTHEST, _FARTHEST + _STEP / 2, _STEP)
    grid = np.array([(dx, dy) for dx in steps for dy in steps])
    length = np.round(np.hypot(*grid.T), 9)
    grid, length = grid[length <= _FARTHEST], length[length <= _FARTHEST]
    shifts: FloatArray = np.round(grid[np.lexsort((grid[:, 1], grid[:, 0], length))], 9)
    return shifts
