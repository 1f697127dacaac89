"""What a reporter said later about the same thing."""

from __future__ import annotations

from django.db import models

from anlan.intake.models.report import Report


class Addition(models.Model):
    """A later report by the holder of a tracking code; the first one stays as it was written."""

    report = models.OneToOneField(Report, on_delete=models.PROTECT, related_name="addition")
    first = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="additions")

    def __str__(self) -> str:
        return f"report {self.report_id} adds to {self.first_id}"
