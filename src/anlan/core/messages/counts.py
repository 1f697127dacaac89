"""What `anlan status` counts of messages."""

from __future__ import annotations

import datetime as dt

from django.db.models import BigIntegerField
from django.db.models.functions import Cast, Length, Substr

from anlan.core.messages.actions import JOB
from anlan.core.models import Job, Message
from anlan.core.operator.counts import count
from anlan.core.time.clock import now

RECENT = dt.timedelta(days=1)


@count("messages_waiting")
def waiting() -> int:
    """Count the messages that no gateway has yet."""
    return Message.objects.waiting().count()


@count("messages_stuck")
def stuck() -> int:
    """Count the messages that wait, and that no job will send: it is dead or was stopped."""
    number = Cast(Substr("payload", 12, Length("payload") - 12), BigIntegerField())  # of {"message":17}
    sending = Job.objects.filter(name=JOB, state=Job.State.READY).annotate(number=number)
    return Message.objects.waiting().exclude(pk__in=sending.values("number")).count()


@count("messages_gateway_away")
def away() -> int:
    """Count the messages of the last day that failed because a gateway was away or let nobody in."""
    return Message.objects.failed().filter(reason="gateway_away", failed_at__gt=now() - RECENT).count()


@count("messages_failed")
def failed() -> int:
    """Count the messages that failed for good."""
    return Message.objects.failed().count()
