"""Problems: something lasting to be put right, with an origin, an owner and a deadline in every state."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anlan.core.holding import Held
from anlan.core.models import Area, Organisation
from anlan.core.people.actors import Actor
from anlan.core.people.roles import Role
from anlan.hotspots.models import SEES_ALL, Site, Study
from anlan.prevention.states import ProblemState


class Origin(models.TextChoices):
    """Where a problem comes from; `silent_area` is the reserve for places with people and no reports."""

    SITE = "site", _("Site")
    HAZARD = "hazard", _("Found on a round")
    CAMPAIGN = "campaign", _("Campaign")
    KEY_AREA = "key_area", _("Key area")
    OPINION = "opinion", _("Opinion")
    REFORM = "reform", _("Reform item")
    SILENT_AREA = "silent_area", _("Silent area")


class AnalysisReport(models.Model):
    """What the analyst sends to the city government: sites of an adopted study, and a reserve for silent areas."""

    number = models.CharField(max_length=16, unique=True)  # A-2016-001
    title = models.CharField(max_length=120)
    study = models.ForeignKey(Study, null=True, on_delete=models.PROTECT)
    addressee = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    silence_words = models.CharField(max_length=200, default="", blank=True)  # why no silent area is in it
    sent_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.number


class ProblemQuerySet(models.QuerySet["Problem"]):
    """Questions about problems."""

    def visible_to(self, actor: Actor) -> ProblemQuerySet:
        """Return what the actor may see: all for the city's staff, their organisation's own for officers."""
        if actor.is_system or actor.roles & SEES_ALL:
            return self
        if Role.OFFICER not in actor.roles:
            return self.none()
        mine = actor.organisation_ids
        led = Q(lead__in=mine) | Q(tasks__organisation__in=mine)
        return self.filter(pk__in=Problem.objects.filter(led | Q(supporting__in=mine)).values("pk"))

    def open(self) -> ProblemQuerySet:
        """Return those that are not struck off."""
        return self.exclude(state=ProblemState.STRUCK_OFF)


class Problem(Held):
    """Something lasting to be put right at a place or in a duty."""

    number = models.CharField(max_length=16, unique=True)  # P-2016-0001
    origin = models.CharField(max_length=12, choices=Origin)
    analysis = models.ForeignKey(AnalysisReport, null=True, on_delete=models.PROTECT, related_name="problems")
    site = models.ForeignKey(Site, null=True, on_delete=models.PROTECT, related_name="problems")
    title = models.CharField(max_length=120)
    title_en = models.CharField(max_length=120, default="", blank=True)
    lon = models.FloatField(null=True)  # the site's place when it was raised: what fails there reopens the problem
    lat = models.FloatField(null=True)
    radius_m = models.FloatField(null=True)
    area = models.ForeignKey(Area, null=True, on_delete=models.PROTECT)
    state = models.CharField(max_length=12, choices=ProblemState, default=ProblemState.RAISED)
    due_on = models.DateField(null=True)  # of the next step; none once struck off
    lead = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    supporting = models.ManyToManyField(Organisation, blank=True, related_name="+")
    supervision_level = models.CharField(max_length=12, default="", blank=True)  # who keeps it on the open list
    exit_criteria = models.CharField(max_length=400, default="", blank=True)
    instruction_ref = models.CharField(max_length=80, default="", blank=True)
    instruction_on = models.DateField(null=True)
    rain_test_mm_h = models.FloatField(null=True)  # flood-prone: struck off only after such a storm
    raised_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    struck_off_at = models.DateTimeField(null=True)
    reopened = models.PositiveSmallIntegerField(default=0)

    looked_back: tuple[dt.datetime, Any] | None = None  # no column: at when, and which storm it had stood last by then
    objects = ProblemQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["site"], name="problem_once_a_site"),
            models.CheckConstraint(
                condition=Q(state="struck_off", due_on__isnull=True) | Q(due_on__isnull=False), name="problem_has_clock"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def last_move(self) -> str:
        """Return what a page keeps of its history, to notice a step that somebody else took meanwhile."""
        return str(self.moves.aggregate(pk=models.Max("pk"))["pk"] or 0)


class Move(models.Model):
    """One step of a problem, so that a page tells its history without reading the ledger."""

    problem = models.ForeignKey(Problem, on_delete=models.PROTECT, related_name="moves")
    verb = models.CharField(max_length=12)
    before = models.CharField(max_length=12, choices=ProblemState)
    after = models.CharField(max_length=12, choices=ProblemState)
    at = models.DateTimeField()
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    words = models.CharField(max_length=200, default="", blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.problem_id} {self.verb}"
