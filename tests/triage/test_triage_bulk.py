"""Many incidents at once leave what the single verbs leave."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from anlan.core.ledger.verification import verify
from anlan.core.models import ClockRun, LedgerEntry
from anlan.core.people.actors import system
from anlan.core.refusals import Refused
from anlan.triage import actions
from anlan.triage.actions import open_incidents
from anlan.triage.models import Handover, Incident, IncidentReport
from tests import make

AT = make.AT
ME = system("test")
MINUTE = dt.timedelta(minutes=1)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def town():
    make.city()


def ids(count: int, **values) -> list[int]:
    return [make.report(lon=119.93 + n / 500, **values).pk for n in range(count)]


def state() -> list[Any]:
    """Return all rows and entries without their keys."""
    incidents = [
        (one.kind, one.category_at_call.code, one.category and one.category.code, one.urgency, one.state,
         one.owner.code, one.opened_at, one.closed_at, one.diverted, one.disposal, one.returns)
        for one in Incident.objects.order_by("number")
    ]  # fmt: skip
    links = list(IncidentReport.objects.order_by("pk").values_list("incident__number", "linked_at", "unlinked_at"))
    given = list(
        Handover.objects.order_by("pk").values_list(
            "incident__number", "sender__code", "to__code", "at", "signed_at", "returned_at", "reason", "diverted"
        )
    )
    of_incidents = ClockRun.objects.filter(subject__startswith="incident:")
    runs = sorted(of_incidents.values_list("rule__code", "subject", "organisation__code", "started_at", "due_at",
                                               "stopped_at", "missing_at"), key=str)  # fmt: skip
    entries = [
        (one.subject, one.kind, one.at, said(one.payload))
        for one in LedgerEntry.objects.filter(kind__startswith="triage.").order_by("subject", "id")
    ]
    return [incidents, links, given, runs, entries]


def test_a_batch_leaves_the_same_rows_entries_and_clocks_as_the_single_verbs():
    """One closed with three callers, one diverted that came back once, one sent to, one just opened, one closed."""
    steps = [AT + n * MINUTE for n in range(8)]
    a, b, c, d, e, f, g = ids(7)
    rows = [
        {"reports": [(a, steps[0]), (b, steps[1]), (c, steps[2])], "to": "drains", "handed_at": steps[3],
         "signed_at": steps[4], "resolved_at": steps[5], "disposal": "done", "closed_at": steps[6]},
        {"reports": [(d, steps[0])], "category": "noise", "confirmed_at": steps[5],
         "returned": [{"to": "drains", "handed_at": steps[1], "diverted": True, "returned_at": steps[2],
                       "reason": "No pipe of ours"}],
         "to": "west-office", "handed_at": steps[3], "diverted": True},
        {"reports": [(e, steps[0])]},
        {"reports": [(f, steps[0])], "closed_at": steps[1], "disposal": "no_matter"},
        {"reports": [(g, steps[0])], "to": "drains", "handed_at": steps[1], "signed_at": steps[2],
         "sent_at": steps[3], "category": "theft", "confirmed_at": steps[4], "resolved_at": steps[5],
         "disposal": "done"},
    ]  # fmt: skip
    open_incidents(rows=rows, actor=ME, at=AT)
    at_once = state()
    assert verify().ok
    numbers = singly(rows)
    assert numbers == [f"E-160628-{n:04}" for n in range(6, 11)]
    both = state()
    for bulk, all_ in zip(at_once, both, strict=True):
        later = [row for row in all_ if row not in bulk]
        text = json.dumps(later, default=str)
        for n in range(1, 6):
            text = text.replace(f"160628-{n + 5:04}", f"160628-{n:04}")
        renamed = json.loads(text)
        if bulk is not at_once[0]:
            assert renamed == json.loads(json.dumps(bulk, default=str))
    assert both[0][:5] == both[0][5:]


def said(payload: str) -> dict[str, Any]:
    return {name: value for name, value in json.loads(payload).items() if name not in {"incident", "report"}}


def singly(rows: list[dict[str, Any]]) -> list[str]:
    """Walk the same lives by the single verbs, with new reports."""
    numbers = []
    fresh = iter(ids(7, source_id=None, lat=31.755))
    for row in rows:
        (_, opened), *more = row["reports"]
        number = actions.open_incident(report_id=next(fresh), actor=ME, at=opened)["incident"]
        for _, at in more:
            actions.link_report(number=number, report_id=next(fresh), actor=ME, at=at)
        for told in row.get("returned", ()):
            actions.hand_over(number=number, to=told["to"], diverted=True, actor=ME, at=told["handed_at"])
            actions.return_incident(number=number, reason=told["reason"], actor=ME, at=told["returned_at"])
        if "to" in row:
            actions.hand_over(number=number, to=row["to"], diverted=row.get("diverted", False), actor=ME,
                              at=row["handed_at"])  # fmt: skip
        if "signed_at" in row:
            actions.sign_for(number=number, actor=ME, at=row["signed_at"])
        if "sent_at" in row:
            actions.send(number=number, actor=ME, at=row["sent_at"])
        if "category" in row:
            actions.confirm_category(number=number, category=row["category"], actor=ME, at=row["confirmed_at"])
        if "resolved_at" in row:
            actions.resolve(number=number, disposal=row["disposal"], actor=ME, at=row["resolved_at"])
        if "closed_at" in row:
            actions.close_incident(number=number, disposal=row.get("disposal", ""), actor=ME, at=row["closed_at"])
        numbers.append(number)
    return numbers


def test_violence_at_home_is_not_diverted_in_a_batch_either():
    """Nothing of the batch is stored."""
    pk = make.report(category="home_violence").pk
    row = {"reports": [(pk, AT)], "to": "drains", "handed_at": AT, "diverted": True}
    with pytest.raises(Refused) as refused:
        open_incidents(rows=[row], actor=ME, at=AT)
    assert refused.value.code == "danger_needs_a_unit"
    assert not Incident.objects.exists()


@pytest.mark.parametrize("past", [True, False])
@pytest.mark.parametrize(
    "steps", [{"resolved_at": AT}, {"sent_at": AT}, {"closed_at": AT}, {"signed_at": AT, "closed_at": AT}]
)
def test_only_a_history_of_the_past_skips_a_step_without_a_stamp(past: bool, steps: dict[str, Any]):
    """Another system did not write that it was signed for, sent to or resolved; here nobody skips that."""
    row = {"reports": [(make.report().pk, AT)], "to": "drains", "handed_at": AT, "disposal": "done", **steps}
    if past:
        open_incidents(rows=[row | {"past": True}], actor=ME, at=AT)
        assert Incident.objects.get().state == {"sent_at": "dispatched", "resolved_at": "resolved"}.get(
            list(steps)[-1], "closed"
        )
        return
    with pytest.raises(Refused) as refused:
        open_incidents(rows=[row], actor=ME, at=AT)
    assert refused.value.code == "no_such_move"


def test_a_row_that_cannot_have_been_is_refused():
    """A second return is for the arbiter, one by one, and who is unknown here holds nothing."""
    known = {"reports": [(make.report().pk, AT)], "past": True, "handed_at": AT}
    for row, code in (({"to": "drains", "signed_at": AT, "closed_at": AT, "returned": [
        {"to": "drains", "handed_at": AT, "returned_at": AT, "reason": "x"}] * 2}, "arbiter_has_decided"),
        ({"to": "nobody"}, "unknown_holder")):  # fmt: skip
        with pytest.raises(Refused) as refused:
            open_incidents(rows=[known | row], actor=ME, at=AT)
        assert refused.value.code == code
    assert not Incident.objects.exists()


def test_many_lives_ask_the_database_no_more_than_few(django_assert_max_num_queries):
    """Moves are made in memory: fifty incidents cost what five cost."""
    for count in (5, 50):
        rows = [{"reports": [(pk, AT)], "to": "west-office", "diverted": True, "handed_at": AT, "signed_at": AT,
                 "category": "noise", "confirmed_at": AT, "resolved_at": AT, "disposal": "done", "closed_at": AT}
                for pk in ids(count, category="noise", lat=31.7 + count / 1000)]  # fmt: skip
        with django_assert_max_num_queries(40):
            open_incidents(rows=rows, actor=ME, at=AT)
