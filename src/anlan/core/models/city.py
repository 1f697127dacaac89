"""The one city of this data directory."""

from __future__ import annotations

import json
from typing import Any, Final

from django.db import models

ANYWHERE: Final = ("112",)  # an emergency number where a city names none


class City(models.Model):
    """Name, zone and bounds; loaded from the city's folder."""

    code = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    zone = models.CharField(max_length=64)
    language = models.CharField(max_length=16)
    default_crs = models.CharField(max_length=32)
    west = models.FloatField()
    south = models.FloatField()
    east = models.FloatField()
    north = models.FloatField()
    synthetic = models.BooleanField(default=False)
    settings = models.TextField(default="{}")  # the rest of city.toml as JSON
    folder_hash = models.CharField(max_length=64)

    class Meta:
        verbose_name_plural = "cities"

    def __str__(self) -> str:
        return self.name

    def option(self, name: str, default: Any = None) -> Any:
        """Return another value of city.toml, such as `emergency_numbers` or `attribution`."""
        return json.loads(self.settings).get(name, default)

    @property
    def emergency_numbers(self) -> list[str]:
        """The numbers to telephone when somebody is in danger."""
        return [str(number) for number in self.option("emergency_numbers") or ANYWHERE]

    def telephones(self, *, chinese: bool) -> list[tuple[str, str]]:
        """Return the emergency numbers, each with the name that the city gives it: "119", "Fire"; maybe none."""
        names = dict(zip(self.emergency_numbers, self.option("emergency_names") or [], strict=False))
        return [(number, str(names.get(number, ("", ""))[0 if chinese else 1])) for number in self.emergency_numbers]

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north."""
        return self.west, self.south, self.east, self.north


class Holiday(models.Model):
    """A day that differs from the week's habit: a public holiday, or a weekend day that is worked."""

    date = models.DateField(unique=True)
    kind = models.CharField(max_length=8, choices=[("holiday", "holiday"), ("workday", "workday")])
    name = models.CharField(max_length=80)

    def __str__(self) -> str:
        return f"{self.date} {self.name}"
