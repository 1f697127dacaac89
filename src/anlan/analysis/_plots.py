"""Pictures of outcomes, by matplotlib, which is an extra."""

from __future__ import annotations

from typing import Any

import numpy as np

_INK, _SIGNAL, _PALE = "#0b5678", "#c23b0e", "#9db8c4"


def axes(ax: Any) -> Any:
    """Return the axes to draw on, new ones where none are given."""
    if ax is not None:
        return ax
    try:
        from matplotlib import pyplot
    except ImportError:
        raise ImportError("plot() needs matplotlib, which is not installed: pip install 'anlan[plots]'") from None
    return pyplot.subplots(layout="constrained")[1]


def maxima(found: Any, ax: Any) -> Any:
    """Draw the strongest cluster of every replication as a histogram, and the clusters found as lines."""
    statistics = [cluster.statistic for cluster in found.clusters]
    replications = len(found.simulated_maxima)
    label = f"strongest of each of {replications} simulated data sets"
    ax.hist(found.simulated_maxima, bins=min(40, max(10, replications // 10)), color=_PALE, label=label)
    for rank, statistic in enumerate(
        statistics[:1] + [later for later in statistics[1:] if later > found.simulated_maxima.min()]
    ):
        ax.axvline(statistic, color=_SIGNAL, lw=2 if rank == 0 else 0.8, label="clusters found" if rank == 0 else None)
    ax.set(xlabel="log likelihood ratio", ylabel="simulated data sets")
    if found.clusters:
        ax.set_title(f"strongest cluster: p = {found.clusters[0].p_value:.3g}")
    ax.legend()
    return ax


def knox(found: Any, ax: Any) -> Any:
    """Draw the ratio of observed to expected pairs in each band; a star where p of any band is at most 0.05."""
    by_distance = sorted({(band.from_m, band.to_m) for band in found.bands})
    by_day = sorted({(band.from_day, band.to_day) for band in found.bands})
    ratio, words = np.full((len(by_distance), len(by_day)), np.nan), {}
    for band in found.bands:
        row, column = by_distance.index((band.from_m, band.to_m)), by_day.index((band.from_day, band.to_day))
        ratio[row, column] = np.nan if band.ratio is None else band.ratio
        star = " *" if band.p_value_any_band <= 0.05 else ""
        words[row, column] = f"{'—' if band.ratio is None else f'{band.ratio:.2f}{star}'}\n{band.observed:g}"
    shade = np.clip(np.log2(np.maximum(ratio, 1e-9)), -2, 2)
    for (row, column), said in words.items():
        colour = "white" if abs(shade[row, column]) > 1.2 else "black"
        ax.text(column, row, said, ha="center", va="center", fontsize="small", color=colour)
    bar = ax.figure.colorbar(ax.imshow(shade, cmap="RdBu_r", vmin=-2, vmax=2, aspect="auto", origin="lower"), ax=ax)
    bar.set_ticks(range(-2, 3), labels=["≤ 1/4", "1/2", "1", "2", "≥ 4"])
    bar.set_label("observed / expected pairs")
    ax.set_xticks(range(len(by_day)), [f"{from_:g}–{to:g}" for from_, to in by_day])
    ax.set_yticks(
        range(len(by_distance)), ["same place" if to == 0 else f"{from_:g}–{to:g}" for from_, to in by_distance]
    )
    ax.set(xlabel="days apart", ylabel="metres apart", title="* p of any band at most 0.05; below: pairs observed")
    return ax


def forest(found: Any, ax: Any) -> Any:
    """Draw the estimate and those beside it as points with intervals, on a log scale around no change."""
    beside = [
        ("same history", found),
        ("without controls near by", found.far_controls),
        ("empirical Bayes", found.empirical_bayes),
    ]
    rows = [(name, estimate) for name, estimate in beside if estimate is not None]
    for row, (_, estimate) in enumerate(rows):
        ratio, low, high = (getattr(estimate, name, None) for name in ("ratio", "low", "high"))
        if ratio is not None and low is not None and high is not None:
            ax.plot([low, high], [row, row], color=_INK, lw=2)
            ax.plot([ratio], [row], "s", color=_INK, ms=9 if row == 0 else 6)
        else:
            ax.text(1, row, "not separable", ha="center", va="bottom", color=_SIGNAL)
    ax.axvline(1, color=_SIGNAL, lw=1, ls="--")
    title = f"{found.verdict.replace('_', ' ')}: {found.treated_used} treated of {found.places_used} places"
    ax.set_xscale("log")
    ax.xaxis.set_major_formatter("{x:g}")
    ax.xaxis.set_minor_formatter("{x:g}")
    ax.set_yticks(range(len(rows)), [name for name, _ in rows])
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.set(xlabel="failures after, times those of comparable places", title=title)
    return ax


def hits(found: Any, ax: Any, events: Any = None) -> Any:
    """Draw the share of reports within the first k places against the ground that these take."""
    area = np.cumsum([np.pi * place.radius_m**2 for place in found.places]) / 1e6
    if events is None:
        share = np.cumsum([place.reports for place in found.places]) / max(len(found.episode_of), 1)
        of = f"the {len(found.episode_of)} reports that the places were found in"
    else:
        share, of = _reached(found, events), f"{len(events)} other reports"
    ax.plot([0.0, *area], [0.0, *(100 * share)], ".-", color=_INK)
    ax.set(xlabel="area of the first places (km²)", ylabel=f"% of {of}", title=f"{len(found.places)} places, by rank")
    ax.set_ylim(0, None)
    return ax


def _reached(found: Any, events: Any) -> Any:
    """Return which share of events lies within the first k places, for each k."""
    first = np.full(len(events), len(found.places))
    for rank, place in reversed(list(enumerate(found.places))):
        first[np.hypot(events.x - place.x, events.y - place.y) <= place.radius_m] = rank
    counts = np.ones(len(events)) if events.counts is None else events.counts.astype(float)
    reached = np.bincount(first, counts, len(found.places) + 1)[:-1]
    return np.cumsum(reached) / max(counts.sum(), 1.0)
