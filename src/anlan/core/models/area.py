"""Administrative areas and zones, each with the versions that were in force."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Q


class Area(models.Model):
    """An area under one code, whatever its outline and name become."""

    class Kind(models.TextChoices):
        """What sort of area it is; a zone overlaps the administrative tree."""

        CITY = "city"
        DISTRICT = "district"
        COUNTY_CITY = "county_city"
        SUBDISTRICT = "subdistrict"
        ZONE = "zone"

    code = models.CharField(max_length=32, unique=True)
    kind = models.CharField(max_length=16, choices=Kind)

    def __str__(self) -> str:
        return self.code


class AreaVersionQuerySet(models.QuerySet["AreaVersion"]):
    """Questions about versions of areas."""

    def valid_on(self, day: dt.date) -> AreaVersionQuerySet:
        """Return the versions in force on a day."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day), valid_from__lte=day)


class AreaVersion(models.Model):
    """Name and outline of an area from one day until another."""

    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="versions")
    parent = models.ForeignKey(Area, null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)  # exclusive
    predecessors = models.ManyToManyField("self", symmetrical=False, blank=True, related_name="successors")
    population = models.PositiveIntegerField(null=True, blank=True)
    geometry = models.TextField()  # GeoJSON geometry, WGS 84
    west = models.FloatField()
    south = models.FloatField()
    east = models.FloatField()
    north = models.FloatField()

    objects = AreaVersionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["area", "valid_from"], name="area_version_start"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=models.F("valid_from")), name="area_version_lasts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.valid_from}"
