"""Plans of measures, issues of a bulletin, and the figures in them."""

from __future__ import annotations

import json
from typing import Any

from django.db import models
from django.db.models import F, Q

from anlan.bulletin import rules
from anlan.bulletin.figures.drawn import Drawn
from anlan.bulletin.figures.measure import MEASURES, Measure
from anlan.bulletin.figures.period import Period
from anlan.bulletin.figures.rows import hash_of, packed, unpacked
from anlan.core.city.areas import local_day
from anlan.core.models import Job, Organisation
from anlan.core.people.actors import Actor


class Plan(models.Model):
    """Which measures a period's bulletin has: what got worse is printed too, and what was fixed late says so."""

    number = models.CharField(max_length=16, unique=True)  # BP-2016-01
    since = models.DateField()
    until = models.DateField()
    fixed_at = models.DateTimeField()
    measures = models.TextField()  # canonical JSON: codes in the order of print
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")  # last asked for an issue

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until__gte=F("since")), name="plan_period"),
            models.UniqueConstraint(fields=["since", "until"], name="plan_once_a_period"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def codes(self) -> list[str]:
        """The measures in the order of print."""
        return list(json.loads(self.measures))

    @property
    def period(self) -> Period:
        """Its days."""
        return Period(self.since, self.until)

    @property
    def is_afterwards(self) -> bool:
        """Whether its bulletin is compiled afterwards."""
        return rules.is_afterwards(local_day(self.fixed_at), self.until)


class BulletinQuerySet(models.QuerySet["Issue"]):
    """Questions about issues."""

    def visible_to(self, actor: Actor) -> BulletinQuerySet:
        """Return all of them: an issue is published the moment it exists."""
        return self

    def newest(self) -> BulletinQuerySet:
        """Return those that no later revision corrects."""
        return self.filter(corrected_by__isnull=True)


class Issue(models.Model):
    """One published bulletin. It never changes: a correction is an issue of its own with a revision note."""

    number = models.CharField(max_length=20, unique=True)  # B-2017-01, of a correction B-2017-01-r2
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="issues")
    issuer = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField()
    revision = models.PositiveSmallIntegerField(default=1)
    corrects = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="corrected_by")
    note = models.CharField(max_length=400, default="", blank=True)  # why it was corrected
    note_en = models.CharField(max_length=400, default="", blank=True)  # the same in English
    headline = models.CharField(max_length=120)
    headline_en = models.CharField(max_length=160)
    estimate = models.CharField(
        max_length=16, default="", blank=True
    )  # number of the estimate whose sentence stands in it
    position = models.BigIntegerField()
    code = models.CharField(max_length=32)  # verification code over all figures

    objects = BulletinQuerySet.as_manager()

    class Meta:
        ordering = ["-published_at", "-pk"]

    def __str__(self) -> str:
        return self.number


class RowSet(models.Model):
    """Rows and what each contributes, under the hash of their content: kept once, whatever rests on them.

    A median and its percentile, a count and its share, an issue and its correction mostly rest on the same rows.
    """

    hash = models.CharField(max_length=64, primary_key=True)
    packed = models.BinaryField()

    def __str__(self) -> str:
        return self.hash[:12]

    @classmethod
    def of(cls, drawn: Drawn) -> RowSet:
        """Return the set of some rows; not stored."""
        kept = packed(drawn)
        return cls(hash=hash_of(kept), packed=kept)

    def drawn(self) -> Drawn:
        """Return the rows."""
        return unpacked(self.packed)


class Figure(models.Model):
    """One printed number: value, base, n, revision of its measure, position, and the rows that give it."""

    issue = models.ForeignKey(Issue, on_delete=models.PROTECT, related_name="figures")
    line = models.PositiveSmallIntegerField()
    measure = models.CharField(max_length=40)
    area = models.CharField(max_length=32, default="", blank=True)  # a district's code; empty: the whole city
    revision = models.PositiveSmallIntegerField()
    says = models.TextField(default="", blank=True)  # the definition that was printed; a measure's words can change
    says_en = models.TextField(default="", blank=True)
    position = models.BigIntegerField()
    value = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    n = models.PositiveIntegerField()
    absent = models.CharField(max_length=16, default="", blank=True)  # why there is no value, see `Absent`
    base = models.FloatField(null=True)
    base_n = models.PositiveIntegerField()
    base_absent = models.CharField(max_length=16, default="", blank=True)
    rows = models.ForeignKey(RowSet, on_delete=models.PROTECT, related_name="+")
    base_rows = models.ForeignKey(RowSet, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["issue", "line", "pk"]  # the city, then its districts: the code is made in that order
        constraints = [models.UniqueConstraint(fields=["issue", "measure", "area"], name="figure_once_an_issue")]

    def __str__(self) -> str:
        return f"{self.issue_id} {self.measure}"

    @property
    def key(self) -> str:
        """Its name within the issue."""
        return f"{self.measure}@{self.area}" if self.area else self.measure

    @property
    def of(self) -> Measure:
        """The measure as it is declared now."""
        return MEASURES[self.measure]


class RecomputationQuerySet(models.QuerySet["Recomputation"]):
    """Questions about recomputations."""

    def visible_to(self, actor: Actor) -> RecomputationQuerySet:
        """Return all for staff: they hold figures and numbers of records, and no page of the public shows them."""
        return self if actor.is_system or actor.roles else self.none()


class Recomputation(models.Model):
    """One run over an issue: do the stored rows still give its figures, and what changed since."""

    issue = models.ForeignKey(Issue, on_delete=models.PROTECT, related_name="recomputations")
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL)
    asked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    position = models.BigIntegerField(null=True)  # of the ledger, when it began to read
    outcome = models.TextField(default="", blank=True)  # canonical JSON; until it ends, what is read so far

    objects = RecomputationQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["issue"], condition=Q(finished_at__isnull=True), name="recomputation_runs_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.issue_id} {self.asked_at:%Y-%m-%d %H:%M}"

    @property
    def findings(self) -> dict[str, Any]:
        """What it came to, or what is read so far."""
        return dict(json.loads(self.outcome)) if self.outcome else {"figures": []}
