"""What the pages of prevention show."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from anlan.core.models import Organisation
from anlan.core.roles import Role
from anlan.prevention import rules
from anlan.prevention.models import Problem, Task
from anlan.prevention.rules import ProblemState, TaskState

READS = (Role.OFFICER, Role.ANALYST, Role.SUPERVISOR, Role.VERIFIER, Role.LEADER, Role.AUDITOR)
PAGE = 50
VIEWS = ("open", "sign", "late", "check", "rain", "back", "done")


def in_view(problems: QuerySet[Problem], view: str, today: dt.date) -> QuerySet[Problem]:
    """Return the problems of one tab of the inbox."""
    return problems.filter(asked(view, today))


def asked(view: str, today: dt.date) -> Q:
    """Return what one tab of the inbox asks for."""
    wanted = {
        "sign": Q(state=ProblemState.ASSIGNED),
        "late": Q(due_on__lt=today),
        "check": Q(pk__in=Task.objects.filter(state=TaskState.WORKS_DONE).values("problem")),
        "rain": Q(state=ProblemState.ACCEPTED),
        "back": Q(state__in=[ProblemState.RETURNED, ProblemState.DISPUTED]),
        "done": Q(state=ProblemState.STRUCK_OFF),
    }
    return wanted.get(view, ~Q(state=ProblemState.STRUCK_OFF))


def view_word(view: str) -> str:
    """Name a tab."""
    return {"open": _("Open"), "sign": _("To sign for"), "late": _("Late"), "check": _("To verify"),
            "rain": _("Waiting for rain"), "back": _("Returned"), "done": _("Struck off")}[view]  # fmt: skip


@dataclass(frozen=True)
class Standing:
    """Whose step is next, how late it is, and the mark of the state."""

    holder: str
    mark: str
    words: str


def standing(problem: Problem, today: dt.date) -> Standing:
    """Say how a problem stands against its clock."""
    turn = rules.turn(problem.state, bool(problem.lead and problem.lead.active))
    if problem.due_on is None:
        return Standing(turn_word(turn, problem), "done", problem.get_state_display())
    left = (problem.due_on - today).days
    if left < 0:
        return Standing(turn_word(turn, problem), "late", _("%(n)d days late") % {"n": -left})
    words = _("due today") if left == 0 else _("%(n)d days left") % {"n": left}
    return Standing(turn_word(turn, problem), "warn" if left <= 3 else "calm", words)


def turn_word(turn: str, problem: Problem) -> str:
    """Name who has the next step."""
    if turn == "lead" and problem.lead:
        return named(problem.lead)
    return {"arbiter": _("Arbiter"), "nobody": "—"}.get(turn, _("Supervisor"))


def named(organisation: Organisation | None) -> str:
    """Name an organisation in the reader's language."""
    if organisation is None:
        return "—"
    return organisation.name_en if (get_language() or "en").startswith("en") else organisation.name
