"""Compile what is compiled at first use: `python -m anlan.analysis.warm`. Later processes read it from the cache."""

from __future__ import annotations

import numpy as np

from anlan.analysis import Events, density_clusters, near_repeat, recurrent_places, space_time_scan


def warm() -> None:
    """Call each compiled method once on a small town."""
    draw = np.random.default_rng(0)
    x, y = draw.integers(0, 30, (2, 2000)) * 100.0
    day = np.sort(draw.integers(0, 60, 2000)).astype(float)
    for prospective in (True, False):
        space_time_scan(x, y, day, prospective=prospective, replications=99)
        space_time_scan(x, y, day, prospective=prospective, replications=9, max_radius_m=500)
    space_time_scan(x, y, day, replications=9, strata="day_of_week")
    space_time_scan(x, y, day, replications=9, places=np.column_stack([x, y]), population=np.ones(2000))
    space_time_scan(x, y, day, replications=9, prospective=False, strata="day_of_week")
    space_time_scan(x, y, day, replications=9, controls=(x, y, day))
    density_clusters(x, y, radius_m=120.0, min_count=4)
    density_clusters(x[:50] * 1e5, y[:50], radius_m=120.0, min_count=4, ids=np.arange(50))
    near_repeat(x, y, day, distance_bands_m=[200], day_bands=[7], replications=19)
    near_repeat(x, y, day, day_to=day + 1, distance_bands_m=[200], day_bands=[7], replications=19)
    recurrent_places(Events(x[:300], y[:300], day[:300]))


if __name__ == "__main__":
    warm()
