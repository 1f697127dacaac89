"""What prevention does when something is written elsewhere."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from contextlib import suppress

from anlan.core import ledger
from anlan.core.city.areas import local_day
from anlan.core.ledger.evidence import number_in
from anlan.core.ledger.followers import follow, follow_together
from anlan.core.messages.actions import send_to_post
from anlan.core.models import DUTY, Contact, LedgerEntry
from anlan.core.people.actors import system
from anlan.core.refusals import Refused
from anlan.core.time.clock import now
from anlan.intake.states import COUNTED, Validity
from anlan.prevention.actions import reopen
from anlan.prevention.jobs import ask_for_ladder
from anlan.prevention.models import Problem
from anlan.prevention.notices import PURPOSE, notice
from anlan.prevention.queries.places import are_mended, heard_at_places, near_mended


@follow_together("prevention.reopening", ["intake.report_received"])
def reopen_what_fails(entries: Sequence[LedgerEntry]) -> None:
    """Put mended places back on the list when a report comes from them; what is told is older stays as it was."""
    if not are_mended():
        return
    counting = {number_in(entry.subject): entry for entry in entries if _counts(entry)}
    placed = {report.number: report for report in heard_at_places(list(counting))}
    heard = [(entry, placed[number]) for number, entry in counting.items() if number in placed]
    mended = near_mended([(report.lon, report.lat, report.category) for _, report in heard])
    failed: set[int] = set()
    for (entry, report), there in zip(heard, mended, strict=True):
        for problem in there:
            if problem.pk not in failed and problem.accepted_at and report.received_at > problem.accepted_at:
                failed.add(problem.pk)
                _reopen(problem, report.number, entry)


def _reopen(problem: Problem, reason: str, entry: LedgerEntry) -> None:
    at = dt.datetime.fromisoformat(entry.at)
    with ledger.caused_by(entry.pk), suppress(Refused):  # somebody put it back, or plans more, at the same moment
        reopen(problem=problem.number, reason=reason, actor=system("prevention"), at=at)


def _counts(entry: LedgerEntry) -> bool:
    """Whether a report was no misdial or nuisance when it was received; its entry tells of what is not valid."""
    return json.loads(entry.payload).get("validity", Validity.VALID) in COUNTED


@follow("prevention.ladder", ["prevention.problem_raised"])
def begin_the_ladder(entry: LedgerEntry, position: int) -> None:
    """See that the ladder is looked at every day from the first problem on."""
    ask_for_ladder(now())


def to_consenting_contacts(entries: Sequence[LedgerEntry]) -> set[int]:
    """Return which steps of the ladder go to an organisation whose duty post consented to be sent word of them."""
    contacts = Contact.objects.consenting(PURPOSE, now()).filter(post=DUTY)
    reached = set(contacts.values_list("organisation_id", flat=True))
    return {entry.pk for entry in entries if reached and json.loads(entry.payload)["organisation"] in reached}


@follow("prevention.ladder_notice", ["prevention.escalated"], concerns=to_consenting_contacts)
def send_the_step(entry: LedgerEntry, position: int) -> None:
    """Send a step of the ladder to the organisation's duty post; what was taken before it consented is not sent."""
    step = json.loads(entry.payload)
    since = dt.datetime.fromisoformat(entry.at)
    template, values = notice(step["step"], entry.subject, step["due_on"], local_day(since))
    send_to_post(
        organisation_id=step["organisation"], post=DUTY, purpose=PURPOSE, template=template, values=values,
        since=since, cause=entry.pk, key=f"{PURPOSE}:{entry.pk}", actor=system("prevention"), at=now(),
    )  # fmt: skip
