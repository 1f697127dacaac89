"""Whether it helped, in the reporter's own choice: no words, no name, no staff in between."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from anlan.intake.models import Report


class Satisfaction(models.Model):
    """That a report was asked once, and what was chosen. Read as figures only: no page lists who chose what.

    A "no" is also the reporter's word that it is not put right, and stands with the incident as such.
    """

    class Helped(models.TextChoices):
        """What the holder of the code chose."""

        YES = "yes", pgettext_lazy("did it help", "Yes")
        PARTLY = "partly", pgettext_lazy("did it help", "Partly")
        NO = "no", pgettext_lazy("did it help", "No")

    report = models.OneToOneField(Report, on_delete=models.PROTECT, related_name="satisfaction")
    asked_at = models.DateTimeField(db_index=True)
    answered_at = models.DateTimeField(null=True)
    helped = models.CharField(max_length=8, choices=Helped, default="", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(helped="", answered_at__isnull=True) | ~Q(helped="") & Q(answered_at__isnull=False),
                name="satisfaction_answered_has_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"satisfaction of report {self.report_id}"
