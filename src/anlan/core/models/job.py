"""Durable jobs, and the cursors of followers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from anlan.core.people.roles import Role

if TYPE_CHECKING:
    from anlan.core.people.actors import Actor


class JobQuerySet(models.QuerySet["Job"]):
    """Questions about jobs."""

    def visible_to(self, actor: Actor) -> JobQuerySet:
        """Return the jobs that the actor asked for; analysts and operators see all."""
        if actor.is_system or actor.roles & {Role.ANALYST, Role.OPERATOR, Role.AUDITOR}:
            return self
        return self.filter(actor=actor.name)


class Job(models.Model):
    """Work to be done outside the verb that asked for it: at least once, leased and fenced."""

    class State(models.TextChoices):
        """Where a job stands; a dead one waits for a person."""

        READY = "ready"
        DONE = "done"
        DEAD = "dead"
        STOPPED = "stopped"

    name = models.CharField(max_length=64)
    actor = models.CharField(max_length=96, default="system:anlan")  # who asked for it
    payload = models.TextField()
    key = models.CharField(max_length=255, null=True, unique=True)
    state = models.CharField(max_length=8, choices=State, default=State.READY)
    run_after = models.DateTimeField()  # also the end of the running worker's lease
    attempts = models.PositiveIntegerField(default=0)
    token = models.CharField(max_length=32, default="")
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(null=True)
    result = models.TextField(null=True)
    error = models.TextField(default="")

    objects = JobQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["state", "run_after"])]

    def __str__(self) -> str:
        return f"{self.name} {self.state}"


class Cursor(models.Model):
    """How far a follower has read the ledger; an error stops it there until a person looks."""

    name = models.CharField(max_length=64, primary_key=True)
    position = models.BigIntegerField(default=0)
    error = models.TextField(default="")
    stopped_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.name} at {self.position}"
