"""How long simulated people take: drawn anew for each matter and step, the same however often it is asked.

Drawn from the matter's number, which follows from the seed; a row's key is whatever the database gives.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from zlib import crc32

import numpy as np

from anlan.city.year.lives import minutes


def waited(since: dt.datetime, at: dt.datetime, typical: float, step: str, matter: str) -> bool:
    """Whether as long has passed as somebody takes for this step of this matter: mostly about so many minutes."""
    return at - since >= minutes(_dice(step, matter), typical)


def falls(share: float, step: str, matter: str) -> bool:
    """Whether this matter is among a share of all."""
    return bool(_dice(step, matter).random() < share)


def choice(among: Sequence[str], step: str, matter: str) -> str:
    """Return which of some it is for this matter."""
    return among[int(_dice(step, matter).integers(len(among)))]


def _dice(step: str, matter: str) -> np.random.Generator:
    return np.random.default_rng([crc32(matter.encode()), crc32(step.encode())])
