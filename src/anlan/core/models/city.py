"""The one city of this data directory."""

from __future__ import annotations

import json
from itertools import zip_longest
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
        numbers = self.option("emergency_numbers") or ANYWHERE
        return [str(number) for number in (numbers if isinstance(numbers, list | tuple) else [numbers])]

    def telephones(self, *, chinese: bool) -> list[tuple[str, str]]:
        """Return the emergency numbers, each with the name that the city gives it: "119", "Fire"; maybe none.

        What is no pair of names is none: the first page has to come whatever an older folder left.
        """
        pairs, which = self.option("emergency_names"), 0 if chinese else 1
        names = [str(pair[which]) if isinstance(pair, list) and len(pair) == 2 else ""
                 for pair in (pairs if isinstance(pairs, list) else [])]  # fmt: skip
        return list(zip_longest(numbers := self.emergency_numbers, names[: len(numbers)], fillvalue=""))

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
