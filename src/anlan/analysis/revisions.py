"""The revision of each method: raised whenever the same input gives another output."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

REVISIONS: Final = MappingProxyType(
    {
        "before_after": 2,
        "match_places": 1,
        "near_repeat": 2,
        "recurrent_places": 3,
        "silent_areas": 1,
        "space_time_scan": 3,
        "usual_range": 1,
    }
)
