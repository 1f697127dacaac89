"""What a step of the ladder asks of an organisation: by which clock and article it is late, and until when it answers.

The verb writes it into its entry, and the paper says what the entry says: a later change of the city's clocks
and articles, or of the matter, changes no paper that was sent; names are those of the day it is printed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from anlan.core.city.acts import on as in_force_on
from anlan.core.city.areas import local_day
from anlan.core.city.current import city, read_once
from anlan.core.models import LedgerEntry
from anlan.core.time import deadlines
from anlan.core.words import in_chinese
from anlan.prevention.models import Escalation

ANSWER: Final = "ladder_answer"  # the clock until when an organisation answers what says that it is late
OPTION: Final = "ladder"  # the table of city.toml


def demand(escalation: Escalation, clock: str) -> dict[str, Any]:
    """Return what the entry of a step holds beside its number, in both languages; a timely reminder asks for works."""
    rule, today = deadlines.rule_of(clock), local_day(escalation.at)
    in_time = escalation.step == Escalation.Step.REMIND and not days_late(escalation)
    answer_by = escalation.due_on if in_time else deadlines.due_on(ANSWER, escalation.at)
    cited = [known for known in _articles() if escalation.step in known.get("steps", Escalation.Step.values)]
    acts = read_once(f"acts of {today}", lambda: {act.code: act for act in in_force_on(today)}) if cited else {}
    articles = [
        [f"《{act.name}》{known['article']}", f"{act.name_en}, {known['article_en']}"]
        for known in cited
        if (act := acts.get(known["act"]))
    ]
    problem = escalation.problem
    return {"clock": [rule.name, rule.name_en], "answer_by": str(answer_by), "articles": articles,
            "instruction": [problem.instruction_ref, str(problem.instruction_on or "")]}  # fmt: skip


def days_late(escalation: Escalation) -> int:
    """Return by how many days the deadline was past when the step was taken; none for a reminder in time."""
    return max((local_day(escalation.at) - escalation.due_on).days, 0)


def _articles() -> list[dict[str, Any]]:
    here = city()
    return list(here.option(OPTION, {}).get("articles", [])) if here else []


@dataclass(frozen=True)
class Demand:
    """What an entry says of a step, in the reader's language."""

    clock: str
    answer_by: str
    articles: list[str]
    instruction: str


def demand_of(escalation: Escalation) -> Demand:
    """Read what the entry of a step with a number says."""
    subject = f"task:{escalation.task.number}" if escalation.task else f"problem:{escalation.subject}"
    entries = LedgerEntry.objects.filter(subject=subject, kind="prevention.escalated").values_list("payload", flat=True)
    said = next(payload for payload in map(json.loads, entries) if payload.get("number") == escalation.number)
    which = 0 if in_chinese() else 1
    articles = [article[which] for article in said["articles"]]
    return Demand(said["clock"][which], said["answer_by"], articles, " · ".join(filter(None, said["instruction"])))
