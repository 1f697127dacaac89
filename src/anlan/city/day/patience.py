"""How long simulated people take: drawn anew for each matter and step, the same however often it is asked."""

from __future__ import annotations

import datetime as dt
from zlib import crc32

import numpy as np

from anlan.city.year.lives import minutes


def waited(since: dt.datetime, at: dt.datetime, typical: float, step: str, pk: int) -> bool:
    """Whether as long has passed as somebody takes for this step of this matter: mostly about so many minutes."""
    return at - since >= minutes(_dice(step, pk), typical)


def falls(share: float, step: str, pk: int) -> bool:
    """Whether this matter is among a share of all."""
    return bool(_dice(step, pk).random() < share)


def _dice(step: str, pk: int) -> np.random.Generator:
    return np.random.default_rng([pk, crc32(step.encode())])
