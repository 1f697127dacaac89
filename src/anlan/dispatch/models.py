"""Units, their shifts, one unit sent to one incident, and the stamps on the way."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, Q, Value
from django.db.models.functions import NullIf
from django.utils.translation import gettext_lazy as _

from anlan.core.models import Membership, Organisation, Person, Worded
from anlan.core.models.rows import Moment
from anlan.core.people.actors import Actor
from anlan.core.people.roles import Role
from anlan.dispatch.rules import ENDED
from anlan.dispatch.states import Stamp
from anlan.intake.models.report import sees_all
from anlan.triage.models import Incident


class Unit(Worded):
    """Something that can be sent: a crew with vehicle and skills. A crew is a count, never a list of people."""

    class Kind(models.TextChoices):
        """What a clock may ask for: 1-3-5 is the rule of the mobile teams."""

        MOBILE = "mobile", _("Mobile team")
        PATROL = "patrol", _("Patrol")
        TRAFFIC = "traffic", _("Traffic patrol")
        FIRE = "fire", _("Fire crew")
        WORKS = "works", _("Works crew")

    code = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    kind = models.CharField(max_length=8, choices=Kind)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="units")
    people = models.PositiveSmallIntegerField(default=0)
    lon = models.FloatField(null=True)  # where it stands by; not where it is
    lat = models.FloatField(null=True)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class UnitAccess(models.Model):
    """A log-in that stamps for a unit, such as the telephone of its vehicle. Who carries it, and where, is not kept."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="units")
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="logins")

    class Meta:
        ordering = ["unit__code", "person__username"]
        verbose_name_plural = "unit log-ins"
        constraints = [models.UniqueConstraint(fields=["person", "unit"], name="unit_access_once")]

    def __str__(self) -> str:
        return f"{self.unit} {self.person}"

    def clean(self) -> None:
        """Refuse a log-in that is no officer's of the unit's organisation: it would open nothing."""
        house = Membership.objects.filter(organisation__units=self.unit_id, role=Role.OFFICER)
        if not house.filter(person=self.person_id).exists():
            raise ValidationError(_("Only an officer of the unit's organisation stamps for it."))


def acted_for(actor: Actor, unit: str = "") -> Q:
    """Ask whether an officer acts for a unit (or for what points at one: `unit__`).

    A log-in that was given units acts for these alone, one without acts for all of its organisation.
    """
    given = UnitAccess.objects.filter(person=actor.person_id)
    own = Q(**{f"{unit}pk__in": given.values("unit")}) | Q(~Exists(given))
    return Q(**{f"{unit}organisation_id__in": actor.organisation_ids}) & own


class Shift(models.Model):
    """A unit's time on duty, with how many people; what is open at its end is handed over."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="shifts")
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    people = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["begins_at", "pk"]
        indexes = [models.Index(fields=["unit", "begins_at"], name="shift_of_unit")]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("begins_at")), name="shift_ends_after_it_begins"),
            models.UniqueConstraint(fields=["unit", "begins_at"], name="shift_once"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.begins_at:%Y-%m-%d %H:%M}"


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    """Questions about assignments."""

    def visible_to(self, actor: Actor) -> AssignmentQuerySet:
        """Return what the actor may see: all for the control room's people, for officers their units'."""
        if sees_all(actor):
            return self
        if Role.OFFICER in actor.roles:
            return self.filter(acted_for(actor, "unit__"))
        return self.none()

    def open(self) -> AssignmentQuerySet:
        """Return those whose unit is not free yet."""
        return self.filter(ended_at=None)


class Assignment(Worded):
    """One unit sent to one incident."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="assignments")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="assignments")
    state = models.CharField(max_length=16, choices=Stamp, default=Stamp.DISPATCHED)
    dispatched_at = models.DateTimeField(db_index=True)
    ended_at = models.DateTimeField(null=True)
    backup = models.BooleanField(default=False)  # it asked for backup

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        ordering = ["dispatched_at", "pk"]
        # Without it the few that are open are sought through all that ever were, in the order of sending.
        indexes = [models.Index(fields=["dispatched_at"], condition=Q(ended_at__isnull=True), name="assignment_open")]
        constraints = [
            models.UniqueConstraint(fields=["unit"], condition=Q(ended_at__isnull=True), name="unit_is_at_one_place"),
            models.CheckConstraint(
                condition=Q(state__in=sorted(ENDED), ended_at__isnull=False)
                | ~Q(state__in=sorted(ENDED)) & Q(ended_at__isnull=True),
                name="assignment_ends_with_its_state",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.unit_id}"

    @property
    def subject(self) -> str:
        """Its name in the ledger and on clocks."""
        return f"assignment:{self.pk}"


class Milestone(Worded):
    """One stamped step: the server's time, and the device's where it differs. A missing one has no row."""

    assignment = models.ForeignKey(
        Assignment, on_delete=models.PROTECT, related_name="milestones", db_index=False
    )  # `milestone_once` begins with it
    step = models.CharField(max_length=16, choices=Stamp)
    at = Moment()
    device_at = Moment(null=True)

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint("assignment", NullIf("step", Value("backup_asked")), name="milestone_once")
        ]

    def __str__(self) -> str:
        return f"{self.assignment_id} {self.step}"
