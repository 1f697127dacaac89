"""From reports to incidents: several callers of one flood are one."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from anlan.analysis._given import each_report, metres
from anlan.analysis.events import Events, on_plane


def incidents_of(events: Events, *, radius_m: float = 200.0, within_h: float = 24.0) -> Events:
    """Keep the first report of each incident: a later one near it, and soon after it, tells of the same.

    Scans and near repeats take incidents. Of one flood with forty callers the pattern is the callers', not the city's.

    Parameters
    ----------
    events : Events
        Reports in metres and days. How many a row counts does not matter; one that counts nothing is left out.
    radius_m : float
        A report this near to the first report of an incident, in metres, tells of it.
    within_h : float
        If it came at most so many hours after it.

    Returns
    -------
    Events
        One row for each incident, by time: place, time and id of its first report.

    Raises
    ------
    ValueError
        If the events are in degrees, or `radius_m` or `within_h` is not above 0.

    Notes
    -----
    In order of time (then x, y, id), each report joins an incident whose first report is near enough, or opens one.
    So an incident never grows along a street or through a week, and the order of rows does not matter.

    Examples
    --------
    >>> from anlan.analysis import Events, incidents_of
    >>> reports = Events([0, 50, 120, 900], [0, 0, 0, 0], [1.0, 1.1, 3.0, 1.2], ids=["a", "b", "c", "d"])
    >>> incidents_of(reports).ids.tolist()
    ['a', 'd', 'c']
    """
    radius_m = metres("radius_m", radius_m)
    try:
        within = metres("within_h", within_h) / 24.0
    except ValueError:
        raise ValueError(f"within_h must be more than 0 hours, not {within_h!r}") from None
    rows = np.unique(each_report(on_plane(events).counts, len(events)))
    rows = rows[np.lexsort((events.ids[rows], events.y[rows], events.x[rows], events.day[rows]))]
    first = rows[_opens(events.x[rows], events.y[rows], events.day[rows], radius_m, within)]
    found = Events(events.x[first], events.y[first], events.day[first], ids=events.ids[first])
    object.__setattr__(found, "plane", events.plane)
    return found


def _opens(x: np.ndarray, y: np.ndarray, day: np.ndarray, radius_m: float, within: float) -> np.ndarray:
    """Say which reports, in order of time, open an incident."""
    opens = np.ones(len(x), dtype=bool)
    if len(x) < 2:
        return opens
    at = np.column_stack([x, y, (day - day[0]) * (radius_m / within)])
    pairs = cKDTree(at).query_pairs(radius_m * (1 + 1e-9), p=np.inf, output_type="ndarray")
    near = np.hypot(x[pairs[:, 0]] - x[pairs[:, 1]], y[pairs[:, 0]] - y[pairs[:, 1]]) <= radius_m
    soon = day[pairs[:, 1]] - day[pairs[:, 0]] <= within + 1e-9
    pairs = pairs[near & soon]
    # query_pairs names the earlier first: by the time a report is judged, all before it are
    for earlier, later in pairs[np.argsort(pairs[:, 1], kind="stable")].tolist():
        if opens[earlier]:
            opens[later] = False
    return opens
