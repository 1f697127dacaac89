"""What an organisation's duty post is sent of the ladder: the number and the day, nothing about people."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import gettext_noop as noop

from anlan.core.messages.purposes import purpose
from anlan.core.messages.templates import Template, templates

PURPOSE = "ladder"
NEEDS = ("number", "due_on")

purpose(PURPOSE, lazy("Steps of the ladder for the organisation's works"))
templates({
    "prevention.remind": Template(
        noop("Reminder: %(number)s"),
        noop("%(number)s is due on %(due_on)s. Please finish it in time, or ask for a later deadline before that day."),
        NEEDS,
    ),
    "prevention.remind_late": Template(
        noop("Reminder: %(number)s"),
        noop("%(number)s was due on %(due_on)s and is overdue. Please say how it stands: supervision comes next."),
        NEEDS,
    ),
    "prevention.supervise": Template(
        noop("Supervision: %(number)s"),
        noop("%(number)s was due on %(due_on)s and is overdue. It is under supervision now; please say what is done."),
        NEEDS,
    ),
    "prevention.interview": Template(
        noop("Interview: %(number)s"),
        noop("%(number)s was due on %(due_on)s and is still open. The supervisor asks you to an interview about it."),
        NEEDS,
    ),
})  # fmt: skip


def notice(step: str, subject: str, due_on: str, on: dt.date) -> tuple[str, dict[str, Any]]:
    """Return template and values for a step taken on a day; its entry's subject names the task or the problem."""
    late = "_late" if step == "remind" and on > dt.date.fromisoformat(due_on) else ""
    return f"prevention.{step}{late}", {"number": subject.partition(":")[2], "due_on": due_on}
