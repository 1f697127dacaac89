"""A file of reports on its way in."""

from __future__ import annotations

from django.db import models

from anlan.core.models import Job, Person
from anlan.core.people.actors import Actor
from anlan.core.people.roles import Role


class ImportRunQuerySet(models.QuerySet["ImportRun"]):
    """Questions about imports."""

    def visible_to(self, actor: Actor) -> ImportRunQuerySet:
        """Return a person's own imports; operators and Anlan itself see all."""
        if actor.is_system or Role.OPERATOR in actor.roles:
            return self
        return self.filter(person_id=actor.person_id) if actor.person_id else self.none()


class ImportRun(models.Model):
    """One file that a person uploaded: how its columns are read, and what became of its rows."""

    class State(models.TextChoices):
        """Where it stands; the uploaded file is deleted at done and dropped."""

        UPLOADED = "uploaded"
        STARTED = "started"
        DONE = "done"
        DROPPED = "dropped"

    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT)
    created_at = models.DateTimeField()
    file_name = models.CharField(max_length=120)  # as shown; never used as a path
    stored_as = models.CharField(max_length=48)  # random, under DATA_DIR/imports, never served
    sha256 = models.CharField(max_length=64)
    options = models.TextField(default="{}")  # columns, CRS, zone, category, channel as JSON
    state = models.CharField(max_length=8, choices=State, default=State.UPLOADED)
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL)
    accepted = models.PositiveIntegerField(default=0)
    repeated = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)

    objects = ImportRunQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.file_name} {self.state}"
