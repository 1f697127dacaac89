"""Every write of prevention, by noun."""

from __future__ import annotations

from anlan.prevention.actions.bulk import finish_tasks, strike_off_tested, verify_tasks
from anlan.prevention.actions.evidence import add_evidence, erase_evidence, read_evidence
from anlan.prevention.actions.extensions import ask_extension, extend, refuse_extension
from anlan.prevention.actions.handovers import arbitrate, instruct, return_problem, sign_for
from anlan.prevention.actions.ladder import escalate_overdue
from anlan.prevention.actions.lists import issue_list
from anlan.prevention.actions.problems import raise_problems
from anlan.prevention.actions.results import reopen, strike_off, verify
from anlan.prevention.actions.storms import correct_storm, record_storm
from anlan.prevention.actions.tasks import finish_task, plan_tasks

__all__ = [
    "add_evidence",
    "arbitrate",
    "ask_extension",
    "correct_storm",
    "erase_evidence",
    "escalate_overdue",
    "extend",
    "finish_task",
    "finish_tasks",
    "instruct",
    "issue_list",
    "plan_tasks",
    "raise_problems",
    "read_evidence",
    "record_storm",
    "refuse_extension",
    "reopen",
    "return_problem",
    "sign_for",
    "strike_off",
    "strike_off_tested",
    "verify",
    "verify_tasks",
]
