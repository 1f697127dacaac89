"""Do days bring more unlike numbers of cases than the Poisson model allows?"""

from __future__ import annotations

from scipy.stats import chi2

from anlan.analysis.events import IntArray
from anlan.analysis.scan._model import Model

_SURE = 0.001


def storm_days(model: Model) -> tuple[str, ...]:
    """Warn where the days' totals rule the Poisson model out, and say what to write instead."""
    if model.parameters["model"] != "poisson" or model.parameters["over"] == "space":
        return ()
    ratio, p = dispersion(model.by_day)
    if p >= _SURE:
        return ()
    instead = (
        "scan incidents (incidents_of), and read every storm as a cluster in time"
        if model.parameters["over"] == "time"
        else "write model='poisson_by_day', which keeps each day's number, or scan incidents (incidents_of)"
    )
    return (
        f"the cases of a day vary {ratio:.1f} times as much as the Poisson model allows (storm days, several callers): "
        f"its p-values are far too small; {instead}",
    )


def dispersion(by_day: IntArray) -> tuple[float, float]:
    """Return variance over mean of the days' totals, and the p of as much or more under a Poisson law."""
    if len(by_day) < 2 or not by_day.any():
        return 1.0, 1.0
    spread = float(((by_day - by_day.mean()) ** 2).sum() / by_day.mean())
    return spread / (len(by_day) - 1), float(chi2.sf(spread, len(by_day) - 1))
