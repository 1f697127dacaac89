"""Studies, the places that they found, and sites: places with one number over the years."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from anlan.core.models import Area
from anlan.core.people.actors import Actor
from anlan.core.people.roles import Role
from anlan.intake.models import Report

SEES_ALL = frozenset(set(Role.values) - {Role.OFFICER})


class StudyQuerySet(models.QuerySet["Study"]):
    """Questions about studies."""

    def visible_to(self, actor: Actor) -> StudyQuerySet:
        """Return what the actor may see: all for the city's staff, adopted ones for officers."""
        if actor.is_system or actor.roles & SEES_ALL:
            return self
        return self.filter(adopted_at__isnull=False) if Role.OFFICER in actor.roles else self.none()

    def adopted(self) -> StudyQuerySet:
        """Return the adopted ones in time order."""
        return self.filter(adopted_at__isnull=False).order_by("until", "since")


class Study(models.Model):
    """One run of a method: frozen parameters, method revision, and input up to a position of the ledger."""

    class State(models.TextChoices):
        """Where a study stands; adopted is said by `adopted_at`."""

        RUNNING = "running"
        FINISHED = "finished"
        FAILED = "failed"

    name = models.CharField(max_length=120)
    state = models.CharField(max_length=8, choices=State, default=State.RUNNING)
    subject = models.CharField(max_length=255)  # the categories, sorted and joined by "+"
    area = models.ForeignKey(Area, null=True, on_delete=models.PROTECT)
    since = models.DateField()  # whole local days, both included
    until = models.DateField()
    position = models.BigIntegerField()
    method = models.CharField(max_length=64, default="recurrent_places")
    revision = models.PositiveIntegerField()
    parameters = models.TextField()  # canonical JSON
    job_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    adopted_at = models.DateTimeField(null=True)
    reports = models.PositiveIntegerField(null=True)  # used by the method
    sites = models.PositiveIntegerField(null=True)
    input_hash = models.CharField(max_length=64, default="", blank=True)
    content_hash = models.CharField(max_length=64, default="", blank=True)
    outcome = models.TextField(default="", blank=True)  # canonical JSON: what a rerun must give again, byte for byte
    error = models.TextField(default="", blank=True)

    objects = StudyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "studies"
        constraints = [models.CheckConstraint(condition=Q(until__gte=models.F("since")), name="study_period")]

    def __str__(self) -> str:
        return self.name

    @property
    def categories(self) -> list[str]:
        """The codes of the categories studied."""
        return self.subject.split("+")


class StudyPlace(models.Model):
    """A place that a study found; `label` may be erased, everything else is frozen with the study."""

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="places")
    rank = models.PositiveIntegerField()
    lon = models.FloatField()
    lat = models.FloatField()
    radius_m = models.FloatField()
    reports = models.PositiveIntegerField()
    episodes = models.PositiveIntegerField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    chance = models.FloatField(null=True)
    label = models.CharField(max_length=120, default="", blank=True)

    class Meta:
        ordering = ["study", "rank"]
        constraints = [models.UniqueConstraint(fields=["study", "rank"], name="place_rank_once")]

    def __str__(self) -> str:
        return f"{self.study_id}/{self.rank}"


class PlaceReport(models.Model):
    """A report behind a place, and the episode in which it fell."""

    place = models.ForeignKey(StudyPlace, on_delete=models.PROTECT, related_name="members")
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="places")
    episode = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["place", "report"], name="place_report_once")]

    def __str__(self) -> str:
        return f"{self.place_id} {self.report_id}"


class SiteQuerySet(models.QuerySet["Site"]):
    """Questions about sites."""

    def visible_to(self, actor: Actor) -> SiteQuerySet:
        """Return what the actor may see: sites are about places, so everybody who signs in."""
        return self if actor.is_system or actor.roles else self.none()


class Site(models.Model):
    """A place with one number over the years, whatever its outline becomes."""

    number = models.PositiveIntegerField(unique=True)
    subject = models.CharField(max_length=255)
    merged_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="merged_from")

    objects = SiteQuerySet.as_manager()

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return self.code

    @property
    def code(self) -> str:
        """The number as it is printed: 017."""
        return f"{self.number:03d}"


class SiteVersion(models.Model):
    """What an adopted study said of a site: its place then, or that it was gone."""

    class Change(models.TextChoices):
        """What became of a site since the study before."""

        NEW = "new"
        KEPT = "kept"
        GROWN = "grown"
        SHRUNK = "shrunk"
        SPLIT = "split"
        MERGED = "merged"
        GONE = "gone"

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="versions")
    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="site_versions")
    place = models.OneToOneField(StudyPlace, null=True, on_delete=models.PROTECT, related_name="site_version")
    change = models.CharField(max_length=8, choices=Change)

    class Meta:
        ordering = ["study__until", "study__since"]
        constraints = [
            models.UniqueConstraint(fields=["site", "study"], name="site_version_once"),
            models.CheckConstraint(
                condition=Q(place__isnull=False) | Q(change__in=["gone", "merged"]), name="site_placed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.site_id} in {self.study_id}: {self.change}"
