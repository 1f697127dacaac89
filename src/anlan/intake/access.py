"""Which roles may do what with reports."""

from __future__ import annotations

from typing import Final

from anlan.core.people.roles import Role

READERS: Final = tuple(role for role in Role.values if role != Role.PUBLISHER)
TAKES_CALLS: Final = (Role.CALL_TAKER, Role.DISPATCHER)  # whoever picks up
TAKES_REPORTS: Final = (*TAKES_CALLS, Role.ANALYST, Role.OPERATOR)  # through any channel
OPENS: Final = (
    Role.CALL_TAKER,
    Role.DISPATCHER,
    Role.ANALYST,
    Role.OFFICER,
    Role.VERIFIER,
    Role.SUPERVISOR,
    Role.AUDITOR,
)
ERASES: Final = (Role.CALL_TAKER, Role.SUPERVISOR, Role.OPERATOR)
IMPORTS: Final = (Role.ANALYST, Role.CALL_TAKER, Role.OPERATOR)
MAPS: Final = (Role.OPERATOR,)  # what another system recorded comes in as it was, past the desk
