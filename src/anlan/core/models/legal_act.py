"""Acts of law: each version with the days on which it is in force, so that an event is judged by the law of its day."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import F, Q


class LegalActQuerySet(models.QuerySet["LegalAct"]):
    """Questions about acts."""

    def in_force_on(self, day: dt.date) -> LegalActQuerySet:
        """Return the versions in force on a day."""
        return self.filter(Q(until__isnull=True) | Q(until__gt=day), in_force_from__lte=day)


class LegalAct(models.Model):
    """One version of a law, a regulation, a rule or a local act, under the code of the act. Data of the city."""

    code = models.CharField(max_length=32)
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=160)
    kind = models.CharField(max_length=32)  # law, regulation, rule, local: as the city sorts them
    number = models.CharField(max_length=80, default="", blank=True)  # of the paper by which it was issued
    in_force_from = models.DateField()
    until = models.DateField(null=True, blank=True)  # exclusive
    replaces = models.CharField(max_length=32, default="", blank=True)  # the code of another act
    source = models.CharField(max_length=300, default="", blank=True)

    objects = LegalActQuerySet.as_manager()

    class Meta:
        ordering = ["code", "in_force_from"]
        constraints = [
            models.UniqueConstraint(fields=["code", "in_force_from"], name="act_version_start"),
            models.CheckConstraint(condition=Q(until__isnull=True) | Q(until__gt=F("in_force_from")), name="act_days"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.in_force_from}"
