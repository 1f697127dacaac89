"""How far each series of numbers has come."""

from __future__ import annotations

from django.db import models


class SeriesCount(models.Model):
    """The last number given in one period of a series; its row is the lock under which numbers are given."""

    letter = models.CharField(max_length=4)
    period = models.CharField(max_length=10, blank=True)  # 2016-06-28, 2016, or empty for a series without periods
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["letter", "period"], name="series_count_once")]

    def __str__(self) -> str:
        return f"{self.letter} {self.period} {self.last}"
