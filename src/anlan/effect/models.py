"""Estimates: what works changed at places, frozen with everything that they rest on."""

from __future__ import annotations

import json
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anlan.core.people.actors import Actor
from anlan.effect.access import READS
from anlan.hotspots.models import Study


class EstimateQuerySet(models.QuerySet["Estimate"]):
    """Questions about estimates."""

    def visible_to(self, actor: Actor) -> EstimateQuerySet:
        """Return what the actor may see: they are about places, so all for whoever judges works, else none."""
        return self if actor.is_system or actor.roles.intersection(READS) else self.none()


class Estimate(models.Model):
    """One answer to "did it work?", with its question, its storms and the hash under which it is frozen."""

    class Verdict(models.TextChoices):
        """What the interval allows to say."""

        FELL = "fell", _("Fewer failures")
        ROSE = "rose", _("More failures")
        UNCLEAR = "unclear", _("Cannot tell")
        NOT_SEPARABLE = "not_separable", _("Not separable")

    number = models.CharField(max_length=16, unique=True)  # V-2017-001
    made_at = models.DateTimeField()
    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="estimates")
    since = models.DateField()  # whole local days of reports, both included
    until = models.DateField()
    measure_at = models.DateField()  # first local day of the effect
    treated = models.TextField()  # canonical JSON: numbers of the sites whose works were accepted before that day
    controls = models.TextField()
    later = models.TextField()  # mended while the storms after were counted: neither of both
    storms = models.TextField()  # canonical JSON: first, last, when (before, after, spans)
    method = models.CharField(max_length=64, default="before_after")
    revision = models.PositiveIntegerField()
    seed = models.PositiveIntegerField()
    position = models.BigIntegerField()
    verdict = models.CharField(max_length=16, choices=Verdict)
    ratio = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    reports = models.PositiveIntegerField()
    rows = models.PositiveIntegerField()
    failures = models.PositiveIntegerField()
    places_used = models.PositiveIntegerField()
    treated_used = models.PositiveIntegerField()
    before_storms = models.PositiveIntegerField()
    after_storms = models.PositiveIntegerField()
    effective_after_storms = models.FloatField()
    sentence_en = models.TextField()
    sentence_zh = models.TextField()
    reason = models.CharField(max_length=64, default="", blank=True)
    warnings = models.TextField()  # canonical JSON: the method's own sentences
    input_hash = models.CharField(max_length=64)
    content_hash = models.CharField(max_length=64)

    objects = EstimateQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(verdict="not_separable", ratio__isnull=True) | Q(ratio__isnull=False, low__isnull=False),
                name="estimate_has_interval",
            )
        ]

    def __str__(self) -> str:
        return self.number

    def listed(self, name: str) -> list[Any]:
        """Return one of the lists kept as JSON: treated, controls, later, storms, warnings."""
        return list(json.loads(getattr(self, name)))

    def holds(self, site: int) -> bool:
        """Whether the estimate rests on a site, mended or beside it."""
        return site in self.listed("treated") or site in self.listed("controls")
