"""Density clusters: DBSCAN, exact, with a stated rule for border points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from anlan.analysis._given import column, each_report, in_metres, labels, metres, whole
from anlan.analysis._result import Result
from anlan.analysis.events import BoolArray, Events, FloatArray, IntArray, on_plane

_SHRINK = 1 - 1e-6  # of a cell, so that no rounding lets two points of one cell lie farther apart than the radius
_MOST_CELLS_PER_POINT = 4
_PARTS = 4


@dataclass(frozen=True, eq=False)
class DensityClusters(Result):
    """The outcome of `density_clusters`.

    Attributes
    ----------
    labels : ndarray of int, shape (n,)
        Cluster of each point, from 0 in the order of each cluster's first core point; -1 for noise.
    core : ndarray of bool, shape (n,)
        Points with at least `min_count` points (themselves included) within the radius.
    clusters : int
        How many there are.
    """

    labels: IntArray
    core: BoolArray
    clusters: int


def density_clusters(
    x: Events | npt.ArrayLike,
    y: npt.ArrayLike | None = None,
    *,
    radius_m: float,
    min_count: int,
    ids: npt.ArrayLike | None = None,
) -> DensityClusters:
    """Group points that are dense and reach each other: exact DBSCAN (Ester et al. 1996).

    A core point has at least `min_count` points within `radius_m`, itself included, the radius inclusive. Core points
    within the radius of each other share a cluster. A border point, no core point itself, goes to its *nearest* core
    point; among core points equally near, to the one with the lowest id. (Most programs give it to whichever cluster
    they happen to grow first.)

    Long because its parameters are documented here, with an example.

    Parameters
    ----------
    x, y : array_like of float, shape (n,), or Events
        Position in metres; or events in place of both, whose ids then settle ties. A row that counts three is three
        points; one that counts nothing is noise.
    radius_m : float
        The radius, in metres.
    min_count : int
        Points that make a core, itself included.
    ids : array_like, shape (n,), optional
        Names that settle ties and the numbering. Default: row numbers.

    Returns
    -------
    DensityClusters

    Raises
    ------
    ValueError
        If the lengths differ, a value is not finite or in degrees, `radius_m` is not above 0 or `min_count` below 1.

    Notes
    -----
    A density cluster is no place to send a crew to: it grows along a street without bound. For that see
    `recurrent_places`.

    References
    ----------
    M. Ester, H.-P. Kriegel, J. Sander, X. Xu (1996): A density-based algorithm for discovering clusters in large
    spatial databases with noise. KDD-96, 226-231.

    Examples
    --------
    >>> from anlan.analysis import density_clusters
    >>> found = density_clusters([0, 1, 2, 50, 51, 52, 500], [0] * 7, radius_m=10, min_count=3)
    >>> found.labels.tolist(), found.clusters
    ([0, 0, 0, 1, 1, 1, -1], 2)
    """
    counts = None
    if isinstance(x, Events):
        if y is not None:
            raise ValueError("give either events or x and y, not both")
        events = on_plane(x)
        x, y, counts, ids = events.x, events.y, events.counts, events.ids if ids is None else ids
    if y is None:
        raise ValueError("give x and y, or events")
    x, y = column("x", x), column("y", y)
    if len(x) != len(y):
        raise ValueError(f"x and y must have one length, not {len(x)} and {len(y)}")
    in_metres(x, y)
    radius_m, min_count = metres("radius_m", radius_m), whole("min_count", min_count, 1)
    points = each_report(counts, len(x))
    by_rank = np.empty(0, np.int64)
    if ids is not None:
        by_rank = np.argsort(labels("ids", ids, len(x))[points], kind="stable")
    of_points, cores, clusters = _labelled(x[points], y[points], radius_m, min_count, by_rank)
    cluster, core = np.full(len(x), -1, np.int64), np.zeros(len(x), bool)
    cluster[points], core[points] = of_points, cores
    for values in (cluster, core):
        values.setflags(write=False)
    return DensityClusters(cluster, core, clusters)


def _labelled(
    x: FloatArray, y: FloatArray, radius_m: float, min_count: int, by_rank: IntArray
) -> tuple[IntArray, BoolArray, int]:
    from anlan.analysis import _density_kernel as kernel  # the compiler takes a while to import

    marked = np.zeros(len(x), bool)
    if not len(x):
        return np.empty(0, np.int64), marked, 0
    cell, key, cells, columns = _cells(x, y, radius_m * _SHRINK / np.sqrt(2))
    kind = np.int32 if max(len(x), cells) < 2**31 - 1 else np.int64
    starts, order = np.zeros(cells + 1, kind), np.empty(len(x), kind)
    xs, ys = kernel.sorted_by_cell(cell, x, y, cells, _PARTS, starts, order)
    del cell
    reach = radius_m * radius_m
    core = kernel.cores(xs, ys, key, starts, columns, reach, min_count)
    parent = kernel.joined(xs, ys, core, key, starts, columns, reach, _PARTS)
    rank = np.empty(len(by_rank), np.int64)
    rank[by_rank] = np.arange(len(by_rank))
    root = kernel.roots(xs, ys, core, key, starts, columns, reach, parent, order, rank, marked)
    clusters = int(kernel.numbered(root, marked, by_rank, cells))
    return root.astype(np.int64), marked, clusters


def _cells(x: FloatArray, y: FloatArray, side: float) -> tuple[npt.NDArray[Any], IntArray, int, int]:
    """Return each point's cell, the cells' numbers in the grid if many are empty, how many, and the grid's columns."""
    from anlan.analysis import _density_kernel as kernel

    left, low = x.min(), y.min()
    wide, high = (x.max() - left) / side, (y.max() - low) / side
    if (wide + 5) * (high + 1) > 2.0**53:  # doubles count no finer
        raise ValueError("the points lie too far apart for this radius; leave far outliers out")
    columns, cells = int(wide) + 5, (int(wide) + 5) * (int(high) + 1)
    dense = cells <= max(_MOST_CELLS_PER_POINT * len(x), 1 << 16)
    cell: npt.NDArray[Any] = np.empty(len(x), np.int32 if dense and cells < 2**31 - 1 else np.int64)
    kernel.cells_of(x, y, left, low, side, columns, cell)
    if dense:
        return cell, np.empty(0, np.int64), cells, columns
    key, compact = np.unique(cell, return_inverse=True)
    return compact.astype(np.int32 if len(key) < 2**31 - 1 else np.int64), key, len(key), columns
