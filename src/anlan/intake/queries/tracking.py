"""Which report a tracking code belongs to, and what its holder may still do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db.models import Q

from anlan.core.chunks import chunks
from anlan.core.sealed.purposes import ErasureReason
from anlan.intake.models import Attachment, Erasure, Report, Tracking
from anlan.intake.public.codes import code_hash

WITHDRAW_WITHIN = dt.timedelta(minutes=10)


def report_of_code(tracking_code: str) -> Report | None:
    """Return the report that a code belongs to."""
    held = Tracking.objects.filter(code_hash=code_hash(tracking_code)).select_related("report__category").first()
    return held.report if held else None


def reports_of_codes(tracking_codes: Sequence[str]) -> dict[str, Report]:
    """Return by code the report that each of many codes belongs to; one of none is left out."""
    codes = {code_hash(code): code for code in tracking_codes}
    held = Tracking.objects.select_related("report")
    found = (row for some in chunks(list(codes)) for row in held.filter(code_hash__in=some))
    return {codes[row.code_hash]: row.report for row in found}


def may_withdraw(report: Report, at: dt.datetime) -> bool:
    """Whether the report can still be taken back."""
    return at - report.entered_at <= WITHDRAW_WITHIN and not is_withdrawn(report)


def is_withdrawn(report: Report) -> bool:
    """Whether the report was taken back."""
    return Erasure.objects.filter(report=report, reason=ErasureReason.WITHDRAWN).exists()


def photos_of(first: Report) -> int:
    """Return how many photos came with a report and with what was added to it."""
    return Attachment.objects.filter(Q(report=first) | Q(report__addition__first=first)).count()
