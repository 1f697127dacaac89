"""Who acts: a person, a partner system, the public, or Anlan itself."""

from __future__ import annotations

from dataclasses import dataclass

from anlan.core.people.roles import Role


class NotAllowed(PermissionError):
    """The actor may not do this."""

    exit_status = 1


@dataclass(frozen=True)
class Actor:
    """A plain value that every verb takes; `name` is what the ledger keeps (ids, never personal content)."""

    name: str
    roles: frozenset[str] = frozenset()
    person_id: int | None = None
    client_id: int | None = None
    organisation_ids: frozenset[int] = frozenset()

    def require(self, *roles: str) -> None:
        """Raise NotAllowed unless the actor holds one of the roles; Anlan itself may do everything."""
        if not self.is_system and not self.roles.intersection(roles):
            raise NotAllowed(f"{self.name} needs one of: {', '.join(roles)}")

    @property
    def is_system(self) -> bool:
        """Whether Anlan itself acts (a job, a command line of the operator, the simulated city)."""
        return self.name.startswith("system:")


PUBLIC = Actor("public")


def system(part: str) -> Actor:
    """Return Anlan itself as an actor, named by the part that acts."""
    return Actor(f"system:{part}", roles=frozenset(Role.values))
