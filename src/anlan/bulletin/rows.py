"""The rows behind a figure, packed: differences of ids and contributions, compressed."""

from __future__ import annotations

import hashlib
import zlib

import numpy as np

from anlan.bulletin.measuring import Drawn


def packed(drawn: Drawn) -> bytes:
    """Return ids and contributions as bytes; contributions that are all 1 take no room."""
    steps = np.diff(drawn.ids, prepend=0).astype("<i8").tobytes()
    plain = bool((drawn.values == 1).all())
    values = b"" if plain else drawn.values.astype("<f8").tobytes()
    head = f"{drawn.n} {int(plain)}\n".encode()
    return head + zlib.compress(steps + values, 6)


def unpacked(told: bytes | memoryview) -> Drawn:
    """Return what was packed."""
    head, _, body = bytes(told).partition(b"\n")
    n, plain = (int(part) for part in head.split())
    raw = zlib.decompress(body)
    ids = np.cumsum(np.frombuffer(raw[: 8 * n], "<i8")).astype(np.int64)
    values = np.ones(n) if plain else np.frombuffer(raw[8 * n :], "<f8").astype(np.float64)
    return Drawn(ids, values)


def hash_of(told: bytes | memoryview) -> str:
    """Return the hash of what was packed, of its content and not of its compression."""
    head, _, body = bytes(told).partition(b"\n")
    return hashlib.sha256(head + zlib.decompress(body)).hexdigest()
