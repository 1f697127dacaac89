"""A clock whose expiry has an effect: in force by its due time, run once by the system, however late the worker is."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import pytest

from anlan.core import ledger
from anlan.core.jobs.worker import Worker
from anlan.core.ledger.verbs import verb
from anlan.core.ledger.verification import verify
from anlan.core.ledger.writes import NotStored, write
from anlan.core.models import ClockRule, ClockRun, LedgerEntry
from anlan.core.operator.condition import condition
from anlan.core.people.actors import Actor, system
from anlan.core.refusals import Refused
from anlan.core.time import clocks, deadlines
from anlan.core.time.clock import frozen, stamp
from anlan.core.time.clock_book import ClockBook, ClockEvent
from anlan.core.time.clock_report import clock_report
from anlan.core.time.expiry import EXPIRIES, Expiry, Sweep, expires
from tests import make
from tests.make import AT

ME = system("test")
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
SUBJECT, FREEZE = "account:1", "freeze"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def freeze(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """A rule of two days in hours whose expiry thaws, and what was thawed so far."""
    make.city()
    ClockRule.objects.create(
        code=FREEZE, name="冻结", name_en="Freeze", start="test.frozen", stop="test.lifted", target_s=172_800,
        effect="test.thaw",
    )  # fmt: skip
    done: list[str] = []

    def thaw(subject: str, *, actor: Actor, at: dt.datetime, effective_at: dt.datetime) -> None:
        done.append(subject)
        if subject.startswith("broken"):
            raise ValueError("this cannot be thawed")
        leave("test.thawed", subject=subject, actor=actor, at=at, effective_at=effective_at)

    monkeypatch.delitem(EXPIRIES, "test.thaw", raising=False)
    expires("test.thaw")(thaw)
    yield done
    del EXPIRIES["test.thaw"]


@verb("test.leave")
def leave(kind: str, *, subject: str, actor: Actor, at: dt.datetime, effective_at: dt.datetime) -> None:
    """Leave an entry with both moments, as the verb of a stage does."""
    payload = {"effective_at": stamp(effective_at)}
    ledger.append(kind, actor=actor, at=at, subject=subject, payload=payload)


def hear(kind: str, at: dt.datetime, subject: str = SUBJECT, still: list[str] | None = None) -> None:
    clocks.heard(kind, subject=subject, at=at, holder=None, facts={}, still=still)


def sweep(at: dt.datetime, by: Sweep | None = None) -> int:
    with frozen(at):
        return (by or Sweep()).run()


def thawed() -> list[LedgerEntry]:
    return list(LedgerEntry.objects.filter(kind="test.thawed").order_by("id"))


def test_a_state_is_in_force_until_it_is_due_and_no_worker_is_needed() -> None:
    """Nobody has swept for a month; what was in force at a moment is told of any moment."""
    hear("test.frozen", AT)
    moments = (AT - HOUR, AT, AT + DAY, AT + 2 * DAY - HOUR, AT + 2 * DAY, AT + 30 * DAY)
    assert [clocks.in_force(SUBJECT, FREEZE, at) for at in moments] == [False, True, True, True, False, False]
    sweep(AT + 30 * DAY)
    assert [clocks.in_force(SUBJECT, FREEZE, at) for at in moments] == [False, True, True, True, False, False]


def test_the_sweep_writes_now_and_says_since_when() -> None:
    """The entry of the expiry and that of the effect, which names it as its cause; both by the system."""
    hear("test.frozen", AT)
    late = AT + 5 * DAY
    assert sweep(AT + 2 * DAY - HOUR) == 0
    assert sweep(late) == 1
    expired = LedgerEntry.objects.get(kind="core.clock_expired")
    assert (expired.subject, expired.actor, expired.at) == (SUBJECT, "system:clocks", stamp(late))
    effective = stamp(AT + 2 * DAY)
    assert json.loads(expired.payload) == {"effect": "test.thaw", "effective_at": effective, "rule": FREEZE}
    (done,) = thawed()
    assert (done.cause_id, done.at, json.loads(done.payload)) == (expired.pk, stamp(late), {"effective_at": effective})
    assert ClockRun.objects.get().expired_at == late
    assert not ClockRun.objects.running().exists()
    assert verify().ok


def test_entries_in_bulk_that_an_effect_leaves_name_their_cause_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of a move of a life cycle are written as rows; one that says its cause keeps it, one outside has none."""

    def move(subject: str, *, actor: Actor, at: dt.datetime, effective_at: dt.datetime) -> None:
        rows = [ledger.row_of("test.thawed", actor, at, subject, "{}") for _ in range(2)]
        ledger.append_rows([rows[0], rows[1] | {"cause_id": before}])
        ledger.append_many([LedgerEntry(kind="test.thawed", actor=actor.name, at=stamp(at), subject=subject)])

    with write():
        before = ledger.append("test.before", actor=ME, at=AT, subject=SUBJECT, payload={})
    monkeypatch.setitem(EXPIRIES, "test.thaw", Expiry(move, None))
    hear("test.frozen", AT)
    sweep(AT + 5 * DAY)
    expired = LedgerEntry.objects.get(kind="core.clock_expired").pk
    assert [entry.cause_id for entry in thawed()] == [expired, before, expired]
    with write():
        ledger.append_rows([ledger.row_of("test.alone", ME, AT, SUBJECT, "{}")])
    assert LedgerEntry.objects.get(kind="test.alone").cause_id is None


def test_a_second_sweep_changes_nothing(freeze: list[str]) -> None:
    """Nor does a third by another worker."""
    hear("test.frozen", AT)
    assert [sweep(AT + 3 * DAY) for _ in range(3)] == [1, 0, 0]
    assert freeze == [SUBJECT]


def test_an_effect_that_fails_is_tried_again_and_holds_up_no_other(freeze: list[str]) -> None:
    """Nothing of the failed one is stored; the operator is told; a minute later it is tried again."""
    hear("test.frozen", AT, "broken:1")
    hear("test.frozen", AT + HOUR)
    worker, late = Sweep(), AT + 3 * DAY
    assert [sweep(late, worker), sweep(late, worker)] == [1, 0]
    assert freeze == ["broken:1", SUBJECT]
    assert [entry.subject for entry in LedgerEntry.objects.filter(kind="core.clock_expired")] == [SUBJECT]
    with frozen(late):
        assert condition()["effects_waiting"] == 1
    sweep(late + 2 * dt.timedelta(minutes=1), worker)
    assert freeze == ["broken:1", SUBJECT, "broken:1"]


def test_renewed_before_it_is_due_it_goes_on() -> None:
    """The sweep finds nothing at the old due time, and runs the effect at the new one."""
    hear("test.frozen", AT)
    clocks.renew(FREEZE, subject=SUBJECT, at=AT + DAY, due_at=AT + 4 * DAY)
    assert sweep(AT + 3 * DAY) == 0
    assert clocks.in_force(SUBJECT, FREEZE, AT + 3 * DAY)
    assert sweep(AT + 4 * DAY) == 1


def test_what_is_only_late_can_be_put_off() -> None:
    """Without an effect nothing has ended: a person may give it more time after its due time, in the future."""
    chosen = AT + 9 * DAY
    clocks.start("handle", subject=SUBJECT, at=AT, holder=None, due_at=AT + DAY)
    with pytest.raises(Refused) as refused:
        clocks.renew("handle", subject=SUBJECT, at=AT + 2 * DAY, due_at=AT + 2 * DAY)
    assert refused.value.code == "due_in_past"
    assert clocks.renew("handle", subject=SUBJECT, at=AT + 2 * DAY, due_at=chosen).due_at == chosen
    assert ClockRun.objects.get().due_at == chosen


def test_what_stands_still_is_put_off_once_it_is_counted_on() -> None:
    """Counting on would else move the moment that a person chose."""
    hear("test.frozen", AT)
    clocks.pause(subject=SUBJECT, at=AT + HOUR)
    with pytest.raises(Refused) as refused:
        clocks.renew(FREEZE, subject=SUBJECT, at=AT + DAY, due_at=AT + 9 * DAY)
    assert refused.value.code == "clock_paused"
    clocks.resume(subject=SUBJECT, at=AT + DAY)
    assert clocks.renew(FREEZE, subject=SUBJECT, at=AT + DAY, due_at=AT + 9 * DAY).due_at == AT + 9 * DAY


def test_a_named_clock_that_stands_still_is_put_off_once_it_is_counted_on() -> None:
    """As every other clock: a deadline that a person granted is never moved by counting on."""
    holder = make.organisation("drains").pk
    deadlines.begin([deadlines.Timed(SUBJECT, AT, "task_open", holder, AT + 3 * DAY)])
    clocks.pause(subject=SUBJECT, at=AT + HOUR)
    with pytest.raises(Refused) as refused:
        deadlines.put_off(SUBJECT, AT + 9 * DAY)
    assert refused.value.code == "clock_paused"
    clocks.resume(subject=SUBJECT, at=AT + DAY)
    deadlines.put_off(SUBJECT, AT + 9 * DAY)
    assert ClockRun.objects.get().due_at == AT + 9 * DAY


@pytest.mark.parametrize("swept", [True, False])
def test_what_has_lapsed_cannot_be_renewed(swept: bool) -> None:
    """Whether or not the worker has come."""
    hear("test.frozen", AT)
    if swept:
        sweep(AT + 2 * DAY)
    with pytest.raises(Refused) as refused:
        clocks.renew(FREEZE, subject=SUBJECT, at=AT + 2 * DAY, due_at=AT + 9 * DAY)
    assert refused.value.code == "clock_lapsed"
    assert sweep(AT + 3 * DAY) == (0 if swept else 1)


def test_a_renewal_puts_off() -> None:
    """An earlier or the same moment is none."""
    hear("test.frozen", AT)
    with pytest.raises(Refused) as refused:
        clocks.renew(FREEZE, subject=SUBJECT, at=AT + HOUR, due_at=AT + 2 * DAY)
    assert refused.value.code == "renewal_not_later"


def test_what_is_lifted_in_time_has_no_effect() -> None:
    """The stop entry ends it, and the state with it."""
    hear("test.frozen", AT)
    hear("test.lifted", AT + DAY)
    assert sweep(AT + 9 * DAY) == 0
    assert (clocks.in_force(SUBJECT, FREEZE, AT + HOUR), clocks.in_force(SUBJECT, FREEZE, AT + DAY)) == (True, False)


def test_what_is_lifted_too_late_had_expired() -> None:
    """Neither a stop nor a pause after the due time undoes what was over by then."""
    hear("test.frozen", AT)
    hear("test.lifted", AT + 2 * DAY)
    assert clocks.pause(subject=SUBJECT, at=AT + 2 * DAY) == 0
    assert sweep(AT + 3 * DAY) == 1
    assert ClockRun.objects.get().stopped_at is None


def test_begun_anew_after_its_time_the_old_one_ends_first(freeze: list[str]) -> None:
    """Also where the worker has not come yet: two runs, and the effect of the first alone."""
    hear("test.frozen", AT)
    hear("test.frozen", AT + 3 * DAY)
    assert freeze == [SUBJECT]
    first, second = ClockRun.objects.order_by("started_at")
    assert (first.expired_at, second.expired_at) == (AT + 3 * DAY, None)
    assert sweep(AT + 4 * DAY) == 0
    assert clocks.in_force(SUBJECT, FREEZE, AT + 4 * DAY)
    assert not clocks.in_force(SUBJECT, FREEZE, AT + 2 * DAY + HOUR)


def test_a_paused_clock_never_expires() -> None:
    """It is due later by as long as it stood still."""
    hear("test.frozen", AT)
    clocks.pause(subject=SUBJECT, at=AT + DAY)
    assert sweep(AT + 9 * DAY) == 0
    assert clocks.in_force(SUBJECT, FREEZE, AT + 9 * DAY)
    clocks.resume(subject=SUBJECT, at=AT + 9 * DAY)
    assert [sweep(AT + 10 * DAY - HOUR), sweep(AT + 10 * DAY)] == [0, 1]


@pytest.mark.parametrize("counting", ["hours", "days", "working"])
def test_what_counts_in_days_stands_still_for_days(counting: str) -> None:
    """A pause over one midnight, of ten hours: in days it is due a whole day later, at a midnight still."""
    ClockRule.objects.filter(code=FREEZE).update(counting=counting)
    hear("test.frozen", AT)  # a Tuesday, 14:00: in hours until Thursday 14:00, in days until its end
    before = ClockRun.objects.get().due_at
    clocks.pause(subject=SUBJECT, at=AT + HOUR)
    clocks.resume(subject=SUBJECT, at=AT + 11 * HOUR)
    later = dt.timedelta(hours=10) if counting == "hours" else DAY
    assert ClockRun.objects.get().due_at == before + later


def test_what_expires_waits_for_no_stamp() -> None:
    """Where no stop entry can come any more it runs on; it is no missing stamp."""
    hear("test.frozen", AT)
    hear("test.seen", AT + HOUR, still=[])
    assert ClockRun.objects.get().missing_at is None
    assert clocks.in_force(SUBJECT, FREEZE, AT + 2 * HOUR)


def test_an_expired_run_has_no_duration() -> None:
    """In the report it has no stop stamp, and runs no more."""
    hear("test.frozen", AT)
    sweep(AT + 3 * DAY)
    row = next(row for row in clock_report(since=None, until=None) if row["clock"] == FREEZE)
    assert (row["n"], row["missing"], row["running"], row["median_s"]) == (0, 1, 0, None)


def test_a_date_that_a_person_chose_is_due_as_told() -> None:
    """One run a rule and subject as ever: the same start again leaves the first as it is."""
    chosen = dt.datetime(2016, 9, 30, 9, 30, tzinfo=dt.UTC)
    clocks.start("handle", subject=SUBJECT, at=AT, holder=make.organisation("drains"), due_at=chosen)
    clocks.start("handle", subject=SUBJECT, at=AT + HOUR, holder=None, due_at=chosen)
    clocks.start("handle", subject=SUBJECT, at=AT + HOUR, holder=None)
    run = ClockRun.objects.get()
    assert (run.due_at, run.started_at, run.organisation.code) == (chosen, AT, "drains")
    clocks.start("react", subject=SUBJECT, at=AT, holder=None)
    assert ClockRun.objects.get(rule__code="react").due_at == AT + dt.timedelta(seconds=60)


def test_another_moment_is_no_start_but_a_renewal() -> None:
    """It would else be dropped in silence."""
    clocks.start("handle", subject=SUBJECT, at=AT, holder=None, due_at=AT + DAY)
    with pytest.raises(Refused) as refused:
        clocks.start("handle", subject=SUBJECT, at=AT, holder=None, due_at=AT + 2 * DAY)
    assert refused.value.code == "clock_runs"
    assert ClockRun.objects.get().due_at == AT + DAY


@pytest.mark.parametrize(
    ("rule", "due_at", "code"),
    [("nothing", AT + DAY, "clock_unknown"), ("handle", AT, "due_in_past"), ("chosen", None, "due_missing")],
)
def test_a_start_that_cannot_be_is_refused(rule: str, due_at: dt.datetime | None, code: str) -> None:
    """A rule that the city has not, a moment that is no later, none where the rule has no target of its own."""
    ClockRule.objects.create(code="chosen", name="限", name_en="Until", stop="test.ended", target_s=0)
    with pytest.raises(Refused) as refused:
        clocks.start(rule, subject=SUBJECT, at=AT, holder=None, due_at=due_at)
    assert refused.value.code == code
    assert not ClockRun.objects.exists()


def test_a_clock_is_overdue_from_its_due_time_on() -> None:
    """As its mark says, and as what lapses."""
    clocks.start("handle", subject=SUBJECT, at=AT, holder=None, due_at=AT + DAY)
    assert [ClockRun.objects.overdue(AT + DAY - late).count() for late in (HOUR, dt.timedelta())] == [0, 1]


LIVES = [
    [("test.frozen", 0, None), ("test.lifted", 24, None)],
    [("test.frozen", 0, None), ("test.lifted", 48, None)],
    [("test.frozen", 0, None), ("test.lifted", 60, None), ("test.seen", 61, [])],
    [("test.frozen", 0, None), ("test.frozen", 24, None), ("test.seen", 25, [])],
    [("test.frozen", 0, None), ("test.lifted", 24, None), ("test.frozen", 30, None)],
]


@pytest.mark.parametrize("life", LIVES)
@pytest.mark.parametrize("counting", ["hours", "days", "working"])
def test_a_batch_runs_the_same_clocks(life: list[tuple[str, int, list[str] | None]], counting: str) -> None:
    """In every counting rule, lifted in time, at the due moment, after it, or not at all."""
    ClockRule.objects.filter(code=FREEZE).update(counting=counting)
    events = [(kind, AT + hours * HOUR, still) for kind, hours, still in life]
    for kind, at, still in events:
        hear(kind, at, still=still)
    columns = ("rule_id", "started_at", "due_at", "stopped_at", "missing_at", "expired_at")
    singly = list(ClockRun.objects.order_by("pk").values(*columns))
    book = ClockBook.now()
    batch = book.runs(SUBJECT, [ClockEvent(kind, at, None, {}, still) for kind, at, still in events])
    assert [{name: run[name] for name in columns} for run in batch] == singly


def test_a_batch_refuses_what_only_a_verb_can_do() -> None:
    """A life in which a clock lapses and begins anew needs its effect in between."""
    events = [ClockEvent("test.frozen", AT + days * DAY, None, {}) for days in (0, 3)]
    with pytest.raises(ValueError, match="which bulk cannot do"):
        ClockBook.now().runs(SUBJECT, events)


def test_a_name_stands_for_one_effect() -> None:
    """It is stored with rules: a second function under it would change what they do."""
    with pytest.raises(ValueError, match="registered already"):
        expires("test.thaw")(EXPIRIES["test.thaw"].effect)


def test_a_look_ends_in_time_and_the_next_goes_on(freeze: list[str]) -> None:
    """The worker seals in the same thread: many expiries at once hold it up no longer than one look."""
    for n in range(3):
        hear("test.frozen", AT + n * HOUR, f"account:{n}")
    worker, late = Sweep(longest_s=0), AT + 9 * DAY
    assert [sweep(late, worker) for _ in range(4)] == [1, 1, 1, 0]
    assert freeze == ["account:0", "account:1", "account:2"]


def test_a_record_that_somebody_holds_ends_no_look(monkeypatch: pytest.MonkeyPatch, freeze: list[str]) -> None:
    """What passes, such as a lock that was not had, waits its minute; the others go on."""
    effect = EXPIRIES["test.thaw"].effect

    def held(subject: str, **moments: Any) -> None:
        if subject == "held:1":
            raise NotStored("The database is busy: nothing was stored. Repeat in a moment.")
        effect(subject, **moments)

    monkeypatch.setitem(EXPIRIES, "test.thaw", Expiry(held, None))
    hear("test.frozen", AT, "held:1")
    hear("test.frozen", AT + HOUR)
    worker, late = Sweep(), AT + 9 * DAY
    assert (sweep(late, worker), freeze, list(worker.waits.values())) == (1, [SUBJECT], [late + HOUR / 60])
    monkeypatch.setitem(EXPIRIES, "test.thaw", Expiry(effect, None))
    assert [sweep(late, worker), sweep(late + HOUR, worker)] == [0, 1]


def test_the_worker_seals_before_it_looks_at_clocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was written meanwhile waits for no effect."""
    hear("test.frozen", AT)
    unsealed, worker = list[int](), Worker()
    leave("test.seen", subject=SUBJECT, actor=ME, at=AT, effective_at=AT)
    monkeypatch.setattr(worker._sweep, "run", lambda: unsealed.append(condition()["unsealed"]))
    worker._turn()
    assert unsealed == [0]


def test_an_effect_that_nobody_knows_waits_and_no_move_fails_on_it(caplog: pytest.LogCaptureFixture) -> None:
    """As after a stage was left out: the run stays, is logged, and `anlan status` counts it."""
    hear("test.frozen", AT)
    ClockRule.objects.filter(code=FREEZE).update(effect="nonsense")
    late, looks = AT + 5 * DAY, Sweep()
    hear("test.lifted", late)
    assert sweep(late, looks) == 0
    assert "no effect 'nonsense'" in caplog.text
    with frozen(late):
        assert (condition()["effects_waiting"], ClockRun.objects.running().count()) == (1, 1)
    ClockRule.objects.filter(code=FREEZE).update(effect="test.thaw")
    assert sweep(late + HOUR, looks) == 1
