"""The append-only record of what was done, its order, its seals, and the answers given to keyed verbs."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from anlan.core.models.kinds import KindField
from anlan.core.models.rows import RowIndex, RowNumber, StampField


class LedgerEntry(models.Model):
    """One thing that was done: by whom, when, to what and because of which other entry."""

    kind = KindField()
    actor = models.CharField(max_length=96)
    at = StampField(max_length=32)  # UTC with microseconds as text: databases render times differently
    subject = models.CharField(max_length=96)
    cause = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="effects", db_index=False
    )  # its index leaves out the many that follow from nothing
    payload = models.TextField()  # canonical JSON; never personal content

    class Meta:
        indexes = [
            RowIndex(fields=["subject", "id"], name="core_ledger_subject_4648b6_idx"),
            RowIndex(fields=["kind", "id"], name="core_ledger_kind_240288_idx"),
            models.Index(fields=["cause"], condition=Q(cause__isnull=False), name="ledger_cause"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"


class LedgerPosition(models.Model):
    """The place of an entry in the order of commit: gap-free, given as the last act of the transaction."""

    position = RowNumber(primary_key=True)
    entry = models.OneToOneField(LedgerEntry, on_delete=models.PROTECT, related_name="placed")

    def __str__(self) -> str:
        return str(self.position)


class LedgerSeal(models.Model):
    """A hash over a range of positions and the seal before it."""

    first = models.BigIntegerField()
    last = models.BigIntegerField(unique=True)
    version = models.PositiveSmallIntegerField(default=1)  # of what its hash covers
    previous = models.CharField(max_length=128)
    algorithm = models.CharField(max_length=16)
    hash = models.CharField(max_length=128, unique=True)
    sealed_at = models.CharField(max_length=32)
    marks = models.BinaryField(default=b"")  # four bytes an entry: where a broken seal is broken, not whether

    def __str__(self) -> str:
        return f"{self.first}-{self.last} {self.hash[:12]}"


class VerbKey(models.Model):
    """The answer that a keyed verb gave, so that a repeated call gets the same one."""

    FORGETS = ("fingerprint",)

    key = models.CharField(max_length=255, primary_key=True)  # verb, actor's scope and the caller's key
    fingerprint = models.CharField(max_length=64)
    result = models.TextField(null=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.key
