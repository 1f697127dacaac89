"""Is something happening here and now? Scan statistics over circles and windows of days."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from anlan.analysis._result import Result
from anlan.analysis.events import Events, FloatArray, IntArray
from anlan.analysis.revisions import REVISIONS
from anlan.analysis.scan._dispersion import storm_days
from anlan.analysis.scan._model import Model, model_of
from anlan.analysis.scan._run import Progress
from anlan.analysis.scan._search import Circle, limits_of, simulate, strongest

_EULER = 0.5772156649015329


@dataclass(frozen=True, eq=False)
class ScanCluster(Result):
    """A circle and a window of days with more cases than expected.

    Attributes
    ----------
    rank : int
        From 1, by statistic.
    centre : tuple of float
        Coordinates of the place in its middle (metres; degrees where events are on a sphere).
    radius_m : float
        Distance from the centre to the farthest member place, in metres (0 for one place).
    places : ndarray of float, shape (k, 2)
        Member places, those without cases too, by distance from the centre.
    members : tuple of int or str
        Ids of the rows with cases inside circle and window, in input order.
    first_day, last_day : int
        The window, both days included (the study period in a scan over space).
    observed : int
        Cases inside.
    expected : float
        Cases to be expected there if place and day had nothing to do with each other (permutation), if cases came in
        proportion to population and time (Poisson), or as often among the people there as among all (Bernoulli).
    statistic : float
        Logarithm of the likelihood ratio.
    p_value : float
        Share of data sets, this one among the replications, whose strongest cluster anywhere is at least as strong.
        For clusters after the first it is compared with the same maxima, which is conservative: it is never too small.
    gumbel_p_value : float or None
        From a Gumbel distribution fitted to the maxima (moments), where asked for: an extrapolation beyond what the
        replications can tell.
    recurrence_interval_days : float or None
        1 / p (of the Gumbel p where asked for): with a scan every day, a cluster as strong comes by chance once in so
        many days. None for a retrospective scan.
    recurrence : str or None
        The same in words; ">= 1,000 days" where no replication came near, and so more cannot be told.
    controls : int or None
        Controls inside (Bernoulli).
    """

    rank: int
    centre: tuple[float, float]
    radius_m: float
    places: FloatArray
    members: tuple[int | str, ...]
    first_day: int
    last_day: int
    observed: int
    expected: float
    statistic: float
    p_value: float
    gumbel_p_value: float | None
    recurrence_interval_days: float | None
    recurrence: str | None
    controls: int | None = None


@dataclass(frozen=True, eq=False)
class SpaceTimeScan(Result, rows_in="clusters", picture="maxima"):
    """The outcome of `space_time_scan`.

    Attributes
    ----------
    parameters : mapping
        What was asked, what it was asked of, and the revision of the method.
    clusters : tuple of ScanCluster
        Those with a p of at most `max_p`, strongest first; a later one shares no place with an earlier one whose days
        it shares (in a prospective scan all windows share the last day, so no place comes twice).
    simulated_maxima : ndarray of float, shape (replications,)
        The strongest statistic of each replication, in order of replication.
    strongest : ScanCluster or None
        The strongest of all, whatever its p; None where nothing has more cases than expected.
    weaker : int
        Clusters that are not listed because their p is greater than `max_p`.
    warnings : tuple of str
        What does not fit the model: days that vary more than the Poisson model allows.
    """

    parameters: Mapping[str, Any]
    clusters: tuple[ScanCluster, ...]
    simulated_maxima: FloatArray
    strongest: ScanCluster | None = None
    weaker: int = 0
    warnings: tuple[str, ...] = ()


def space_time_scan(
    x: Events | npt.ArrayLike,
    y: npt.ArrayLike | None = None,
    day: npt.ArrayLike | None = None,
    *,
    counts: npt.ArrayLike | None = None,
    ids: Sequence[int] | Sequence[str] | None = None,
    population: npt.ArrayLike | None = None,
    places: npt.ArrayLike | None = None,
    controls: Events | Sequence[npt.ArrayLike] | None = None,
    model: Literal["permutation", "poisson", "poisson_by_day", "bernoulli"] | None = None,
    over: Literal["space_time", "space", "time"] = "space_time",
    study_period: tuple[float, float] | None = None,
    max_share: float = 0.5,
    max_radius_m: float | None = None,
    max_days: int = 7,
    prospective: bool = True,
    replications: int = 999,
    seed: int = 0,
    strata: Sequence[Any] | npt.NDArray[Any] | Literal["day_of_week"] | None = None,
    adjust_for_looks: int = 1,
    gumbel: bool = False,
    max_p: float | None = 0.05,
    n_jobs: int | None = None,
    progress: Progress | None = None,
) -> SpaceTimeScan:
    """Scan circles around every place and windows of whole days for more cases than expected.

    Without `population` this is the space-time permutation scan statistic [1]_: it needs cases alone, and asks whether
    place and day are independent. With `population` it is the discrete Poisson one [2]_: cases in proportion to
    population, evenly over time. With `controls` it is the Bernoulli one [2]_: each of those who were looked at, cases
    and controls, is as likely a case. The null distribution is simulated in full: no replication is ended early.

    Long because its parameters are documented here, with an example.

    Parameters
    ----------
    x : Events or array_like of float, shape (n,)
        The cases; or their eastings in metres, with `y` (northings) and `day` as arrays.
    y, day, counts, ids
        As of `Events`. Days are whole: the fraction is cut off.
    population : array_like of float, shape (k,), optional
        People (or whatever is at risk) at each of `places`. Every case must lie at a place with population.
    places : array_like of float, shape (k, 2), optional
        Places that may be without cases. They are centres of circles too. Places with equal coordinates are one.
    controls : Events, or (x, y, day), optional
        Those who were looked at and are no cases, where and when they were: other reports of the same lines, say. They
        and the cases lie on one plane: make them together, and slice them.
    model : str, optional
        Default: Bernoulli where `controls` are given, Poisson where `population` is given or time alone is scanned,
        else permutation. "poisson_by_day" is the Poisson model within days (time-stratified): each day keeps its
        number of cases, so that storm days, which bring many everywhere, are no cluster.
    over : {"space_time", "space", "time"}
        "space": circles alone, whenever; "time": windows alone, wherever.
    study_period : (first, last), optional
        Days, both included. Default: from the first to the last case.
    max_share : float
        A circle holds at most this share of all cases (of the population; of cases and controls together).
    max_radius_m : float, optional
        And nothing farther than this from its centre.
    max_days : int
        Longest window.
    prospective : bool
        Windows that end on the last day only: what is alive now. False: windows anywhere in the study period.
    replications : int
        Simulated data sets; the least possible p is 1 / (replications + 1).
    seed : int
        Of all randomness. Results do not depend on the order of rows or on `n_jobs`.
    strata : sequence, shape (n,), or "day_of_week", optional
        Permute days only among cases with the same value, such as the kind of report. "day_of_week" keeps each place's
        share of Mondays, of Tuesdays ...: then a market that is busy on Saturdays is no cluster.
    adjust_for_looks : int
        How many days in a row such a prospective scan has been made, this one included: then each maximum is taken
        over all those scans, and p answers for having looked so often.
    gumbel : bool
        Also fit a Gumbel distribution to the maxima, for p-values below 1 / (replications + 1).
    max_p : float, optional
        List clusters up to this p; None lists all that do not overlap.
    n_jobs : int, optional
        Threads. Default: all cores.
    progress : callable, optional
        Called with (replications done, replications) now and then.

    Returns
    -------
    SpaceTimeScan

    Raises
    ------
    ValueError
        For columns and options that cannot be, no cases, a model without what it needs, or cases without population.

    Notes
    -----
    The statistic is c ln(c / mu) + (C - c) ln((C - c) / (C - mu)) where c of all C cases lie in the cylinder, mu are
    expected, c > mu and c >= 2; with controls, the same sum over the controls is added. Circles grow by one place at a
    time (of equally distant ones the lesser x, then y, first) and end before the first place that would exceed
    `max_share`. On a sphere of 6,367 km, distances are chords and `radius_m` is an arc. Permutation looks for
    interaction of place and day: what is always busy is no cluster, and what is busy everywhere on one day is none
    either. With few cases and controls many windows are equally strong, and p is too large rather than too small.

    References
    ----------
    .. [1] Kulldorff M, Heffernan R, Hartman J, Assuncao R, Mostashari F (2005). A space-time permutation scan statistic
       for disease outbreak detection. PLoS Medicine 2(3): e59.
    .. [2] Kulldorff M (1997). A spatial scan statistic. Communications in Statistics: Theory and Methods 26(6).

    Examples
    --------
    Ten places with a case every third day, and one of them busy in the last two days:

    >>> import numpy as np
    >>> from anlan.analysis import space_time_scan
    >>> x = np.concatenate([np.tile(np.arange(10) * 500.0, 10), [1000.0] * 8])
    >>> day = np.concatenate([np.repeat(np.arange(10) * 3, 10), [28, 28, 28, 28, 29, 29, 29, 29]])
    >>> found = space_time_scan(x, np.zeros(108), day, study_period=(0, 29), replications=99, seed=1)
    >>> best = found.clusters[0]
    >>> best.centre, best.radius_m, (best.first_day, best.last_day), best.observed, best.p_value
    ((1000.0, 0.0), 0.0, (28, 29), 8, 0.01)
    >>> best.recurrence
    '>= 100 days'

    Held against other calls, one a day at each place:

    >>> others = (np.tile(np.arange(10) * 500.0, 30), np.zeros(300), np.repeat(np.arange(30), 10))
    >>> best = space_time_scan(x, np.zeros(108), day, controls=others, max_days=2, replications=99).clusters[0]
    >>> best.centre, (best.first_day, best.last_day), best.observed, best.controls, round(best.expected, 2)
    ((1000.0, 0.0), (28, 29), 8, 2, 2.65)
    """
    events = _events_of(x, y, day, counts, ids)
    _check_p(max_p)
    asked = model_of(
        events,
        population=population,
        places=places,
        study_period=study_period,
        max_share=max_share,
        max_radius_m=max_radius_m,
        max_days=max_days,
        prospective=prospective,
        replications=replications,
        seed=seed,
        strata=strata,
        adjust_for_looks=adjust_for_looks,
        n_jobs=n_jobs,
        kind=model,
        over=over,
        controls=_controls_of(controls),
    )
    limits = limits_of(asked)
    maxima = simulate(asked, limits, int(replications), n_jobs, progress)
    circles = strongest(asked, limits, n_jobs)
    maxima.setflags(write=False)
    tail = Tail.of(maxima, gumbel=gumbel, prospective=prospective and over != "space")
    kept = [circle for circle in circles if max_p is None or tail.p(circle.statistic) <= max_p]
    clusters = _clusters(kept or circles[:1], asked, events, tail)
    return SpaceTimeScan(
        parameters=MappingProxyType(
            {
                **asked.parameters,
                "metric": events.metric,
                "gumbel": gumbel,
                "max_p": max_p,
                "revision": REVISIONS["space_time_scan"],
            }
        ),
        clusters=clusters[: len(kept)],
        simulated_maxima=maxima,
        strongest=clusters[0] if clusters else None,
        weaker=len(circles) - len(kept),
        warnings=storm_days(asked),
    )


@dataclass(frozen=True)
class Tail:
    """What the simulated maxima say of a statistic."""

    ordered: FloatArray
    gumbel: tuple[float, float] | None
    prospective: bool

    @classmethod
    def of(cls, maxima: FloatArray, *, gumbel: bool, prospective: bool) -> Tail:
        """Sort the maxima, and fit the Gumbel distribution where it is asked for."""
        fitted = None
        if gumbel:
            scale = float(maxima.std(ddof=1)) * math.sqrt(6) / math.pi
            fitted = (float(maxima.mean()) - _EULER * scale, max(scale, 1e-12))
        return cls(np.sort(maxima), fitted, prospective)

    def p(self, statistic: float) -> float:
        """Return rank / (replications + 1)."""
        at_least = len(self.ordered) - int(np.searchsorted(self.ordered, statistic, side="left"))
        return (1 + at_least) / (len(self.ordered) + 1)

    def gumbel_p(self, statistic: float) -> float | None:
        """Return the fitted tail."""
        if self.gumbel is None:
            return None
        return -math.expm1(-math.exp(-(statistic - self.gumbel[0]) / self.gumbel[1]))

    def interval(self, statistic: float) -> tuple[float, str] | tuple[None, None]:
        """Return the recurrence interval in days, and in words."""
        if not self.prospective:
            return None, None
        by_gumbel = self.gumbel_p(statistic)
        if by_gumbel is not None:
            days = 1 / max(by_gumbel, 1e-300)
            return days, f"about {_days(days)} (Gumbel)"
        days = 1 / self.p(statistic)
        capped = statistic > self.ordered[-1]
        return days, f">= {_days(days)}" if capped else _days(days)


def _days(days: float) -> str:
    if days > 1e9:
        return f"{days:.1e} days"
    return "1 day" if round(days) == 1 else f"{round(days):,} days"


def _clusters(circles: list[Circle], model: Model, events: Events, tail: Tail) -> tuple[ScanCluster, ...]:
    first = min((circle.first_day for circle in circles), default=0)
    recent = model.day >= first
    if events.counts is not None:
        recent &= events.counts > 0
    rows = np.flatnonzero(recent)
    return tuple(_cluster(rank, circle, model, events, tail, rows) for rank, circle in enumerate(circles, 1))


def _cluster(rank: int, circle: Circle, model: Model, events: Events, tail: Tail, rows: IntArray) -> ScanCluster:
    inside = np.zeros(len(model.ground.xy), dtype=bool)
    inside[circle.places] = True
    day = model.day[rows]
    rows = rows[inside[model.place_of[rows]] & (day >= circle.first_day) & (day <= circle.last_day)]
    interval, words = tail.interval(circle.statistic)
    x, y = model.ground.xy[circle.centre].tolist()
    return ScanCluster(
        rank=rank,
        centre=(x, y),
        radius_m=circle.radius_m,
        places=_frozen(model.ground.xy[circle.places]),
        members=tuple(events.ids[rows].tolist()),
        first_day=circle.first_day if model.parameters["over"] != "space" else model.parameters["study_period"][0],
        last_day=circle.last_day if model.parameters["over"] != "space" else model.parameters["study_period"][1],
        observed=circle.observed,
        expected=circle.expected,
        statistic=circle.statistic,
        p_value=tail.p(circle.statistic),
        gumbel_p_value=tail.gumbel_p(circle.statistic),
        recurrence_interval_days=interval,
        recurrence=words,
        controls=circle.controls,
    )


def _events_of(
    x: Events | npt.ArrayLike,
    y: npt.ArrayLike | None,
    day: npt.ArrayLike | None,
    counts: npt.ArrayLike | None,
    ids: Sequence[int] | Sequence[str] | None,
) -> Events:
    if isinstance(x, Events):
        if any(column is not None for column in (y, day, counts, ids)):
            raise ValueError("give either events, or x, y, day, counts and ids, not both")
        return x
    if y is None or day is None:
        raise ValueError("give events, or x, y and day")
    return Events(x, y, day, counts, ids)


def _controls_of(given: Events | Sequence[npt.ArrayLike] | None) -> Events | None:
    if given is None or isinstance(given, Events):
        return given
    if not isinstance(given, Sequence | np.ndarray) or isinstance(given, str) or len(given) != 3:
        raise ValueError("controls must be events, or their columns (x, y, day)")
    x, y, day = given
    return Events(x, y, day)


def _check_p(max_p: float | None) -> None:
    if max_p is not None and not (isinstance(max_p, int | float | np.number) and 0 < max_p <= 1):
        raise ValueError(f"max_p must be more than 0 and at most 1, not {max_p!r}; None lists every cluster")


def _frozen(values: FloatArray) -> FloatArray:
    values = np.array(values)
    values.setflags(write=False)
    return values
