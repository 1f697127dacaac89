"""What can be erased: rows of their own, with a salt per record; and why it is opened or erased."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from anlan.intake.models.report import Report


class Purpose(models.TextChoices):
    """Why somebody opens a report's personal content."""

    HANDLE = "handle", _("To handle the report")
    CALL_BACK = "call_back", _("To call the reporter back")
    ANSWER = "answer", _("To answer the caller about it")
    STUDY = "study", _("To study a place")
    AUDIT = "audit", _("To check a figure or a record")


class ErasureReason(models.TextChoices):
    """Why personal content is erased."""

    ASKED = "asked", _("The reporter asked for it")
    WITHDRAWN = "withdrawn", _("The reporter withdrew the report")
    RETENTION = "retention", _("Its time of keeping has passed")
    MISTAKE = "mistake", _("It should not have been written down")


class ReportPersonal(models.Model):
    """Place words, words, name and contact of one report; deleted with their salt when they are erased."""

    report = models.OneToOneField(Report, on_delete=models.PROTECT, related_name="personal")
    salt = models.BinaryField(max_length=16)
    place_words = models.TextField(default="")
    words = models.TextField(default="")
    name = models.TextField(default="")
    contact = models.TextField(default="")

    def __str__(self) -> str:
        return f"personal content of report {self.report_id}"


class Attachment(models.Model):
    """A reporter's photo, re-encoded: nothing of the upload but its pixels."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="attachments")
    salt = models.BinaryField(max_length=16)
    jpeg = models.BinaryField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"attachment {self.pk} of report {self.report_id}"


class Tracking(models.Model):
    """The hash of a report's tracking code; the code itself was told once and is kept nowhere."""

    code_hash = models.CharField(max_length=64, primary_key=True)
    report = models.OneToOneField(Report, on_delete=models.PROTECT, related_name="tracking")

    def __str__(self) -> str:
        return f"tracking of report {self.report_id}"


class Erasure(models.Model):
    """That a report's personal content was erased, and when: what a page says in its place."""

    report = models.OneToOneField(Report, on_delete=models.PROTECT, related_name="erasure")
    at = models.DateTimeField()
    reason = models.CharField(max_length=32)

    def __str__(self) -> str:
        return f"erasure of report {self.report_id}"
