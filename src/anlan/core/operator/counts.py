"""What `anlan status` counts: each stage registers its own numbers in its `counts.py`."""

from __future__ import annotations

from collections.abc import Callable

Count = Callable[[], int]
COUNTS: dict[str, Count] = {"reports": lambda: 0, "sites": lambda: 0, "studies": lambda: 0}


def count(name: str) -> Callable[[Count], Count]:
    """Register a function that counts what a name such as "reports" stands for."""

    def register(function: Count) -> Count:
        COUNTS[name] = function
        return function

    return register
