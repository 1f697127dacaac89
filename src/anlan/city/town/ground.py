"""The ground of the simulation: a hand-drawn main urban area, the plane in metres that it lies in, the city's zone.

The outline is our own drawing around the centre of Changzhou, coarse on purpose: it is marked synthetic in the folder.
"""

from __future__ import annotations

from typing import Final
from zoneinfo import ZoneInfo

from anlan.geo import LocalProjection

MAIN_URBAN: Final = (
    (119.885, 31.765), (119.890, 31.795), (119.915, 31.822), (119.950, 31.835), (119.985, 31.832), (120.015, 31.812),
    (120.022, 31.780), (120.008, 31.750), (119.975, 31.733), (119.940, 31.728), (119.905, 31.740),
)  # fmt: skip
ZONE: Final = ZoneInfo("Asia/Shanghai")
PLANE: Final = LocalProjection(119.95, 31.78)
