"""What the entry of a received report holds of its row: a commitment, with a mark for each column."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import string
import zlib
from collections.abc import Mapping
from json.encoder import encode_basestring
from math import isfinite
from typing import Any, Final

from anlan.core.ledger import canonical
from anlan.core.time.clock import stamp

FLOATS: Final = ("lon", "lat", "precision_m", "source_x", "source_y")
STATED: Final = (  # only ever grows, at its end: an entry of before holds a mark for each of the first ones
    "report", "number", "channel", "category", "received_at", "entered_at", "device_time", "source", "source_id",
    *FLOATS, "source_crs", "depth_cm", "validity", "organisation", "answers", "urgency",
)  # fmt: skip
SAID_AS_STORED: Final = tuple(name for name in STATED if name not in {"report", "category", "organisation"})
LETTERS: Final = string.ascii_uppercase + string.ascii_lowercase + string.digits + "+/"  # of Base64
UNASKED: Final = {"answers": "", "urgency": None}  # left out where entries held the columns themselves
Row = Mapping[str, Any]


def stated(pk: int, columns: Row, category: str) -> dict[str, Any]:
    """Return a report's row as its entry covers it: nothing personal, the same text on every database."""
    said = {name: columns[name] for name in SAID_AS_STORED}
    said |= {"report": pk, "category": category, "organisation": columns["organisation_id"]}
    for name, value in said.items():
        if isinstance(value, dt.datetime):
            said[name] = stamp(value)
    for name in FLOATS:
        if said[name] is not None:
            said[name] = float(said[name])
    return said


def covered(row: Row) -> dict[str, str]:
    """Return what an entry holds of a row as `stated`: its hash, and where it differs should it ever not fit."""
    texts = _texts(row, len(STATED))
    return {"row": _letters(_hash(texts)), "marks": "".join([_mark(text) for text in texts.values()])}


def differing(payload: Row, row: Row) -> list[str]:
    """Return which of a row's columns are not what its entry says; entries of before held the columns themselves."""
    if "row" not in payload:
        return sorted(name for name, value in row.items() if payload.get(name, UNASKED.get(name)) != value)
    marks = payload["marks"]
    texts = _texts(row, len(marks))
    digest = _hash(texts)
    if payload["row"] in {_letters(digest), digest.hex()}:  # entries of before wrote it in hexadecimal
        return []
    return [name for name, kept in zip(texts, marks, strict=False) if _mark(texts[name]) != kept] or ["a column"]


def _texts(row: Row, count: int) -> dict[str, str]:
    """Return the first columns as canonical JSON, each by itself."""
    return {name: _text(row[name]) for name in STATED[:count]}


def _text(value: Any) -> str:
    """Write what most columns hold as `canonical` does, a few times as fast: a file has millions of rows."""
    kind = type(value)
    if kind is str:
        return encode_basestring(value)
    if value is None:
        return "null"
    return repr(value) if kind is int or (kind is float and isfinite(value)) else canonical(value)


def _hash(texts: Mapping[str, str]) -> bytes:
    """Hash the columns as one canonical JSON object."""
    whole = ",".join([f'"{name}":{texts[name]}' for name in sorted(texts)])
    return hashlib.sha256(f"{{{whole}}}".encode()).digest()


def _letters(digest: bytes) -> str:
    return base64.b64encode(digest).decode().rstrip("=")


def _mark(text: str) -> str:
    """Return one letter that tells which column of a row that does not fit was changed, not whether any was."""
    return LETTERS[zlib.crc32(text.encode()) >> 2 & 63]
