"""What `anlan status` counts of messages."""

from __future__ import annotations

from anlan.core.models import Message
from anlan.core.operator.counts import count


@count("messages_waiting")
def waiting() -> int:
    """Count the messages that no gateway has yet."""
    return Message.objects.waiting().count()


@count("messages_failed")
def failed() -> int:
    """Count the messages that failed for good."""
    return Message.objects.failed().count()
