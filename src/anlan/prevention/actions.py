"""Every write of prevention."""

from __future__ import annotations

from anlan.prevention.assigning import arbitrate, instruct, return_problem, sign_for
from anlan.prevention.bulk import finish_tasks, verify_tasks
from anlan.prevention.erasing import erase_evidence
from anlan.prevention.extending import ask_extension, extend, refuse_extension
from anlan.prevention.ladder import escalate_overdue
from anlan.prevention.listing import issue_list
from anlan.prevention.raining import correct_storm, record_storm
from anlan.prevention.raising import raise_problems
from anlan.prevention.verifying import reopen, strike_off, verify
from anlan.prevention.working import add_evidence, finish_task, plan_tasks

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
    "record_storm",
    "refuse_extension",
    "reopen",
    "return_problem",
    "sign_for",
    "strike_off",
    "verify",
    "verify_tasks",
]
