"""Numbered task lists, later deadlines, the ladder, and the storms that test what was mended."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from anlan.core.models import Organisation
from anlan.prevention.models.problems import Problem
from anlan.prevention.models.tasks import Task
from anlan.prevention.states import RequestState


class TaskList(models.Model):
    """A numbered list of tasks with issuer, kind, day of issue and due day."""

    number = models.CharField(max_length=16, unique=True)  # L-2016-001
    issuer = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40)
    issued_on = models.DateField()
    due_on = models.DateField()
    tasks = models.ManyToManyField(Task, through="ListedTask", related_name="lists")

    class Meta:
        ordering = ["number"]
        constraints = [models.CheckConstraint(condition=Q(due_on__gte=F("issued_on")), name="list_due_after_issue")]

    def __str__(self) -> str:
        return self.number


class ListedTask(models.Model):
    """A task's line on a list, with the deadline that it had when the list was issued."""

    list = models.ForeignKey(TaskList, on_delete=models.PROTECT, related_name="items")
    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="+")
    line = models.PositiveIntegerField()
    due_on = models.DateField()

    class Meta:
        ordering = ["list", "line"]
        constraints = [
            models.UniqueConstraint(fields=["list", "line"], name="list_line_once"),
            models.UniqueConstraint(fields=["list", "task"], name="list_task_once"),
        ]

    def __str__(self) -> str:
        return f"{self.list_id}/{self.line}"


class Extension(models.Model):
    """A later deadline, granted before the old one, with its reason and by whom."""

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="extensions")
    before = models.DateField()
    after = models.DateField()
    reason = models.CharField(max_length=200)
    by = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.task_id} {self.after}"


class ExtensionRequestQuerySet(models.QuerySet["ExtensionRequest"]):
    """Questions about what is asked for."""

    def waiting(self) -> ExtensionRequestQuerySet:
        """Return what is not answered yet."""
        return self.filter(state=RequestState.ASKED)


class ExtensionRequest(models.Model):
    """A later deadline that the doer asks for in time, until when it is to be answered, and the answer."""

    number = models.CharField(max_length=16, unique=True)  # T-2016-0001-X1
    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="requests")
    due_on = models.DateField()  # the deadline that is asked for
    reason = models.CharField(max_length=200)
    by = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    answer_by = models.DateField()
    state = models.CharField(max_length=9, choices=RequestState, default=RequestState.ASKED)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    words = models.CharField(max_length=200, default="", blank=True)

    objects = ExtensionRequestQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["task"], condition=Q(state="asked"), name="extension_asked_once"),
        ]

    def __str__(self) -> str:
        return self.number


class Escalation(models.Model):
    """One step of the ladder towards an organisation, once for each deadline."""

    class Step(models.TextChoices):
        """When a deadline nears, passes, stays passed."""

        REMIND = "remind", _("Reminder")
        SUPERVISE = "supervise", _("Supervision")
        INTERVIEW = "interview", _("Interview")

    problem = models.ForeignKey(Problem, on_delete=models.PROTECT, related_name="escalations")
    task = models.ForeignKey(Task, null=True, on_delete=models.PROTECT, related_name="escalations")
    subject = models.CharField(max_length=16)  # the number of the task, of the problem, or of what is asked for
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    step = models.CharField(max_length=9, choices=Step)
    due_on = models.DateField()
    at = models.DateTimeField()
    number = models.CharField(max_length=16, default="", blank=True)  # LS-2016-012, of its paper; none towards nobody

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["subject", "due_on", "step"], name="ladder_step_once"),
            models.UniqueConstraint(fields=["number"], condition=~Q(number=""), name="ladder_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.step}"


class Storm(models.Model):
    """A storm as measured: what it tested is said by its peak."""

    start = models.DateTimeField(unique=True)
    end = models.DateTimeField()
    peak_mm_h = models.FloatField()
    source = models.CharField(max_length=80, default="", blank=True)
    corrected_because = models.CharField(max_length=200, default="", blank=True)

    class Meta:
        ordering = ["start"]
        constraints = [
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="storm_ends_after_start"),
            models.CheckConstraint(condition=Q(peak_mm_h__gte=0), name="storm_peak"),
        ]

    def __str__(self) -> str:
        return f"{self.start:%Y-%m-%d} {self.peak_mm_h:g} mm/h"
