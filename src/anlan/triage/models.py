"""Incidents: what we believe happened, and who holds it."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from operator import and_

from django.db import models
from django.db.models import Q

from anlan.core.holding import Held
from anlan.core.models import Organisation
from anlan.core.models.rows import Moment
from anlan.core.people.actors import Actor
from anlan.core.people.roles import Role
from anlan.intake.models import Category, Report
from anlan.intake.models.report import sees_all
from anlan.intake.states import COUNTED
from anlan.triage.states import Disposal, State

OPEN = tuple(sorted(set(State.values) - {State.CLOSED}))
Narrow = Callable[[Actor], Q]
_narrows: list[Narrow] = []


def narrows(narrow: Narrow) -> Narrow:
    """Register which of the organisation's incidents an officer sees whom a later stage gave less than the house."""
    _narrows.append(narrow)
    return narrow


def narrowed(actor: Actor) -> Q:
    """Ask of an incident whether this officer sees it at all, where the organisation has it."""
    return reduce(and_, (narrow(actor) for narrow in _narrows), Q())


class IncidentQuerySet(models.QuerySet["Incident"]):
    """Questions about incidents."""

    def visible_to(self, actor: Actor) -> IncidentQuerySet:
        """Return what the actor may see: all for the control room's people, for officers what they hold or held."""
        if sees_all(actor):
            return self
        if Role.OFFICER in actor.roles:
            held = Q(owner_id__in=actor.organisation_ids) | Q(handovers__to_id__in=actor.organisation_ids)
            return self.filter(held, narrowed(actor)).distinct()
        return self.none()

    def open(self) -> IncidentQuerySet:
        """Return those that are not closed."""
        return self.filter(state__in=OPEN)  # named one by one, so that the index over states is used


class Incident(Held):
    """One real event with one or more reports. Figures use the confirmed category."""

    number = models.CharField(max_length=24, unique=True)
    kind = models.CharField(max_length=16, choices=Category.Kind)
    category_at_call = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="+")
    category_confirmed = models.ForeignKey(Category, null=True, on_delete=models.PROTECT, related_name="incidents")
    urgency = models.PositiveSmallIntegerField(default=3)
    state = models.CharField(max_length=12, choices=State, default=State.NEW, db_index=True)
    owner = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="incidents")
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    opened_at = Moment(db_index=True)
    closed_at = Moment(null=True)
    diverted = models.BooleanField(default=False)  # handed to whom it belongs because it is no matter for the police
    disposal = models.CharField(max_length=16, choices=Disposal, default="", blank=True)
    reopened_because = models.CharField(max_length=400, default="", blank=True)

    objects = IncidentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False) | ~Q(state="closed") & Q(closed_at__isnull=True),
                name="incident_closed_has_a_time",
            )
        ]
        indexes = [
            models.Index(fields=["lon", "lat"], name="incident_place"),
            models.Index(fields=["opened_at"], condition=Q(diverted=True), name="incident_diverted"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def subject(self) -> str:
        """Its name in the ledger and on clocks."""
        return f"incident:{self.number}"

    @property
    def category(self) -> Category:
        """The confirmed category, until then the one at call."""
        return self.category_confirmed or self.category_at_call

    @property
    def is_guarded(self) -> bool:
        """Whether it may hide danger to life, as it was called in, as it was found, or as any report tells of it."""
        return self.category_at_call.exclusion_gate or self.category.exclusion_gate or self.is_told_in_danger

    @property
    def is_told_in_danger(self) -> bool:
        """Whether a report that tells of it may hide danger to life."""
        if "links" in getattr(self, "_prefetched_objects_cache", {}):
            reports = [link.report for link in self.links.all() if link.unlinked_at is None]
            return any(report.category.exclusion_gate and report.validity in COUNTED for report in reports)
        if self.pk is None:
            return False
        links = self.links.filter(unlinked_at=None, report__category__exclusion_gate=True)
        return bool(links.filter(report__validity__in=COUNTED).exists())


class IncidentReport(models.Model):
    """That a report tells of an incident; taking it away again leaves the row with its time."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="links")
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="links")
    linked_at = Moment()
    unlinked_at = Moment(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["report"], condition=Q(unlinked_at__isnull=True), name="report_tells_of_one_incident"
            )
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.report_id}"


class Handover(models.Model):
    """An incident given to another organisation, and whether it was signed for or sent back, with the reason."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="handovers")
    sender = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    to = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    at = Moment()
    diverted = models.BooleanField(default=False)
    signed_at = Moment(null=True)
    returned_at = Moment(null=True)
    reason = models.CharField(max_length=400, default="", blank=True)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.sender_id}>{self.to_id}"
