"""Which roles open the overview, and which take part in a new city's first steps."""

from __future__ import annotations

from anlan.bulletin.access import DESK
from anlan.core.people.roles import Role
from anlan.hotspots.access import WRITES
from anlan.intake.access import IMPORTS

READS = (Role.LEADER, Role.SUPERVISOR, Role.DISPATCHER, Role.ANALYST, Role.PUBLISHER, Role.AUDITOR)
BEGINS = tuple(sorted({Role.OPERATOR, *IMPORTS, *WRITES, *DESK}))
