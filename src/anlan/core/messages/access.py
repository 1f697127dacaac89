"""Who reads the list of messages, and who manages contacts."""

from __future__ import annotations

from anlan.core.people.roles import Role

READS = (Role.OPERATOR, Role.AUDITOR)
MANAGES = (Role.OPERATOR,)
RECEIPT_CHANNEL = "gateway"  # of the partner key with which a gateway tells what became of messages
