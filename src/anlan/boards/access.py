"""Which roles open the overview."""

from __future__ import annotations

from anlan.core.people.roles import Role

READS = (Role.LEADER, Role.SUPERVISOR, Role.DISPATCHER, Role.ANALYST, Role.PUBLISHER, Role.AUDITOR)
