"""Who opens the pages of studies and sites, and who asks for studies and adopts them."""

from __future__ import annotations

from anlan.core.people.roles import Role

READS = (Role.ANALYST, Role.SUPERVISOR, Role.LEADER, Role.AUDITOR, Role.OPERATOR, Role.CALL_TAKER, Role.DISPATCHER,
         Role.VERIFIER, Role.PUBLISHER)  # fmt: skip
WRITES = (Role.ANALYST, Role.SUPERVISOR)
