"""That bytes of erased content may still lie in the database's files."""

from __future__ import annotations

from django.db import models


class Residue(models.Model):
    """One erasing whose bytes have not left the files yet; the row goes when they have."""

    at = models.DateTimeField(db_index=True)  # of the erasing, as the erased record keeps it
    mark = models.CharField(max_length=16, default="")  # on PostgreSQL its transaction: who began before it still reads

    def __str__(self) -> str:
        return f"erased {self.at}"
