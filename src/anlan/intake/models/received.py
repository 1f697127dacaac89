"""What the entry of a received report holds of its row: a commitment, with a mark for each column."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import zlib
from collections.abc import Mapping
from typing import Any, Final

from anlan.core.ledger import canonical
from anlan.core.time.clock import stamp

FLOATS: Final = ("lon", "lat", "precision_m", "source_x", "source_y")
STATED: Final = (  # only ever grows, at its end: an entry of before holds a mark for each of the first ones
    "report", "number", "channel", "category", "received_at", "entered_at", "device_time", "source", "source_id",
    *FLOATS, "source_crs", "depth_cm", "validity", "organisation", "answers", "urgency",
)  # fmt: skip
UNASKED: Final = {"answers": "", "urgency": None}  # left out where entries held the columns themselves
Row = Mapping[str, Any]


def stated(pk: int, columns: Row, category: str) -> dict[str, Any]:
    """Return a report's row as its entry covers it: nothing personal, the same text on every database."""
    row = dict(columns) | {"report": pk, "category": category, "organisation": columns["organisation_id"]}
    said = {name: row[name] for name in STATED}
    said |= {name: stamp(value) for name, value in said.items() if isinstance(value, dt.datetime)}
    return said | {name: float(said[name]) for name in FLOATS if said[name] is not None}


def covered(row: Row) -> dict[str, str]:
    """Return what an entry holds of a row as `stated`: its hash, and where it differs should it ever not fit."""
    return {"row": _letters(_hash(row, len(STATED))), "marks": "".join(_mark(row[name]) for name in STATED)}


def differing(payload: Row, row: Row) -> list[str]:
    """Return which of a row's columns are not what its entry says; entries of before held the columns themselves."""
    if "row" not in payload:
        return sorted(name for name, value in row.items() if payload.get(name, UNASKED.get(name)) != value)
    marks = payload["marks"]
    digest = _hash(row, len(marks))
    if payload["row"] in {_letters(digest), digest.hex()}:  # entries of before wrote it in hexadecimal
        return []
    return [name for name, kept in zip(STATED, marks, strict=False) if _mark(row[name]) != kept] or ["a column"]


def _hash(row: Row, count: int) -> bytes:
    return hashlib.sha256(canonical({name: row[name] for name in STATED[:count]}).encode()).digest()


def _letters(digest: bytes) -> str:
    return base64.b64encode(digest).decode().rstrip("=")


def _mark(value: Any) -> str:
    """Return one letter that tells which column of a row that does not fit was changed, not whether any was."""
    return base64.b64encode(bytes([zlib.crc32(canonical(value).encode()) & 0xFC]))[:1].decode()
