"""What a report can be about, as this city names it."""

from __future__ import annotations

from django.db import models


class Category(models.Model):
    """One kind of matter; the list belongs to the city's folder and can be edited in the admin."""

    class Kind(models.TextChoices):
        """What the reporter wants, as the glossary parts it."""

        ALARM = "alarm"
        HELP = "help"
        COMPLAINT = "complaint"

    code = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    kind = models.CharField(max_length=16, choices=Kind)
    group = models.CharField(max_length=32)
    public = models.BooleanField(default=False)  # offered on the public page
    depth = models.BooleanField(default=False)  # asks how deep the water stands
    police = models.BooleanField(default=False)  # a matter for the police; others are diverted to whom they belong
    exclusion_gate = models.BooleanField(default=False)  # may hide danger to life (violence at home): never diverted
    urgency = models.PositiveSmallIntegerField(default=3)  # of what is heard of it: 1 at once, 2 soon, 3 routine
    units = models.CharField(max_length=80, default="", blank=True)  # kinds that can do something about it, best first
    needs_place = models.BooleanField(default=True)  # a call of it cannot be saved without saying where
    call_key = models.CharField(max_length=3, default="", blank=True)  # saves a call as this at once
    public_name = models.CharField(max_length=80, blank=True)
    public_name_en = models.CharField(max_length=80, blank=True)
    sort = models.IntegerField(default=0)
    active = models.BooleanField(default=True)  # no longer in the folder: kept for the reports that carry it

    class Meta:
        ordering = ["sort", "code"]
        verbose_name_plural = "categories"

    def __str__(self) -> str:
        return self.name

    @property
    def urgent_at_least(self) -> int:
        """How soon somebody has to go where this is told of: at once where it may hide danger to life."""
        return 1 if self.exclusion_gate else self.urgency
