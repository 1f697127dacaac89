"""The question on the tracking page: one choice, once."""

from __future__ import annotations

from typing import Any

from django.template.loader import render_to_string

from anlan.core.time.clock import now
from anlan.core.web.slots import fill
from anlan.voice.models import Satisfaction
from anlan.voice.queries import is_closed
from anlan.voice.rules import is_open


@fill("intake.tracked")
def of_report(context: dict[str, Any]) -> str:
    """Ask whether it helped where the rule asks, thank whoever has answered, and be silent everywhere else."""
    report = context["report"]
    question = Satisfaction.objects.filter(report=report).first()
    if question is None or (not question.answered_at and not (is_open(question.asked_at, now()) and is_closed(report))):
        return ""
    values = {"question": question, "code": context["code_plain"], "choices": Satisfaction.Helped.choices}
    return render_to_string("voice/_question.html", values, request=context["request"])
