"""What one source said, when, where and through which channel: evidence that is never edited."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from operator import or_
from typing import Any

from django.db import models
from django.db.models import Q

from anlan.core.models import Organisation, Worded
from anlan.core.people.actors import Actor
from anlan.core.people.roles import Role
from anlan.intake import channels
from anlan.intake.channels import Channel
from anlan.intake.models.category import Category
from anlan.intake.states import Validity

SEES_ALL = frozenset(set(Role.values) - {Role.OFFICER, Role.PUBLISHER})


def sees_all(actor: Actor) -> bool:
    """Whether somebody sees every report of the city."""
    return actor.is_system or bool(actor.roles & SEES_ALL)


class ReportIsEvidence(TypeError):
    """Somebody tried to change or delete a report."""


Share = Callable[[Actor], Q]
_shares: list[Share] = []


def shares(share: Share) -> Share:
    """Register which reports an officer sees because of what a later stage put into the organisation's hands."""
    _shares.append(share)
    return share


class ReportQuerySet(models.QuerySet["Report"]):
    """Questions about reports."""

    def visible_to(self, actor: Actor) -> ReportQuerySet:
        """Return what the actor may see: all for the city's staff, their organisation's own for officers, partners.

        An officer sees also what the organisation has to act on now.
        """
        if sees_all(actor):
            return self
        own = Q(organisation_id__in=actor.organisation_ids)
        if actor.client_id:
            return self.filter(own)
        if Role.OFFICER in actor.roles:
            return self.filter(reduce(or_, (share(actor) for share in _shares), own))
        return self.none()


class Report(Worded):
    """One report. Only its validity may change, by a verb of its own; a trigger in the database holds the rest."""

    FORGETS = ("content_hash",)  # goes with the words that it was taken of

    Channel = Channel
    Validity = Validity

    number = models.CharField(max_length=24, unique=True)
    channel = models.CharField(max_length=16, choices=channels.choices)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="reports")
    received_at = models.DateTimeField(db_index=True)
    entered_at = models.DateTimeField()
    device_time = models.DateTimeField(null=True)
    source = models.CharField(max_length=64)
    source_id = models.CharField(max_length=128, null=True)
    content_hash = models.CharField(max_length=64, null=True, unique=True)  # where a delivery carries no id
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    precision_m = models.FloatField(null=True)
    source_crs = models.CharField(max_length=32, default="", blank=True)
    source_x = models.FloatField(null=True)
    source_y = models.FloatField(null=True)
    depth_cm = models.PositiveSmallIntegerField(null=True)
    answers = models.CharField(max_length=200, default="", blank=True)  # codes of key questions answered yes at once
    urgency = models.PositiveSmallIntegerField(null=True)  # what the call-taker set, over category and answers
    validity = models.CharField(max_length=8, choices=Validity, default=Validity.VALID)
    organisation = models.ForeignKey(
        Organisation, null=True, on_delete=models.PROTECT, db_index=False
    )  # whose person entered it

    objects = ReportQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["lon", "lat"], name="report_place"),
            models.Index(fields=["organisation"], condition=Q(organisation__isnull=False), name="report_organisation"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "source_id"], condition=Q(source_id__isnull=False), name="report_once_per_source"
            ),
            models.CheckConstraint(
                condition=Q(lon__isnull=True, lat__isnull=True) | Q(lon__isnull=False, lat__isnull=False),
                name="report_lon_with_lat",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store a new report; a stored one is not saved again."""
        if not self._state.adding:
            raise ReportIsEvidence("a report is evidence: it is never edited")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refuse."""
        raise ReportIsEvidence("a report is evidence: it is never deleted")
