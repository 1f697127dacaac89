"""Who opens the pages of estimates, and who makes them."""

from __future__ import annotations

from anlan.core.people.roles import Role

READS = (Role.ANALYST, Role.SUPERVISOR, Role.LEADER, Role.AUDITOR, Role.PUBLISHER, Role.VERIFIER)
WRITES = (Role.ANALYST, Role.SUPERVISOR)
