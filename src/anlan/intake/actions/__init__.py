"""Every write of intake, by noun."""

from __future__ import annotations

from anlan.intake.actions.answers import answer_questions
from anlan.intake.actions.batches import receive_reports, refused_row
from anlan.intake.actions.callbacks import record_call_back
from anlan.intake.actions.first_look import await_again, end_look, escalate_unsorted
from anlan.intake.actions.imports import drop_import, finish_import, register_import, set_options, start_import
from anlan.intake.actions.personal import (
    FIELDS,
    IN_PLACE,
    erase_report,
    open_in_place,
    read_personal,
    read_personal_of,
    read_photo,
)
from anlan.intake.actions.reports import receive_report, require_channel, set_validity, take_back_filing
from anlan.intake.actions.together import receive_together
from anlan.intake.actions.tracking import add_to_report, erase_words, withdraw_report

__all__ = [
    "FIELDS",
    "IN_PLACE",
    "add_to_report",
    "answer_questions",
    "await_again",
    "drop_import",
    "end_look",
    "erase_report",
    "erase_words",
    "escalate_unsorted",
    "finish_import",
    "open_in_place",
    "read_personal",
    "read_personal_of",
    "read_photo",
    "receive_report",
    "receive_reports",
    "receive_together",
    "record_call_back",
    "refused_row",
    "register_import",
    "require_channel",
    "set_options",
    "set_validity",
    "start_import",
    "take_back_filing",
    "withdraw_report",
]
