"""What was answered to the key questions and who is called back, for pages of reports and of incidents."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template

from anlan.core.models import ClockRun
from anlan.intake.models import KeyQuestion, Report
from anlan.intake.queries.callbacks import owed_on, subject_of
from anlan.intake.queries.questions import answered_in, asked

register = template.Library()


@register.simple_tag
def reports_of(links: Iterable[Any]) -> list[Report]:
    """Return the reports that tell of an incident, of its links."""
    return [link.report for link in links]


@register.simple_tag
def answered_yes(reports: Iterable[Report]) -> list[KeyQuestion]:
    """Return the questions that any of these reports answers yes."""
    return answered_in(reports)


@register.simple_tag
def owed_calls(reports: Iterable[Report]) -> list[tuple[Report, ClockRun]]:
    """Return who of these reports' callers waits to be called back, with the clock."""
    about = {subject_of(report): report for report in reports}
    return [(about[run.subject], run) for run in owed_on(about.values())]


@register.simple_tag
def still_asked(reports: Iterable[Report], known: Iterable[KeyQuestion]) -> list[KeyQuestion]:
    """Return the questions that these reports are asked and that nobody answered yes yet."""
    categories, codes = [report.category for report in reports], {question.code for question in known}
    return [each for each in asked() if each.code not in codes and any(each.asks(about) for about in categories)]
