"""Whether two values are the same, arrays and missing numbers among them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np


def same(value: Any, other: Any) -> bool:
    """Compare by kind, length and content; what is missing on both sides is the same."""
    if isinstance(value, np.ndarray) or isinstance(other, np.ndarray):
        if type(value) is not type(other):
            return False
        missing = value.dtype.kind in "fc" and other.dtype.kind in "fc"
        return value.dtype == other.dtype and np.array_equal(value, other, equal_nan=missing)
    if isinstance(value, Mapping) and isinstance(other, Mapping):
        return value.keys() == other.keys() and all(same(value[name], other[name]) for name in value)
    if isinstance(value, tuple | list) and type(value) is type(other):
        return len(value) == len(other) and all(map(same, value, other))
    if dataclasses.is_dataclass(value) and type(value) is type(other):
        return same(vars(value), vars(other))
    return bool(value == other or (value != value and other != other))
