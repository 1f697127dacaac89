"""Compiled: places, and for each the others by distance, as far as a circle may grow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

from anlan.analysis.events import FloatArray, IntArray

Int32Array = npt.NDArray[np.int32]
EARTH_M = 6_367_000.0
_FEW = 24  # in a bucket: below it, insertion alone is fastest


@dataclass(frozen=True)
class Ground:
    """Places in canonical order (x, then y) and those among them that carry mass ("rows") along a space-filling curve.

    Attributes
    ----------
    xy : (k, 2) coordinates; `at` : (k, 3) where distances are straight lines.
    place : (m,) place of each row; `empty` : the places without mass; `walk` : (k,) centres along the curve.
    mass : (m, s) cases (or population) of each row, by stratum.
    starts, ends : (k,) of each centre's list in `near`, rows by distance; `most` : the greatest mass of a list.
    """

    xy: FloatArray
    at: FloatArray
    place: Int32Array
    empty: Int32Array
    walk: Int32Array
    mass: FloatArray
    starts: IntArray
    ends: IntArray
    near: Int32Array
    most: float


def unique_places(xy: FloatArray) -> tuple[FloatArray, IntArray]:
    """Return the places by x, then y, and which of them each row of `xy` is."""
    first, label = _alike(xy)
    order = np.lexsort((xy[first, 1], xy[first, 0]))
    number = np.empty(len(first), dtype=np.int64)
    number[order] = np.arange(len(first))
    return np.ascontiguousarray(xy[first[order]]), number[label]


@njit(cache=True, nogil=True)
def _alike(xy: FloatArray) -> tuple[IntArray, IntArray]:
    """Return the first row of each distinct point, and which of these each row is like (a hash table)."""
    size = 1
    while size < 2 * len(xy) + 2:
        size *= 2
    table = np.full(size, -1, np.int64)
    first, label = np.empty(len(xy), np.int64), np.empty(len(xy), np.int64)
    bits = xy.view(np.uint64)
    count = 0
    for i in range(len(xy)):
        code = (bits[i, 0] ^ (bits[i, 1] * np.uint64(0x9E3779B97F4A7C15))) * np.uint64(0xD1342543DE82EF95)
        at = np.int64((code ^ (code >> np.uint64(32))) & np.uint64(size - 1))
        while table[at] >= 0 and (xy[first[table[at]], 0] != xy[i, 0] or xy[first[table[at]], 1] != xy[i, 1]):
            at = (at + 1) & (size - 1)
        if table[at] < 0:
            table[at], first[count] = count, i
            count += 1
        label[i] = table[at]
    return first[:count].copy(), label


@njit(cache=True, nogil=True)
def sort_cases(stratum: IntArray, place: IntArray, counts: IntArray, strata: int, places: int) -> IntArray:
    """Return the row of every case, by stratum, then place, then row: a row comes as often as it counts."""
    heads = np.zeros(strata * places + 1, np.int64)
    for i in range(len(place)):
        heads[stratum[i] * places + place[i] + 1] += counts[i]
    for at in range(1, len(heads)):
        heads[at] += heads[at - 1]
    order = np.empty(heads[-1], np.int64)
    for i in range(len(place)):
        at = stratum[i] * places + place[i]
        for _ in range(counts[i]):
            order[heads[at]] = i
            heads[at] += 1
    return order


def on_sphere(lonlat: FloatArray) -> FloatArray:
    """Return points of a sphere in metres, so that straight lines are chords."""
    lon, lat = np.radians(lonlat).T
    return EARTH_M * np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def along_curve(xy: FloatArray) -> Int32Array:
    """Return the order of points along a z-curve: neighbours in it are mostly neighbours on the ground."""
    if not len(xy):
        return np.empty(0, np.int32)
    low = xy.min(axis=0)
    extent = max(float((xy.max(axis=0) - low).max()), 1e-300)
    cell = ((xy - low) / extent * 65535).astype(np.uint64)
    code = _spread(cell[:, 0]) | (_spread(cell[:, 1]) << np.uint64(1))
    return np.argsort(code, kind="stable").astype(np.int32)


def _spread(bits: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    for shift, mask in ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555)):
        bits = (bits | (bits << np.uint64(shift))) & np.uint64(mask)
    return bits


@dataclass(frozen=True)
class Cells:
    """Rows sorted into cells as wide as the largest radius (one cell where there is none)."""

    low: FloatArray
    shape: IntArray
    width: float
    starts: IntArray
    row: Int32Array
    most: IntArray

    @classmethod
    def of(cls, at: FloatArray, place: Int32Array, reach: float) -> Cells:
        """Sort the rows."""
        low = at.min(axis=0)
        extent = at.max(axis=0) - low
        width = max(reach, float(extent.max()) / 96, 1e-9) if np.isfinite(reach) else np.inf
        shape = np.ones(3, np.int64) if np.isinf(width) else (extent / width).astype(np.int64) + 1
        cell = cls._of(at, low, width, shape)
        counts = np.bincount(cell[place], minlength=int(shape.prod())).reshape(shape)
        around = counts
        for axis in range(3):
            around = _three(around, axis)
        starts = np.concatenate([[0], np.cumsum(counts.ravel())])
        row = np.argsort(cell[place], kind="stable").astype(np.int32)
        return cls(low, shape, width, starts, row, around.ravel()[cell])

    @staticmethod
    def _of(at: FloatArray, low: FloatArray, width: float, shape: IntArray) -> IntArray:
        steps = np.minimum(((at - low) / width).astype(np.int64), shape - 1)
        return (steps[:, 0] * shape[1] + steps[:, 1]) * shape[2] + steps[:, 2]


def _three(counts: IntArray, axis: int) -> IntArray:
    if counts.shape[axis] == 1:
        return counts
    padded = np.pad(counts, [(1, 1) if dimension == axis else (0, 0) for dimension in range(3)])
    parts = [np.take(padded, range(by, by + counts.shape[axis]), axis) for by in range(3)]
    return parts[0] + parts[1] + parts[2]


@njit(cache=True, nogil=True)
def list_near(
    centres: Int32Array,
    at: FloatArray,
    place: Int32Array,
    total: FloatArray,
    low: FloatArray,
    shape: IntArray,
    width: float,
    cells: IntArray,
    cell_row: Int32Array,
    reach: float,
    limit: float,
    starts: IntArray,
    ends: IntArray,
    near: Int32Array,
    stop: npt.NDArray[np.uint8],
    taken_by: FloatArray,
) -> None:
    """List the rows by distance from each centre, ended before the radius or the share is exceeded.

    Equal distances: the lesser place first. Bucket sort by squared distance, made exact in the buckets.

    Long because it is one compiled loop, in which a call costs more than the work.
    """
    most = 0
    for i in centres:
        most = max(most, ends[i] - starts[i])
    apart = np.empty(most + 1, np.float64)
    found = np.empty(most + 1, np.int32)
    bucket = np.empty(most, np.int32)
    key = np.empty(most, np.float64)
    who = np.empty(most, np.int32)
    heads = np.empty(most + 2, np.int32)
    weight = np.empty(most + 2, np.float64)
    box = np.zeros(3, np.int64)
    ax, ay, az = at[place, 0].copy(), at[place, 1].copy(), at[place, 2].copy()
    bound = np.inf
    for i in centres:
        if stop[0]:
            return
        x, y, z = at[i, 0], at[i, 1], at[i, 2]
        count, farthest = 0, 0.0
        if np.isinf(reach):
            # the last centre was near by: what is much farther than its list went is left out, if that leaves enough
            while True:
                count, farthest, weighed = 0, 0.0, 0.0
                for row in range(len(place)):
                    square = (ax[row] - x) ** 2 + (ay[row] - y) ** 2 + (az[row] - z) ** 2
                    apart[count], found[count] = square, row
                    if square <= bound:
                        count += 1
                        weighed += total[row]
                        farthest = max(farthest, square)
                if np.isinf(bound) or weighed > limit:
                    break
                bound = np.inf
        else:
            for axis in range(3):
                box[axis] = min(np.int64((at[i, axis] - low[axis]) / width), shape[axis] - 1)
            for u in range(max(0, box[0] - 1), min(shape[0], box[0] + 2)):
                for v in range(max(0, box[1] - 1), min(shape[1], box[1] + 2)):
                    for w in range(max(0, box[2] - 1), min(shape[2], box[2] + 2)):
                        cell = (u * shape[1] + v) * shape[2] + w
                        for j in range(cells[cell], cells[cell + 1]):
                            row = cell_row[j]
                            p = place[row]
                            square = (at[p, 0] - x) ** 2 + (at[p, 1] - y) ** 2 + (at[p, 2] - z) ** 2
                            if np.sqrt(square) <= reach:
                                apart[count], found[count] = square, row
                                count += 1
                                farthest = max(farthest, square)
        scale = (count - 0.5) / farthest if farthest > 0 else 0.0
        for b in range(count + 1):
            heads[b] = 0
            weight[b] = 0.0
        for j in range(count):
            bucket[j] = np.int32(apart[j] * scale)
        for j in range(count):
            b = bucket[j]
            heads[b] += 1
            weight[b] += total[found[j]]
        taken, kept, cut, crowd = 0.0, 0, count, 0
        for b in range(count):
            here = heads[b]
            heads[b] = kept
            kept += here
            taken += weight[b]
            crowd = max(crowd, here)
            if taken > limit:
                cut = b
                break
        for j in range(count):
            b = bucket[j]
            if b <= cut:
                key[heads[b]], who[heads[b]] = np.sqrt(apart[j]), found[j]
                heads[b] += 1
        if crowd > _FEW:
            begin = 0
            for b in range(min(cut, count - 1) + 1):
                if heads[b] - begin > _FEW:
                    _heap_sort(key[begin : heads[b]], who[begin : heads[b]], place)
                begin = heads[b]
        for j in range(1, kept):
            d, row = key[j], who[j]
            back = j - 1
            while back >= 0 and (key[back] > d or (key[back] == d and place[who[back]] > place[row])):
                key[back + 1], who[back + 1] = key[back], who[back]
                back -= 1
            key[back + 1], who[back + 1] = d, row
        taken, length = 0.0, 0
        for j in range(kept):
            taken += total[who[j]]
            if taken > limit:
                break
            near[starts[i] + length] = who[j]
            length += 1
            taken_by[i] = taken
        ends[i] = starts[i] + length
        bound = 1.25 * key[length - 1] ** 2 if 0 < length < kept else np.inf


@njit(cache=True, nogil=True)
def _heap_sort(key: FloatArray, who: Int32Array, place: Int32Array) -> None:
    n = len(key)
    for end in range(2 * n - 1, 0, -1):
        # first build the heap from the middle down, then take the greatest out one by one
        if end >= n:
            root, size = end - n, n
            if root > n // 2:
                continue
        else:
            key[0], key[end] = key[end], key[0]
            who[0], who[end] = who[end], who[0]
            root, size = 0, end
        while True:
            child = 2 * root + 1
            if child >= size:
                break
            if child + 1 < size and _less(key, who, place, child, child + 1):
                child += 1
            if not _less(key, who, place, root, child):
                break
            key[root], key[child] = key[child], key[root]
            who[root], who[child] = who[child], who[root]
            root = child


@njit(cache=True, nogil=True)
def _less(key: FloatArray, who: Int32Array, place: Int32Array, a: int, b: int) -> bool:
    return key[a] < key[b] or (key[a] == key[b] and place[who[a]] < place[who[b]])
