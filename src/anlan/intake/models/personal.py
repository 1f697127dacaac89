"""What can be erased: rows of their own, with a salt per record; and why it is opened or erased."""

from __future__ import annotations

from django.db import models

from anlan.core.sealed.models import SealedFile, SealedWords
from anlan.core.sealed.purposes import ErasureReason, Purpose, Seal
from anlan.intake.access import ERASES, OPENS
from anlan.intake.models.report import Report

SEAL = Seal(
    opens=OPENS,
    erases=ERASES,
    purposes=(Purpose.HANDLE, Purpose.CALL_BACK, Purpose.ANSWER, Purpose.STUDY, Purpose.AUDIT),
    in_place=(Purpose.IN_HAND,),
    reasons=tuple(ErasureReason),
    words_read="intake.personal_read",
    file_read="intake.photo_read",
    file_key="attachment",
    erased="intake.report_erased",
)


class ReportPersonal(SealedWords):
    """Place words, words, name and contact of one report; deleted with their salt when they are erased."""

    SEAL, OWNER, CONTENT = SEAL, "report_id", ("place_words", "words", "name", "contact")
    report = models.OneToOneField(Report, on_delete=models.PROTECT, related_name="personal")
    place_words = models.TextField(default="")
    words = models.TextField(default="")
    name = models.TextField(default="")
    contact = models.TextField(default="")

    def __str__(self) -> str:
        return f"personal content of report {self.report_id}"


class Attachment(SealedFile):
    """A reporter's photo, re-encoded: nothing of the upload but its pixels."""

    SEAL = SEAL
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="attachments")

    def __str__(self) -> str:
        return f"attachment {self.pk} of report {self.report_id}"


class Tracking(models.Model):
    """The hash of a report's tracking code; the code itself was told once and is kept nowhere."""

    FORGETS = ("code_hash",)  # where the code follows from a partner's key

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
