"""Acts of law: each version with the days on which it is in force, so that an event is judged by the law of its day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _


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

    def clean(self) -> None:
        """Refuse what cannot stand beside the acts that are stored."""
        self.require_fit(LegalAct.objects.exclude(pk=self.pk))

    def require_fit(self, others: Collection[LegalAct]) -> None:
        """Refuse days that are none, a version in force beside another of the same act, and an unknown `replaces`."""
        if self.in_force_from is None:  # said at its field already
            return
        if self.until and self.until <= self.in_force_from:
            raise ValidationError({"until": _("An act ends after the day on which it begins: write a later `until`.")})
        if self.replaces and self.replaces not in {self.code, *(other.code for other in others)}:
            words = _("There is no act '%(code)s' that it could replace.") % {"code": self.replaces}
            raise ValidationError({"replaces": words})
        for other in others:
            self._require_apart(other)

    def _require_apart(self, other: LegalAct) -> None:
        before, after = sorted((self, other), key=lambda act: act.in_force_from)
        if self.code == other.code and (before.until is None or before.until > after.in_force_from):
            words = _("%(before)s is still in force when %(after)s begins: write its `until`.")
            raise ValidationError({"in_force_from": words % {"before": before, "after": after}})
