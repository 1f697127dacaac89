"""Which roles open the publisher's desk, and who looks at what was composed and recomputed."""

from __future__ import annotations

from anlan.core.people.roles import Role

DESK = (Role.PUBLISHER,)
LOOKS = (Role.PUBLISHER, Role.AUDITOR, Role.ANALYST, Role.SUPERVISOR, Role.LEADER)
