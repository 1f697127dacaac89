"""Tasks, the evidence that they are done, and what the verifier found."""

from __future__ import annotations

from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from anlan.core.models import Organisation, Worded
from anlan.core.sealed.models import SealedPiece
from anlan.core.sealed.purposes import ErasureReason, Purpose, Seal
from anlan.prevention.access import ERASES, OPENS
from anlan.prevention.models.problems import Problem
from anlan.prevention.states import RequestState, TaskState


class Task(Worded):
    """One piece of work for one organisation, with deadline and acceptance criterion."""

    class Kind(models.TextChoices):
        """What holds for this season, and what ends the problem."""

        INTERIM = "interim", _("Interim")
        PERMANENT = "permanent", _("Permanent")

    number = models.CharField(max_length=16, unique=True)  # T-2016-0001
    problem = models.ForeignKey(Problem, on_delete=models.PROTECT, related_name="tasks")
    kind = models.CharField(max_length=9, choices=Kind)
    title = models.CharField(max_length=120)
    responsible = models.CharField(max_length=80)  # a post, never a person's name
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()
    first_due_on = models.DateField()
    criterion = models.CharField(max_length=200)
    state = models.CharField(max_length=12, choices=TaskState, default=TaskState.OPEN)
    round = models.PositiveSmallIntegerField(default=0)  # how often the problem had been reopened when it was planned
    verify_by = models.DateField(null=True)  # the verifier's own deadline, from works done on
    finished_at = models.DateTimeField(null=True)
    finished_by = models.CharField(max_length=80, default="", blank=True)  # the actor, as the ledger names it

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return self.number

    @cached_property
    def is_proved(self) -> bool:
        """Whether its doer has shown something since a verifier last looked that was not erased; bulk knows it."""
        own, looked = self.evidence.filter(organisation=self.organisation_id, erased_at=None), self.results.last()
        return (own.filter(added_at__gte=looked.verified_at) if looked else own).exists()

    @cached_property
    def asked(self) -> bool:
        """Whether a later deadline is asked for and not answered yet; lists ask it of all their tasks at once."""
        return self.requests.waiting().exists()

    def last_seen(self, answered: int | None = None) -> str:
        """Return what a page keeps of it, to notice a later deadline, an answer, works that were done again.

        A list that counted the `answered` requests of all its tasks at once says so.
        """
        if answered is None:
            answered = self.requests.exclude(state=RequestState.ASKED).count()
        return f"{self.due_on}/{self.finished_at.isoformat() if self.finished_at else ''}/{answered}"


class Evidence(SealedPiece):
    """A photo or a line of words with a task; a photo in dry weather says that works are done, not that they hold.

    The photo is personal content: somebody may stand on it. The words are the doer's note to the verifier and are
    shown with the task; they go with the photo when it is erased.
    """

    SEAL = Seal(
        opens=OPENS,
        erases=ERASES,
        purposes=(Purpose.VERIFY, Purpose.WORKS, Purpose.FOLLOW_UP, Purpose.AUDIT),
        reasons=(ErasureReason.ASKED, ErasureReason.MISTAKE, ErasureReason.RETENTION),
        file_read="prevention.photo_read",
        file_key="evidence",
        erased="prevention.evidence_erased",
        words={
            ErasureReason.ASKED: _("Somebody on it asked for it"),
            ErasureReason.MISTAKE: _("It should not have been taken"),
        },
    )
    NOTES = ("words",)
    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="evidence")
    added_at = models.DateTimeField()
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    words = models.CharField(max_length=200, default="", blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "evidence"

    def __str__(self) -> str:
        return f"{self.task_id} {self.sha256[:8]}"


class Result(models.Model):
    """What somebody who did not do the work found."""

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="results")
    verified_at = models.DateTimeField()
    passed = models.BooleanField()
    by = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    words = models.CharField(max_length=200, default="", blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.task_id} {'passed' if self.passed else 'refused'}"
