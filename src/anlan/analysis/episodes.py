"""Episodes: spells of reports, city-wide, parted by a gap or named by a column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from anlan.analysis._given import FloatArray, IntArray, labels, moments

# A gap of exactly `episode_gap_h` does not part two reports, whatever the last bit of the subtraction says.
_HOURS_SLACK = 1e-6


@dataclass(frozen=True)
class Episode:
    """One spell of reports over the whole city.

    Attributes
    ----------
    number : int
        From 1, in order of time.
    first_day, last_day : float
        Day of its first and of its last report.
    reports : int
        How many reports fall in it.
    name : str or None
        The caller's own label, where episodes were given.
    """

    number: int
    first_day: float
    last_day: float
    reports: int
    name: str | None = None


def find_episodes(
    day: npt.ArrayLike, *, episode_gap_h: float = 24.0, episode: Sequence[Any] | npt.NDArray[Any] | None = None
) -> tuple[tuple[Episode, ...], IntArray]:
    """Number the episodes from 1 and say for each report, in input order, which one it belongs to.

    Parameters
    ----------
    day : array_like of float, shape (n,)
        Time of each report in days, or dates and times.
    episode_gap_h : float
        A new episode starts after more than this many hours without any report.
    episode : sequence, shape (n,), optional
        The caller's own episode of each report (a storm column); the gap is then not used.

    Returns
    -------
    episodes : tuple of Episode
    episode_of : ndarray of int, shape (n,)

    Raises
    ------
    ValueError
        If the gap is not above 0, or the episodes given are not one for each report.

    Examples
    --------
    >>> import numpy as np
    >>> from anlan.analysis import find_episodes
    >>> episodes, episode_of = find_episodes(np.array([1.0, 1.5, 4.0]))
    >>> [one.reports for one in episodes], episode_of.tolist()
    ([2, 1], [1, 1, 2])
    """
    day = moments("day", day)
    if episode is not None:
        return _named_episodes(day, labels("episode", episode, len(day)).astype(str))
    if not isinstance(episode_gap_h, int | float | np.number) or not 0 < episode_gap_h < np.inf:
        raise ValueError(f"episode_gap_h must be more than 0 hours, not {episode_gap_h!r}")
    order = np.argsort(day, kind="stable")
    starts = np.diff(day[order], prepend=-np.inf) * 24.0 > episode_gap_h + _HOURS_SLACK
    episode_of = np.empty(len(day), dtype=np.int64)
    episode_of[order] = np.cumsum(starts)
    return _table(day, episode_of, None), episode_of


def _named_episodes(day: FloatArray, named: npt.NDArray[np.str_]) -> tuple[tuple[Episode, ...], IntArray]:
    names, code = np.unique(named, return_inverse=True)
    first = np.full(len(names), np.inf)
    np.minimum.at(first, code, day)
    in_time = np.lexsort((names, first))
    number = np.empty(len(names), dtype=np.int64)
    number[in_time] = np.arange(1, len(names) + 1)
    episode_of = number[code]
    return _table(day, episode_of, [str(name) for name in names[in_time]]), episode_of


def _table(day: FloatArray, episode_of: IntArray, names: list[str] | None) -> tuple[Episode, ...]:
    count = int(episode_of.max()) if len(episode_of) else 0
    first, last = np.full(count, np.inf), np.full(count, -np.inf)
    np.minimum.at(first, episode_of - 1, day)
    np.maximum.at(last, episode_of - 1, day)
    reports = np.bincount(episode_of - 1, minlength=count)
    return tuple(
        Episode(i + 1, float(first[i]), float(last[i]), int(reports[i]), names[i] if names else None)
        for i in range(count)
    )
