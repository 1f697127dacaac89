"""Today's offenders may only become fewer: a new one fails, and so does an entry that is no longer needed."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping
from typing import TypeVar

Name = TypeVar("Name", bound=Hashable)


def only_falls(found: Mapping[Name, int], allowed: Mapping[Name, int]) -> None:
    """Fail where more is found than allowed, and where less is: then the number is to be lowered."""
    grown = {name: count for name, count in found.items() if count > allowed.get(name, 0)}
    fallen = {name: found.get(name, 0) for name, count in allowed.items() if found.get(name, 0) < count}
    assert not grown, f"new, or more than allowed: {grown}"
    assert not fallen, f"good: lower these numbers in the test (0: take the entry out): {fallen}"


def only_shrinks(found: Collection[str], allowed: Collection[str]) -> None:
    """Fail at every finding that the list does not name, and at every entry that finds nothing."""
    only_falls(dict.fromkeys(found, 1), dict.fromkeys(allowed, 1))
