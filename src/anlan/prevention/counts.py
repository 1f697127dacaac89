"""What `anlan status` counts of prevention."""

from __future__ import annotations

from anlan.core.operator.counts import count
from anlan.prevention.models import Problem, Result, Task


@count("problems")
def problems() -> int:
    """Count the problems ever raised."""
    return Problem.objects.count()


@count("tasks")
def tasks() -> int:
    """Count the tasks ever planned."""
    return Task.objects.count()


@count("results")
def results() -> int:
    """Count what verifiers found."""
    return Result.objects.count()
