"""Messages to contacts with their stamps, and the hours in which a purpose keeps quiet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.core.models.contact import Contact
from anlan.core.people.roles import Role

if TYPE_CHECKING:
    from anlan.core.people.actors import Actor


class MessageState(models.TextChoices):
    """How far a message has come, the furthest stamp that is known."""

    WAITING = "waiting", pgettext_lazy("a message", "Waiting")
    HANDED = "handed", _("Handed to the gateway")
    DELIVERED = "delivered", pgettext_lazy("a message", "Delivered")
    READ = "read", pgettext_lazy("a message", "Read")
    ANSWERED = "answered", pgettext_lazy("a message", "Answered")
    FAILED = "failed", pgettext_lazy("a message", "Failed")
    WITHHELD = "withheld", _("Not sent")


WAITING = Q(**{f"{state}_at": None for state in MessageState.values if state != "waiting"})
FAILED = Q(failed_at__isnull=False, delivered_at=None, read_at=None, answered_at=None)
WITHHELD = Q(withheld_at__isnull=False)


class MessageQuerySet(models.QuerySet["Message"]):
    """Questions about messages."""

    def visible_to(self, actor: Actor) -> MessageQuerySet:
        """Return what an actor may list: operators and auditors see every message, nobody else any."""
        return self if actor.is_system or actor.roles & {Role.OPERATOR, Role.AUDITOR} else self.none()

    def waiting(self) -> MessageQuerySet:
        """Return those that no gateway has and that nothing ended."""
        return self.filter(WAITING)

    def failed(self) -> MessageQuerySet:
        """Return those that failed and of which nothing better was heard."""
        return self.filter(FAILED)


class Message(models.Model):
    """Word to one contact: which template and values, for what purpose and because of what; missing stamps stay so."""

    FORGETS = ("values",)

    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="messages")
    purpose = models.CharField(max_length=32)
    template = models.CharField(max_length=64)
    values = models.TextField(default="{}")  # canonical JSON; emptied when the contact is erased
    cause = models.BigIntegerField(null=True)  # the ledger entry that it follows from
    key = models.CharField(max_length=255, null=True, unique=True)
    reference = models.CharField(max_length=32, unique=True)  # what the gateway knows it by; a repeat is the same one
    gateway = models.CharField(max_length=16, default="", blank=True)
    gateway_number = models.CharField(max_length=128, default="", blank=True)
    reason = models.CharField(max_length=32, default="", blank=True)  # a code: why it failed or was not sent
    asked_at = models.DateTimeField()
    handed_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    withheld_at = models.DateTimeField(null=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(
                fields=["asked_at"],
                name="message_waits",
                condition=Q(handed_at=None, delivered_at=None, read_at=None, answered_at=None, failed_at=None,
                            withheld_at=None),
            ),
            models.Index(fields=["failed_at"], condition=Q(failed_at__isnull=False), name="message_failed"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"message {self.pk}"

    @property
    def state(self) -> MessageState:
        """How far it has come; what was delivered has not failed, whatever was said before."""
        order = ("answered", "read", "delivered", "failed", "withheld", "handed")
        return MessageState(next((name for name in order if getattr(self, f"{name}_at")), "waiting"))


class QuietHours(models.Model):
    """From when to when nothing of a purpose is sent, in the city's zone; data of the city in place of the usual."""

    purpose = models.CharField(max_length=32, unique=True)
    begins = models.TimeField()
    ends = models.TimeField()  # the same as `begins`: no hour is quiet

    class Meta:
        ordering = ["purpose"]
        verbose_name_plural = "quiet hours"

    def __str__(self) -> str:
        return self.purpose
