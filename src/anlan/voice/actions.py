"""The verbs of voice: a closed matter's report is asked once, and answered once by whoever holds its code."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, NamedTuple

from anlan.core import ledger
from anlan.core.chunks import chunks
from anlan.core.ledger.inserts import insert
from anlan.core.ledger.updates import update
from anlan.core.ledger.verbs import verb
from anlan.core.people.actors import Actor, NotAllowed
from anlan.core.refusals import Refused
from anlan.intake.models import Report
from anlan.intake.queries.tracking import report_of_code, reports_of_codes
from anlan.triage.actions import object_to
from anlan.voice import rules
from anlan.voice.models import Satisfaction
from anlan.voice.queries import closed_among, is_closed, one_in


class Said(NamedTuple):
    """What the holder of a code answered, and when."""

    tracking_code: str
    helped: str
    at: dt.datetime


class Closed(NamedTuple):
    """A report of an incident that was closed: when, and by which entry."""

    report_id: int
    at: dt.datetime
    cause_id: int | None = None


@verb("voice.ask")
def ask(*, report_ids: list[int], actor: Actor, at: dt.datetime, key: str | None = None) -> dict[str, Any]:
    """Ask those of the reports that the sampling rule names and that were not asked before."""
    return {"asked": ask_all(closed=[Closed(pk, at) for pk in sorted(set(report_ids))], actor=actor, at=at)}


@verb("voice.ask_all")
def ask_all(*, closed: Sequence[Closed], actor: Actor, at: dt.datetime) -> list[str]:
    """Ask those of many reports that the sampling rule names, each at its moment and once; return their numbers."""
    if not actor.is_system:
        raise NotAllowed(f"{actor.name} may not choose who is asked; the sampling rule does")
    share = one_in()
    first = {row.report_id: row for row in reversed(closed)}  # of those that came twice the first
    known = [pair for some in chunks(list(first)) for pair in _numbers(some)]
    before = {pk for some in chunks(list(first)) for pk in _asked(some)}
    numbers = {pk: number for pk, number in known if pk not in before and rules.is_asked(number, share)}
    fresh = [row for row in closed if row is first[row.report_id] and row.report_id in numbers]
    ids = insert(Satisfaction, [
        {"report_id": row.report_id, "asked_at": row.at, "answered_at": None, "helped": ""} for row in fresh
    ])  # fmt: skip
    ledger.append_rows([
        ledger.row_of("voice.asked", actor, row.at, f"satisfaction:{pk}",
                      ledger.canonical({"report": row.report_id, "one_in": share})) | {"cause_id": row.cause_id}
        for pk, row in zip(ids, fresh, strict=True)
    ])  # fmt: skip
    return [numbers[row.report_id] for row in fresh]


def _numbers(reports: Sequence[int]) -> Iterable[tuple[int, str]]:
    return Report.objects.filter(pk__in=reports).values_list("pk", "number")


def _asked(reports: Sequence[int]) -> Iterable[int]:
    return Satisfaction.objects.filter(report__in=reports).values_list("report_id", flat=True)


@verb("voice.answer")
def answer(
    *, tracking_code: str, helped: str, past: bool = False, actor: Actor, at: dt.datetime, key: str | None = None
) -> dict[str, Any]:
    """Take the one answer of whoever holds the code; the same one again, as after a lost page, changes nothing.

    Who says that it did not help says that it is not put right: somebody decides on that, but for a history of the
    past.
    """
    report = report_of_code(tracking_code)
    if report is None:
        raise NotAllowed("no report has this tracking code")
    question = Satisfaction.objects.select_for_update().filter(report=report).first()
    taken = _taken(question, Said(tracking_code, helped, at), lambda: is_closed(report))
    if taken is None:
        return {"number": report.number, "helped": helped}
    taken.save(update_fields=["answered_at", "helped"])
    ledger.append_rows([_answered(taken, actor)])
    if helped == Satisfaction.Helped.NO and not past:
        object_to(tracking_code=tracking_code, actor=actor, at=at)
    return {"number": report.number, "helped": helped}


@verb("voice.answer_all")
def answer_all(*, answers: Sequence[Said], actor: Actor, at: dt.datetime) -> int:
    """Take many answers of a history of the past, each as the single verb takes it; return how many were new."""
    reports = reports_of_codes([said.tracking_code for said in answers])
    found = [report.pk for report in reports.values()]
    held = (question for some in chunks(found) for question in _locked(some))
    questions = {question.report_id: question for question in held}
    closed = {pk for some in chunks(found) for pk in closed_among(some)}
    taken: dict[int, Satisfaction] = {}
    for said in answers:
        if said.tracking_code not in reports:
            raise NotAllowed("no report has this tracking code")
        pk = reports[said.tracking_code].pk
        if question := _taken(questions.get(pk), said, partial(closed.__contains__, pk)):
            taken[pk] = question
    update(Satisfaction, list(taken.values()), ["answered_at", "helped"])
    ledger.append_rows([_answered(question, actor) for question in taken.values()])
    return len(taken)


def _locked(reports: Sequence[int]) -> Iterable[Satisfaction]:
    return Satisfaction.objects.select_for_update().filter(report__in=reports)


def _answered(question: Satisfaction, actor: Actor) -> dict[str, Any]:
    """Return the entry of an answer."""
    assert question.answered_at is not None
    payload = ledger.canonical({"report": question.report_id, "helped": question.helped})
    return ledger.row_of("voice.answered", actor, question.answered_at, f"satisfaction:{question.pk}", payload)


def _taken(question: Satisfaction | None, said: Said, is_over: Callable[[], bool]) -> Satisfaction | None:
    """Return a question with its answer in memory, or none where the same was answered before; else refuse it."""
    if question is None:
        raise Refused("not_asked")
    if question.answered_at:
        if question.helped == said.helped:
            return None
        raise Refused("answered_before")
    if not is_over():
        raise Refused("open_again")
    if not rules.is_open(question.asked_at, said.at):
        raise Refused("answering_over")
    if said.helped not in Satisfaction.Helped.values:
        raise Refused("unknown_answer")
    question.answered_at, question.helped = said.at, said.helped
    return question
