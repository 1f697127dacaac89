"""The statistics of point events: places that keep failing, and what became of them.

A name is loaded when it is first asked for: SciPy and Numba would cost every command of the platform a second.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from anlan.analysis.density import DensityClusters, density_clusters
    from anlan.analysis.effect import EffectEstimate, before_after
    from anlan.analysis.episodes import Episode, find_episodes
    from anlan.analysis.events import Events
    from anlan.analysis.failures import Failures, cover_places, failures_of
    from anlan.analysis.incidents import incidents_of
    from anlan.analysis.matching import Matching, Outline, Relation, match_places
    from anlan.analysis.pairs import NearRepeat, NearRepeatBand, near_repeat
    from anlan.analysis.places import Chance, Place, RecurrentPlaces, recurrent_places
    from anlan.analysis.revisions import REVISIONS
    from anlan.analysis.scan import ScanCluster, SpaceTimeScan, space_time_scan
    from anlan.analysis.silence import SilentArea, silent_areas
    from anlan.analysis.usual import UsualRange, usual_range

__all__ = [
    "REVISIONS",
    "Chance",
    "DensityClusters",
    "EffectEstimate",
    "Episode",
    "Events",
    "Failures",
    "Matching",
    "NearRepeat",
    "NearRepeatBand",
    "Outline",
    "Place",
    "RecurrentPlaces",
    "Relation",
    "ScanCluster",
    "SilentArea",
    "SpaceTimeScan",
    "UsualRange",
    "before_after",
    "cover_places",
    "density_clusters",
    "failures_of",
    "find_episodes",
    "incidents_of",
    "match_places",
    "near_repeat",
    "recurrent_places",
    "silent_areas",
    "space_time_scan",
    "usual_range",
]
_HOME = {
    "density": ("DensityClusters", "density_clusters"),
    "effect": ("EffectEstimate", "before_after"),
    "episodes": ("Episode", "find_episodes"),
    "events": ("Events",),
    "failures": ("Failures", "cover_places", "failures_of"),
    "incidents": ("incidents_of",),
    "matching": ("Matching", "Outline", "Relation", "match_places"),
    "pairs": ("NearRepeat", "NearRepeatBand", "near_repeat"),
    "places": ("Chance", "Place", "RecurrentPlaces", "recurrent_places"),
    "revisions": ("REVISIONS",),
    "scan": ("ScanCluster", "SpaceTimeScan", "space_time_scan"),
    "silence": ("SilentArea", "silent_areas"),
    "usual": ("UsualRange", "usual_range"),
}
_MODULE_OF = {name: module for module, names in _HOME.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = found = getattr(importlib.import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
