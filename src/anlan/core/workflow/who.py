"""Who may make a move: a small algebra. Each part answers None, or the code of why it is somebody else's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from anlan.core.people.actors import Actor

Test = Callable[[Actor, Any], str | None]


@dataclass(frozen=True)
class Who:
    """A question about an actor and a record; Anlan itself acts for all."""

    test: Test

    def __call__(self, actor: Actor, record: Any) -> str | None:
        """Return None where the actor may, else the code of why not."""
        return None if actor.is_system else self.test(actor, record)

    def __and__(self, other: Who) -> Who:
        return Who(lambda actor, record: self.test(actor, record) or other.test(actor, record))

    def __or__(self, other: Who) -> Who:
        return Who(lambda actor, record: self.test(actor, record) and other.test(actor, record))


def roles(*names: str) -> Who:
    """Whoever holds one of these roles."""
    wanted = frozenset(names)
    return Who(lambda actor, record: None if wanted & actor.roles else "role_missing")


def holder(field: str) -> Who:
    """Whoever belongs to the organisation that a field of the record names."""
    return Who(lambda actor, record: None if getattr(record, f"{field}_id") in actor.organisation_ids else "not_holder")


def no_part(parties: Callable[[Any], set[int | None]]) -> Who:
    """Whoever belongs to none of the organisations that took part: the keeper is not the doer."""
    return Who(lambda actor, record: "took_part" if parties(record) & actor.organisation_ids else None)


def anybody() -> Who:
    """Everybody: for a move that follows from another, whose check has been made."""
    return Who(lambda actor, record: None)
