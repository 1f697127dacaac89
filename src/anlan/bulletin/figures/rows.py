"""The rows behind a figure, packed: differences of ids and contributions, byte planes together, compressed."""

from __future__ import annotations

import hashlib
import zlib
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from anlan.bulletin.figures.drawn import Drawn, Values

FLOATS, ONES, PLANES = 0, 1, 2  # how contributions are written; 0 and 1 as in the first version of the format
SCALES: Final = (1, 60, 3600, 86_400)  # whole numbers, and whole seconds told in minutes, hours or days


def packed(drawn: Drawn) -> bytes:
    """Return ids and contributions as bytes; contributions that are all 1 take no room, whole seconds about two."""
    steps = np.diff(drawn.ids, prepend=0)
    scale = next((scale for scale in SCALES if _is_whole(drawn.values, scale)), 0)
    if drawn.n and (drawn.values == 1).all():
        scale, values = 0, b""
    elif scale:
        values = _planes(np.round(drawn.values * scale).astype("<i8"))
    else:
        values = _planes(drawn.values.astype("<f8"))
    head = f"{drawn.n} {PLANES} {scale if values else -1}\n".encode()
    return head + zlib.compress(_planes(steps.astype("<i8")) + values, 6)


def unpacked(kept: bytes | memoryview) -> Drawn:
    """Return what was packed."""
    head, _, body = bytes(kept).partition(b"\n")
    n, form, *more = (int(part) for part in head.split())
    raw = zlib.decompress(body)
    first, second = raw[: 8 * n], raw[8 * n :]
    if form == PLANES:
        return Drawn(np.cumsum(_together(first, "<i8")).astype(np.int64), _values(second, n, more[0]))
    values = np.ones(n) if form == ONES else np.frombuffer(second, "<f8").astype(np.float64)
    return Drawn(np.cumsum(np.frombuffer(first, "<i8")).astype(np.int64), values)


def hash_of(kept: bytes | memoryview) -> str:
    """Return the hash of what was packed, of its content and not of its compression."""
    head, _, body = bytes(kept).partition(b"\n")
    return hashlib.sha256(head + zlib.decompress(body)).hexdigest()


def _values(raw: bytes, n: int, scale: int) -> Values:
    if scale < 0:
        return np.ones(n)
    if scale == 0:
        return _together(raw, "<f8").astype(np.float64)
    return _together(raw, "<i8").astype(np.float64) / scale


def _is_whole(values: Values, scale: int) -> bool:
    """Whether contributions come back bit for bit from whole numbers of that scale."""
    with np.errstate(over="ignore"):
        scaled = np.round(values * scale)
    return bool((np.abs(scaled) < 2**53).all()) and bool((scaled / scale == values).all())


def _planes(numbers: NDArray[Any]) -> bytes:
    """Return all first bytes, then all second bytes, and so on: the high ones are nearly all the same."""
    return numbers.view(np.uint8).reshape(-1, 8).T.tobytes()


def _together(raw: bytes, kind: str) -> NDArray[Any]:
    """Undo `_planes`."""
    return np.frombuffer(raw, np.uint8).reshape(8, -1).T.copy().view(kind).ravel()
