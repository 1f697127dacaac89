"""What was before a move that can still be taken back."""

from __future__ import annotations

import datetime as dt

from django.db import models

from anlan.core.models.ledger import LedgerEntry


class UndoQuerySet(models.QuerySet["Undo"]):
    """Questions about moves that can be taken back."""

    def open(self, at: dt.datetime) -> UndoQuerySet:
        """Return those whose time is not up."""
        return self.filter(until__gt=at)


class Undo(models.Model):
    """A record's last move, by whom, until when it can be taken back, and what it changed. One a record, then gone."""

    subject = models.CharField(max_length=96, unique=True)
    entry = models.ForeignKey(LedgerEntry, on_delete=models.PROTECT, related_name="+")
    actor = models.CharField(max_length=96)
    move = models.CharField(max_length=32)
    until = models.DateTimeField(db_index=True)
    before = models.TextField()  # columns as they were, as JSON
    ended = models.TextField()  # runs of clocks that it stopped
    begun = models.TextField()  # runs of clocks that it started

    objects = UndoQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.move} of {self.subject}"
