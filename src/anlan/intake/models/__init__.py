"""Tables of intake, by noun."""

from anlan.intake.models.addition import Addition
from anlan.intake.models.category import Category
from anlan.intake.models.imports import ImportRun
from anlan.intake.models.personal import Attachment, Erasure, ReportPersonal, Tracking
from anlan.intake.models.report import Report

__all__ = [
    "Addition",
    "Attachment",
    "Category",
    "Erasure",
    "ImportRun",
    "Report",
    "ReportPersonal",
    "Tracking",
]
