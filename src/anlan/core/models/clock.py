"""Clocks: rules that a city's folder names, and each time that one runs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection
from functools import cached_property
from itertools import groupby
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _

from anlan.core.models.organisation import Organisation
from anlan.core.models.rows import Moment
from anlan.core.time.rules import Counting, Rung, ladder_of

REASON = 200  # characters of a reason that is printed
ENDS = ("stopped_at", "missing_at", "expired_at")
RUNS = Q(**{f"{end}__isnull": True for end in ENDS})
ENDS_ONE_WAY = (
    Q(stopped_at__isnull=True, missing_at__isnull=True)
    | Q(stopped_at__isnull=True, expired_at__isnull=True)
    | Q(missing_at__isnull=True, expired_at__isnull=True)
)

CHECKS: list[Callable[[ClockRule], None]] = []  # core/time/rule_checks.py, which itself needs the tables


def kinds_of(joined: str) -> set[str]:
    """Return the kinds of entries that a rule names, joined by "|"; it may name none."""
    return set(filter(None, joined.split("|")))


def require_ladder(text: str) -> None:
    """Refuse what cannot be read as a ladder."""
    try:
        ladder_of(text)
    except ValueError as error:
        words = _("'%(ladder)s' is no ladder: write remind:-3d supervise:+1d interview:+15d, in order, each once.")
        raise ValidationError(words % {"ladder": text}) from error


class Timing(NamedTuple):
    """How long something may take, and how that is counted."""

    target_s: int
    counting: str


class ClockRule(models.Model):
    """From one kind of entry to another, for a scope: how long it may take. Data of the city, never code."""

    code = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    start = models.CharField(max_length=200, blank=True)  # kinds of entries, joined by "|"; empty: only verbs start it
    stop = models.CharField(max_length=400, blank=True)  # empty: only expiry ends it
    target_s = models.PositiveIntegerField()  # as the folder says; counted in days: whole days of 86,400
    counting = models.CharField(
        max_length=8, choices=[(way, way) for way in Counting.__members__.values()], default=Counting.HOURS
    )
    owner = models.CharField(max_length=32, default="", blank=True)  # organisation's code; empty: who holds the matter
    scope = models.CharField(max_length=200, default="", blank=True)  # "category=fire unit_kind=mobile"; empty: all
    ladder = models.CharField(max_length=200, default="", blank=True, validators=[require_ladder])
    effect = models.CharField(max_length=64, default="", blank=True)  # what its expiry does; empty: it is only late
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code

    def clean(self) -> None:
        """Refuse what a later move would fail on."""
        for check in CHECKS:
            check(self)

    def starts_with(self, kind: str) -> bool:
        """Return whether an entry of this kind starts it."""
        return kind in kinds_of(self.start)

    def stops_with(self, kind: str) -> bool:
        """Return whether an entry of this kind stops it."""
        return kind in kinds_of(self.stop)

    def may_stop_with(self, kinds: Collection[str]) -> bool:
        """Return whether one of these kinds of entries stops it."""
        return not kinds_of(self.stop).isdisjoint(kinds)

    @cached_property
    def history(self) -> list[ClockTarget]:
        """The changes of its time, in the order in which they begin to hold."""
        return list(self.targets.all()) if self.pk else []

    def timing(self, at: dt.datetime) -> Timing:
        """Return how long what begins at a moment may take: by the last change that holds then."""
        if not self.history:
            return Timing(self.target_s, self.counting)
        held = [change for change in self.history if change.valid_from <= at]
        return held[-1].after if held else self.history[0].before

    def timings(self, first: dt.datetime, last: dt.datetime) -> list[Timing]:
        """Return what held from a moment to a later one, both included, in the order in which it came to hold."""
        moments = [first, *(change.valid_from for change in self.history if first < change.valid_from <= last)]
        return [held for held, _same in groupby(map(self.timing, moments))]

    def rungs(self) -> tuple[Rung, ...]:
        """Return the steps of its ladder."""
        return ladder_of(self.ladder)

    def applies_to(self, facts: dict[str, str]) -> bool:
        """Return whether what is known of the matter lies in the rule's scope."""
        wanted = dict(part.partition("=")[::2] for part in self.scope.split())
        return all(facts.get(name) in value.split(",") for name, value in wanted.items())


class ClockTarget(models.Model):
    """From when on a clock allows another time, and why; what began before keeps the time that it began with."""

    rule = models.ForeignKey(ClockRule, on_delete=models.PROTECT, related_name="targets")
    valid_from = Moment()
    target_s = models.PositiveIntegerField()
    counting = models.CharField(max_length=8)
    before_s = models.PositiveIntegerField()  # what held until then
    before_counting = models.CharField(max_length=8)
    reason = models.CharField(max_length=REASON, default="", blank=True)  # empty: the city's folder says so
    reason_en = models.CharField(max_length=REASON, default="", blank=True)

    class Meta:
        ordering = ["valid_from", "pk"]  # of two that begin at once the later one holds

    def __str__(self) -> str:
        return f"{self.rule_id} {self.valid_from:%Y-%m-%d %H:%M}"

    @property
    def after(self) -> Timing:
        """What holds from then on."""
        return Timing(self.target_s, self.counting)

    @property
    def before(self) -> Timing:
        """What held until then."""
        return Timing(self.before_s, self.before_counting)


class ClockRunQuerySet(models.QuerySet["ClockRun"]):
    """Questions about running clocks."""

    def running(self) -> ClockRunQuerySet:
        """Return those that have no end yet, paused ones included."""
        return self.filter(RUNS)

    def ran_at(self, at: dt.datetime) -> ClockRunQuerySet:
        """Return those that had begun before a moment and had no end yet; a renewal or pause since then is told too."""
        unended = [Q(**{f"{end}__isnull": True}) | Q(**{f"{end}__gte": at}) for end in ENDS]
        return self.filter(*unended, started_at__lt=at)

    def overdue(self, at: dt.datetime) -> ClockRunQuerySet:
        """Return those whose time is up; a paused clock is never overdue."""
        return self.running().filter(paused_at__isnull=True, due_at__lte=at)

    def lapsed(self, at: dt.datetime) -> ClockRunQuerySet:
        """Return those that have an effect and whose time is up: their state is over, the effect waits to be run."""
        due = Q(paused_at__isnull=True, due_at__lte=at)
        return self.running().filter(due, ~Q(rule__effect=""))

    def standing(self, at: dt.datetime) -> ClockRunQuerySet:
        """Return those that had not ended at a moment, as their due times say and not as anybody has noted."""
        found = self.filter(Q(due_at__gt=at) | Q(paused_at__isnull=False), started_at__lte=at)
        return found.filter(Q(stopped_at=None) | Q(stopped_at__gt=at), Q(missing_at=None) | Q(missing_at__gt=at))


class ClockRun(models.Model):
    """One run of a rule on one matter. It ends with its stop entry, by expiry, or as missing: no stamp can come."""

    rule = models.ForeignKey(ClockRule, on_delete=models.PROTECT, related_name="runs")
    subject = models.CharField(max_length=64, db_index=True)
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, db_index=False)
    started_at = Moment()
    due_at = Moment()
    paused_at = Moment(null=True)
    stopped_at = Moment(null=True)
    missing_at = Moment(null=True)  # from when on no stop stamp can come; such a run has no duration
    expired_at = Moment(null=True)  # when its effect was run; in force it was until `due_at`

    objects = ClockRunQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rule", "subject"], condition=RUNS, name="clock_runs_once"),
            models.CheckConstraint(condition=ENDS_ONE_WAY, name="clock_ends_one_way"),
        ]
        indexes = [models.Index(fields=["due_at"], condition=RUNS, name="clock_due")]

    def __str__(self) -> str:
        return f"{self.rule_id} {self.subject}"
