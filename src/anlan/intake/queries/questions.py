"""Key questions: which are asked, and what the answers to them raise the urgency to."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from anlan.core.city.current import kept
from anlan.core.refusals import Refused
from anlan.intake.models import Answer, KeyQuestion, Report


def questions() -> list[KeyQuestion]:
    """Return the city's questions in their order, also those that are asked no more."""
    return kept(_questions)


def _questions() -> list[KeyQuestion]:
    return list(KeyQuestion.objects.all())


def asked() -> list[KeyQuestion]:
    """Return the questions that are asked now."""
    return [question for question in questions() if question.active]


def stored_answers(answers: Sequence[str]) -> str:
    """Return the questions answered yes as a report keeps them; refuse one that is not asked."""
    if not answers:
        return ""
    known = [question.code for question in asked()]
    if set(answers) - set(known):
        raise Refused("unknown_question", "answers")
    return " ".join(code for code in known if code in answers)


def raised_by(codes: Collection[str]) -> list[int]:
    """Return the urgencies that these answers raise to."""
    return [question.urgency for question in questions() if question.code in codes] if codes else []


def answers_of(reports: Iterable[Report]) -> dict[int, set[str]]:
    """Return of each report which questions were answered yes, at once and later."""
    answered = {report.pk: set(report.answers.split()) for report in reports}
    later = Answer.objects.filter(report__in=answered).values_list("report", "question__code")
    for pk, code in later:
        answered[pk].add(code)
    return answered


def raises_to(report: Report) -> list[int]:
    """Return the urgencies that a report raises to: by its category, its answers, and what the call-taker set.

    Of many reports: with their `later_answers__question` prefetched.
    """
    said = [report.category.urgent_at_least, *([report.urgency] if report.urgency else [])]
    later = [answer.question.urgency for answer in report.later_answers.all()]
    return said + raised_by(report.answers.split()) + later


def answered_in(reports: Iterable[Report]) -> list[KeyQuestion]:
    """Return the questions that any of these reports answers yes, in their order."""
    codes = set().union(*answers_of(reports).values())
    return [question for question in questions() if question.code in codes]
