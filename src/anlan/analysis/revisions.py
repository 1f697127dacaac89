"""The revision of each method: raised whenever the same input gives another output."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

REVISIONS: Final = MappingProxyType(
    {
        "before_after": 1,
        "match_places": 1,
        "near_repeat": 1,
        "recurrent_places": 2,
        "silent_areas": 1,
        "space_time_scan": 2,
        "usual_range": 1,
    }
)
