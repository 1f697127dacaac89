"""Who fixes measures, composes and corrects, and who looks at what was composed and recomputed."""

from __future__ import annotations

from anlan.core.people.actors import Actor
from anlan.core.people.roles import Role

DESK = (Role.PUBLISHER,)
LOOKS = (Role.PUBLISHER, Role.AUDITOR, Role.ANALYST, Role.SUPERVISOR, Role.LEADER)


def publishes(actor: Actor) -> bool:
    """Whether this person works at the publisher's desk."""
    return bool(actor.roles.intersection(DESK))
