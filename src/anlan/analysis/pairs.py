"""Near repeats: more pairs of incidents close in both place and time than chance gives (Knox)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree
from scipy.stats import chi2_contingency

from anlan.analysis._given import each_report, moments, unmasked, whole
from anlan.analysis._result import Result
from anlan.analysis.events import Events, FloatArray, IntArray, events_of
from anlan.analysis.revisions import REVISIONS

_BLOCK = 32
_MOST_PAIRS = 300_000_000
_SURE_OF_SHIFT = 0.001


@dataclass(frozen=True)
class NearRepeatBand:
    """Pairs of one distance band and one day band.

    Attributes
    ----------
    from_m, to_m : float
        Distance apart: more than `from_m`, at most `to_m`; the first band, 0 to 0, is the same place.
    from_day, to_day : float
        Days apart: more than `from_day` (the first band: from 0), at most `to_day`.
    observed, expected, ratio : float
        Pairs seen; pairs that any pairing of places and times gives on average (exact); one over the other.
    p_value : float
        (rank + 1) / (R + 1) for this band alone.
    p_value_any_band : float
        The same beside the strongest band of each replication: what to read when bands were not chosen beforehand.
    """

    from_m: float
    to_m: float
    from_day: float
    to_day: float
    observed: float
    expected: float
    ratio: float | None
    p_value: float
    p_value_any_band: float


@dataclass(frozen=True, eq=False)
class NearRepeat(Result, rows_in="bands", picture="knox"):
    """The outcome of `near_repeat`.

    Attributes
    ----------
    bands : tuple of NearRepeatBand
        By distance, then by days.
    incidents, close_pairs : int
        Incidents, and pairs of them within the largest distance.
    warnings : tuple of str
        Where places and seasons, or places and years, do not go together evenly.
    parameters : mapping
        What was asked, and the revision of the method.
    """

    bands: tuple[NearRepeatBand, ...]
    incidents: int
    close_pairs: int
    warnings: tuple[str, ...]
    parameters: Mapping[str, Any]


def near_repeat(
    x: Events | npt.ArrayLike,
    y: npt.ArrayLike | None = None,
    day: npt.ArrayLike | None = None,
    *,
    distance_bands_m: Sequence[float],
    day_bands: Sequence[float],
    day_to: npt.ArrayLike | None = None,
    replications: int = 999,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> NearRepeat:
    """Count pairs of incidents close in place and time, and compare with the same places at permuted times.

    Give *incidents*, not reports: two callers of one fire are no near repeat.

    Long because its parameters are documented here, with an example.

    Parameters
    ----------
    x, y : array_like of float, shape (n,), or Events
        Position in metres; or the events in place of `x`, `y` and `day`. A row that counts three is three incidents.
    day : array_like of float, shape (n,)
        Time in days.
    distance_bands_m : sequence of float
        Ends of the distance bands, ascending, above 0. Pairs at the very same place have a band of their own.
    day_bands : sequence of float
        Ends of the bands of days apart, ascending, 0 or more.
    day_to : array_like of float, shape (n,), optional
        Last possible time where the time is known as a span (`day` is then the first): each pair counts in each band
        with its chance of lying there, any moment of a span being as likely (aoristic).
    replications, seed : int
        Permutations of the times over the places, and what they are drawn with.
    progress : callable, optional
        Called with replications done and in all.

    Returns
    -------
    NearRepeat
        Independent of the order of rows.

    Raises
    ------
    ValueError
        For bands that do not ascend, spans that end before they start, fewer than 3 incidents, or more than 300 million
        close pairs.

    Notes
    -----
    The test asks whether places and times go together more than by chance. They also do where trouble moves across a
    city over the years, or where each quarter has a season of its own: `warnings` says when that is likely.

    References
    ----------
    G. Knox (1964): The detection of space-time interactions. Applied Statistics 13, 25-29. J. Ratcliffe, G. Rengert
    (2008): Near-repeat patterns in Philadelphia shootings. Security Journal 21, 58-76. J. Ratcliffe, M. McCullagh
    (1998): Aoristic crime analysis. International Journal of Geographical Information Science 12, 751-764.

    Examples
    --------
    >>> import numpy as np
    >>> from anlan.analysis import near_repeat
    >>> draw = np.random.default_rng(0)
    >>> x, y, day = draw.uniform(0, 5000, 300), draw.uniform(0, 5000, 300), draw.uniform(0, 365, 300)
    >>> x, y, day = np.append(x, x[:60] + 20), np.append(y, y[:60]), np.append(day, day[:60] + 2)
    >>> found = near_repeat(x, y, day, distance_bands_m=[50, 200], day_bands=[7, 30], replications=99)
    >>> strongest = max(found.bands, key=lambda band: band.ratio or 0)
    >>> strongest.to_m, strongest.to_day, strongest.p_value
    (50.0, 7.0, 0.01)
    """
    distance, days = _ends("distance_bands_m", distance_bands_m, above=0.0), _ends("day_bands", day_bands)
    replications = whole("replications", replications, 19, "999 is usual; below it p cannot fall to 0.05")
    seed = whole("seed", seed, 0)
    xy, start, end = _sorted(events_of(x, y, day), day_to)
    first, second, near = _close_pairs(xy, distance)
    kinds, spans = len(distance) + 1, bool((end > start).any())
    count = _counter(first, second, near, kinds, start, end if spans else None, days)
    observed = count(np.arange(len(xy))[None])[0]
    replicas = _replicated(count, len(xy), replications, seed, progress)
    expected = _expected(near, kinds, start, end if spans else None, days, replicas)
    return NearRepeat(
        bands=_bands(distance, days, observed, expected, replicas),
        incidents=len(xy),
        close_pairs=len(first),
        warnings=_warnings(xy, start),
        parameters=MappingProxyType(
            {
                "distance_bands_m": distance.tolist(),
                "day_bands": days.tolist(),
                "aoristic": spans,
                "replications": replications,
                "seed": seed,
                "revision": REVISIONS["near_repeat"],
            }
        ),
    )


def _ends(name: str, values: Sequence[float], above: float = -1e-300) -> FloatArray:
    try:
        ends = np.asarray(unmasked(name, values), dtype=np.float64)
    except (TypeError, ValueError):
        ends = np.empty(0)
    if ends.ndim != 1 or not len(ends) or not np.isfinite(ends).all() or ends[0] <= above or (np.diff(ends) <= 0).any():
        raise ValueError(f"{name} must be ends of bands that ascend, such as [100, 200, 400], not {values!r}")
    return ends


def _sorted(events: Events, day_to: npt.ArrayLike | None) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return places and spans in an order that does not depend on the rows'."""
    rows = each_report(events.counts, len(events))
    if len(rows) < 3:
        raise ValueError(f"near repeats need 3 incidents or more, not {len(rows)}")
    end = events.day if day_to is None else moments("day_to", day_to)
    if len(end) != len(events):
        raise ValueError(f"day_to must have one entry for each of the {len(events)} incidents, not {len(end)}")
    if (early := np.flatnonzero(end < events.day)).size:
        raise ValueError(
            f"day_to must not lie before day; row {early[0]} ends {end[early[0]]} < {events.day[early[0]]}"
        )
    order = np.lexsort((end, events.day, events.y, events.x))
    order = np.repeat(order, np.ones(len(order), np.int64) if events.counts is None else events.counts[order])
    return np.column_stack([events.x, events.y])[order], events.day[order], end[order]


def _close_pairs(xy: FloatArray, distance: FloatArray) -> tuple[IntArray, IntArray, IntArray]:
    """Return every pair within the largest distance, and its band: 0 for the same place."""
    tree = cKDTree(xy)
    many = (int(tree.count_neighbors(tree, distance[-1])) - len(xy)) // 2
    if many > _MOST_PAIRS:
        raise ValueError(f"{many:,} pairs lie within {distance[-1]:.0f} m; write smaller distance bands")
    pairs = tree.query_pairs(distance[-1], output_type="ndarray").astype(np.int32)
    pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
    apart = np.hypot(*(xy[pairs[:, 0]] - xy[pairs[:, 1]]).T)
    near = np.where(apart > 0, np.searchsorted(distance, apart) + 1, 0).astype(np.int8)
    return pairs[:, 0].copy(), pairs[:, 1].copy(), np.minimum(near, len(distance))


def _counter(
    first: IntArray, second: IntArray, near: IntArray, kinds: int, start: FloatArray, end: FloatArray | None,
    days: FloatArray,
) -> Callable[[IntArray], FloatArray]:  # fmt: skip
    from anlan.analysis import _near_kernel as kernel  # the compiler takes a while to import

    def count(order: IntArray) -> FloatArray:
        if end is None:
            counts: FloatArray = kernel.counted(first, second, near, kinds, start, order, days)
        else:
            # from the first day on, so that no digits are spent on the origin
            origin = start.min()
            counts = kernel.weighed(first, second, near, kinds, start - origin, end - origin, order, days)
        return counts

    return count


def _replicated(
    count: Callable[[IntArray], FloatArray], rows: int, replications: int, seed: int,
    progress: Callable[[int, int], None] | None,
) -> FloatArray:  # fmt: skip
    """Count under permutations, each drawn with (seed, its number)."""
    found = []
    for begin in range(0, replications, _BLOCK):
        block = range(begin, min(begin + _BLOCK, replications))
        order = np.array([np.random.default_rng([seed, replicate]).permutation(rows) for replicate in block])
        found.append(count(order))
        if progress:
            progress(block.stop, replications)
    return np.concatenate(found)


def _expected(
    near: IntArray, kinds: int, start: FloatArray, end: FloatArray | None, days: FloatArray, replicas: FloatArray
) -> FloatArray:
    """Return the mean over *all* permutations: pairs of the distance band times the share of pairs of the day band.

    With spans of time it is the mean over the replications.
    """
    if end is not None:
        mean: FloatArray = replicas.mean(axis=0)
        return mean
    ordered = np.sort(start)
    reach = np.array([(np.searchsorted(ordered, ordered + most, side="right") - np.arange(len(ordered)) - 1).sum()
                      for most in days])  # fmt: skip
    share = np.diff(reach, prepend=0) / (len(start) * (len(start) - 1) / 2)
    return np.outer(np.bincount(near, minlength=kinds), share)


def _bands(
    distance: FloatArray, days: FloatArray, observed: FloatArray, expected: FloatArray, replicas: FloatArray
) -> tuple[NearRepeatBand, ...]:
    spread = np.maximum(replicas.std(axis=0), 1e-12)
    strength = (observed - expected) / spread
    strongest = ((replicas - expected) / spread).max(axis=(1, 2))
    slack, total = 1e-9, len(replicas) + 1
    from_m, to_m = np.concatenate([[0.0, 0.0], distance[:-1]]), np.concatenate([[0.0], distance])
    from_day = np.concatenate([[0.0], days[:-1]])
    return tuple(
        NearRepeatBand(
            from_m=float(from_m[i]),
            to_m=float(to_m[i]),
            from_day=float(from_day[j]),
            to_day=float(days[j]),
            observed=float(observed[i, j]),
            expected=float(expected[i, j]),
            ratio=float(observed[i, j] / expected[i, j]) if expected[i, j] > 0 else None,
            p_value=float((replicas[:, i, j] >= observed[i, j] - slack).sum() + 1) / total,
            p_value_any_band=float((strongest >= strength[i, j] - slack).sum() + 1) / total,
        )
        for i in range(len(to_m))
        for j in range(len(days))
    )


def _warnings(xy: FloatArray, day: FloatArray) -> tuple[str, ...]:
    """Say where quarters of the city and parts of the time do not go together evenly: chance alone rarely does that."""
    middle = np.median(xy, axis=0)
    quarter = (xy > middle) @ np.array([1, 2])
    warnings = []
    length = np.ptp(day)
    parts = np.minimum(((day - day.min()) / max(length, 1e-9) * 4).astype(int), 3)
    if _uneven(quarter, parts):
        warnings.append("incidents move between quarters of the city over the whole time; the ratios may be too high")
    if length >= 540 and _uneven(quarter, (day % 365.25 // 91.3125).astype(int)):
        warnings.append("quarters of the city have seasons of their own; the ratios may be too high")
    return tuple(warnings)


def _uneven(quarter: IntArray, part: IntArray) -> bool:
    table = np.zeros((4, int(part.max()) + 1))
    np.add.at(table, (quarter, part), 1)
    table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    if min(table.shape) < 2 or table.sum() < 100:
        return False
    return bool(chi2_contingency(table).pvalue < _SURE_OF_SHIFT)
