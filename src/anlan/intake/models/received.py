"""What the entry of a received report holds of its row: a commitment, with a mark for each column."""

from __future__ import annotations

import datetime as dt
import hashlib
import string
import zlib
from binascii import b2a_base64
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from json.encoder import encode_basestring
from math import isfinite
from operator import itemgetter
from typing import Any, Final

from anlan.core.chunks import each_once
from anlan.core.ledger import canonical
from anlan.core.ledger.inserts import Columns
from anlan.core.time.clock import stamp

FLOATS: Final = ("lon", "lat", "precision_m", "source_x", "source_y")
STATED: Final = (  # only ever grows, at its end: an entry of before holds a mark for each of the first ones
    "report", "number", "channel", "category", "received_at", "entered_at", "device_time", "source", "source_id",
    *FLOATS, "source_crs", "depth_cm", "validity", "organisation", "answers", "urgency",
)  # fmt: skip
SAID_AS_STORED: Final = tuple(name for name in STATED if name not in {"report", "category", "organisation"})
LETTERS: Final = string.ascii_uppercase + string.ascii_lowercase + string.digits + "+/"  # of Base64
UNASKED: Final = {"answers": "", "urgency": None}  # left out where entries held the columns themselves
MOMENTS: Final = ("received_at", "entered_at", "device_time")
Row = Mapping[str, Any]


def stated(columns: Columns) -> Columns:
    """Return reports' rows as their entries cover them: nothing personal, the same text on every database.

    `columns` are those of the table, and the `category` beside them by its code.
    """
    said = {name: columns[name] for name in SAID_AS_STORED}
    said |= {"report": columns["id"], "category": columns["category"], "organisation": columns["organisation_id"]}
    for name in MOMENTS:
        said[name] = each_once(_stamped, said[name])
    for name in FLOATS:
        said[name] = [value if value is None else float(value) for value in said[name]]
    return said


def _stamped(value: Any) -> Any:
    return stamp(value) if isinstance(value, dt.datetime) else value


def covered(columns: Columns) -> list[tuple[str, str]]:
    """Return what entries hold of rows as `stated`, told column by column: of each its hash, and its marks.

    The marks say where the row differs should it ever not fit.
    """
    texts = [_texts(columns[name]) for name in STATED]
    form, in_order = _object(len(STATED))
    rows, marks = zip(*in_order(texts), strict=True), zip(*_marks(texts), strict=True)
    return [(_letters(_hash(form, row)), "".join(of)) for row, of in zip(rows, marks, strict=True)]


def differing(payload: Row, row: Row) -> list[str]:
    """Return which of a row's columns are not what its entry says; entries of before held the columns themselves."""
    if "row" not in payload:
        return sorted(name for name, value in row.items() if payload.get(name, UNASKED.get(name)) != value)
    marks = payload["marks"]
    names = STATED[: len(marks)]
    texts = [_text(row[name]) for name in names]
    form, in_order = _object(len(names))
    digest = _hash(form, in_order(texts))
    if payload["row"] in {_letters(digest), digest.hex()}:  # entries of before wrote it in hexadecimal
        return []
    (found,) = _marks([texts])
    return [name for name, mark, kept in zip(names, found, marks, strict=True) if mark != kept] or ["a column"]


def _texts(column: Sequence[Any]) -> list[str]:
    """Return a column's values as canonical JSON, each by itself."""
    kinds = set(map(type, column))
    if kinds == {str}:
        return list(map(encode_basestring, column))
    if kinds == {int} or (kinds == {float} and all(map(isfinite, column))):
        return list(map(repr, column))
    return each_once(_text, column)


def _text(value: Any) -> str:
    """Write what most columns hold as `canonical` does, a few times as fast: a file has millions of rows."""
    kind = type(value)
    if kind is str:
        return encode_basestring(value)
    if value is None:
        return "null"
    return repr(value) if kind is int or (kind is float and isfinite(value)) else canonical(value)


def _hash(form: str, texts: tuple[str, ...]) -> bytes:
    """Hash a row's texts as one canonical JSON object."""
    return hashlib.sha256((form % texts).encode()).digest()


@cache
def _object(count: int) -> tuple[str, Callable[[Sequence[Any]], tuple[Any, ...]]]:
    """Return the canonical JSON object of the first columns with a gap for each, and what puts these in its order."""
    names = sorted(STATED[:count])
    return "{" + ",".join(f'"{name}":%s' for name in names) + "}", itemgetter(*map(STATED.index, names))


def _letters(digest: bytes) -> str:
    return b2a_base64(digest, newline=False).decode().rstrip("=")


def _marks(columns: Sequence[Sequence[str]]) -> list[list[str]]:
    """Return of each text a letter that tells which column of a row that does not fit was changed, not whether any."""
    made = {text: LETTERS[zlib.crc32(text.encode()) >> 2 & 63] for text in set().union(*columns)}
    return [list(map(made.__getitem__, column)) for column in columns]
