"""What a table of personal content is made of: a salt per record, the content, and what erasing does to the row."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django.db import models

from anlan.core.sealed.purposes import Seal
from anlan.core.sealed.salts import commitment


class Sealed(models.Model):
    """A row of personal content; its columns are read through `openings` alone."""

    SEAL: ClassVar[Seal]
    CONTENT: ClassVar[tuple[str, ...]]  # the columns to which the ledger holds a commitment
    salt: Any
    verb_key = models.TextField(null=True)  # the keyed call that it came by; none is "", and NULL is not known

    class Meta:
        abstract = True

    def commitment(self) -> str:
        """Return what the ledger holds in place of the content."""
        return commitment(bytes(self.salt), {name: getattr(self, name) for name in self.CONTENT})

    @classmethod
    def destroy(cls, rows: models.QuerySet[Any], at: dt.datetime) -> int:
        """Destroy the content of these rows with their salts; return of how many."""
        return rows.delete()[0]


class SealedWords(Sealed):
    """Words in a row of their own, one a record; erasing deletes the row."""

    OWNER: ClassVar[str]  # the column that names the record
    salt = models.BinaryField(max_length=16)

    class Meta:
        abstract = True


class SealedFile(Sealed):
    """A photo in a row of its own, re-encoded: nothing of the upload but its pixels; erasing deletes the row."""

    CONTENT = ("jpeg",)
    salt = models.BinaryField(max_length=16)
    jpeg = models.BinaryField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        abstract = True


class SealedPiece(Sealed):
    """A photo in a row that outlives it, so that it still says that there was one; erasing empties the columns."""

    CONTENT = ("jpeg",)
    NOTES: ClassVar[tuple[str, ...]] = ()  # words beside it that are no personal content, and go with it all the same
    EMPTY: ClassVar[dict[str, Any]] = {
        "salt": None, "jpeg": None, "width": None, "height": None, "sha256": "", "verb_key": None,
    }  # fmt: skip
    salt = models.BinaryField(null=True)
    jpeg = models.BinaryField(null=True)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    sha256 = models.CharField(max_length=64, default="", blank=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    @classmethod
    def destroy(cls, rows: models.QuerySet[Any], at: dt.datetime) -> int:
        """Empty what has not been emptied before."""
        return rows.filter(erased_at=None).update(erased_at=at, **cls.EMPTY, **dict.fromkeys(cls.NOTES, ""))
