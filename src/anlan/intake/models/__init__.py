"""Tables of intake, by noun."""

from anlan.intake.models.addition import Addition
from anlan.intake.models.category import Category
from anlan.intake.models.imports import ImportRun
from anlan.intake.models.personal import Attachment, Erasure, ReportPersonal, Tracking
from anlan.intake.models.questions import Answer, KeyQuestion
from anlan.intake.models.report import Report

__all__ = [
    "Addition",
    "Answer",
    "Attachment",
    "Category",
    "Erasure",
    "ImportRun",
    "KeyQuestion",
    "Report",
    "ReportPersonal",
    "Tracking",
]
