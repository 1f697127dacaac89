"""Who opens the pages of prevention, and who raises, reopens, records storms, opens and erases photos of evidence."""

from __future__ import annotations

from anlan.core.people.roles import Role

READS = (Role.OFFICER, Role.ANALYST, Role.SUPERVISOR, Role.VERIFIER, Role.LEADER, Role.AUDITOR)
RAISES = (Role.ANALYST, Role.SUPERVISOR)
REOPENS = (Role.SUPERVISOR, Role.ANALYST, Role.VERIFIER)
RECORDS = (Role.ANALYST, Role.SUPERVISOR, Role.OPERATOR)
OPENS = READS  # photos of evidence: whoever may see the task
ERASES = (Role.SUPERVISOR, Role.OPERATOR)
