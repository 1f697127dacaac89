"""What the entry of a received report says of its row, and whether the row is still what was said."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from anlan.core.time.clock import stamp

ASKED: Final = {"answers": "", "urgency": None}  # what only who is asked can say: none of an imported history
FLOATS: Final = ("lon", "lat", "precision_m", "source_x", "source_y")
COLUMNS: Final = (
    "number", "channel", "received_at", "entered_at", "device_time", "source", "source_id", *FLOATS, "source_crs",
    "depth_cm", *ASKED, "validity",
)  # fmt: skip


def stated(pk: int, columns: Mapping[str, Any], category: str) -> dict[str, Any]:
    """Return what is said of a report's row: ids and what is not personal, the same text on every database."""
    said = {name: columns[name] for name in COLUMNS}
    said |= {name: stamp(value) for name, value in said.items() if isinstance(value, dt.datetime)}
    said |= {name: float(said[name]) for name in FLOATS if said[name] is not None}
    return said | {"report": pk, "category": category, "organisation": columns["organisation_id"]}


def differing(said: Mapping[str, Any], row: Mapping[str, Any]) -> list[str]:
    """Return which of a row's columns are not what its entry says, both as `stated`."""
    return sorted(name for name, value in row.items() if said.get(name, ASKED.get(name)) != value)
