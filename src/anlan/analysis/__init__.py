"""The statistics of point events: places that keep failing, and what became of them."""

from anlan.analysis.density import DensityClusters, density_clusters
from anlan.analysis.effect import EffectEstimate, before_after
from anlan.analysis.episodes import Episode, find_episodes
from anlan.analysis.events import Events
from anlan.analysis.failures import Failures, cover_places, failures_of
from anlan.analysis.matching import Matching, Outline, Relation, match_places
from anlan.analysis.near_repeat import NearRepeat, NearRepeatBand, near_repeat
from anlan.analysis.places import Chance, Place, RecurrentPlaces, recurrent_places
from anlan.analysis.revisions import REVISIONS
from anlan.analysis.scan import ScanCluster, SpaceTimeScan, space_time_scan
from anlan.analysis.silence import SilentArea, silent_areas

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
    "before_after",
    "cover_places",
    "density_clusters",
    "failures_of",
    "find_episodes",
    "match_places",
    "near_repeat",
    "recurrent_places",
    "silent_areas",
    "space_time_scan",
]
