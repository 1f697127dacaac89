"""Every write of triage, by noun."""

from __future__ import annotations

from anlan.triage.actions.answers import answer_questions
from anlan.triage.actions.bulk import open_incidents
from anlan.triage.actions.callbacks import call_back
from anlan.triage.actions.callers import look_up_caller
from anlan.triage.actions.handovers import arbitrate, divert, hand_over, return_incident, sign_for, take_back
from anlan.triage.actions.incidents import (
    as_seen,
    close_incident,
    confirm_category,
    open_incident,
    reopen,
    resolve,
    send,
    set_urgency,
    undo,
)
from anlan.triage.actions.links import link_report, relink_report, split_incident, unlink_report
from anlan.triage.actions.live import take_report, take_reports
from anlan.triage.actions.objections import object_to

__all__ = [
    "answer_questions",
    "arbitrate",
    "as_seen",
    "call_back",
    "close_incident",
    "confirm_category",
    "divert",
    "hand_over",
    "link_report",
    "look_up_caller",
    "object_to",
    "open_incident",
    "open_incidents",
    "relink_report",
    "reopen",
    "resolve",
    "return_incident",
    "send",
    "set_urgency",
    "sign_for",
    "split_incident",
    "take_back",
    "take_report",
    "take_reports",
    "undo",
    "unlink_report",
]
