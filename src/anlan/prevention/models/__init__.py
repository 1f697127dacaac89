"""The tables of prevention."""

from anlan.prevention.models.lists import Escalation, Extension, ExtensionRequest, ListedTask, Storm, TaskList
from anlan.prevention.models.problems import AnalysisReport, Move, Origin, Problem
from anlan.prevention.models.tasks import Evidence, Result, Task

__all__ = [
    "AnalysisReport",
    "Escalation",
    "Evidence",
    "Extension",
    "ExtensionRequest",
    "ListedTask",
    "Move",
    "Origin",
    "Problem",
    "Result",
    "Storm",
    "Task",
    "TaskList",
]
