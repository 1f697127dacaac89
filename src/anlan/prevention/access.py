"""Who opens the pages of prevention, and which roles its moves and acts are for."""

from __future__ import annotations

from anlan.core.people.roles import Role
from anlan.core.sealed.purposes import Purpose

READS = (Role.OFFICER, Role.ANALYST, Role.SUPERVISOR, Role.VERIFIER, Role.LEADER, Role.AUDITOR)
RAISES = (Role.ANALYST, Role.SUPERVISOR)
REOPENS = (Role.SUPERVISOR, Role.ANALYST, Role.VERIFIER)
RECORDS = (Role.ANALYST, Role.SUPERVISOR, Role.OPERATOR)
WORKS = (Role.OFFICER,)  # signs for problems, plans tasks, does them, asks for later deadlines
SUPERVISES = (Role.SUPERVISOR,)  # instructs, grants later deadlines, issues lists, strikes off
VERIFIES = (Role.VERIFIER,)
ARBITRATES = (Role.LEADER,)
OPENS = READS  # photos of evidence: whoever may see the task
OPENS_FOR = {Role.VERIFIER: Purpose.VERIFY, Role.OFFICER: Purpose.WORKS}  # what most likely
ERASES = SUPERVISES  # who sees the task and did none of it; operators open no task
PRINTS_ALL = (Role.SUPERVISOR, Role.LEADER, Role.AUDITOR)  # papers of the ladder, to whomever they go
PRINTS = (*PRINTS_ALL, Role.OFFICER)  # and an officer those to their own organisation
PRINTS_REPORTS = tuple(role for role in READS if role != Role.OFFICER)  # an analysis report is about the whole city
