"""A message is asked for once, waits out quiet hours, goes to who still consents, and keeps the stamps that it has."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from anlan.core import jobs
from anlan.core.messages import actions, contacts, gateways
from anlan.core.messages.gateways import GatewayFailed, Outgoing, Receipt
from anlan.core.messages.purposes import PURPOSES, Purpose
from anlan.core.messages.rules import Quiet, next_moment
from anlan.core.messages.templates import TEMPLATES, Template, rendered, templates
from anlan.core.models import Job, LedgerEntry, Message, Organisation, Person, QuietHours
from anlan.core.operator import health
from anlan.core.operator.condition import condition
from anlan.core.people.actors import NotAllowed, system
from anlan.core.refusals import Refused
from anlan.core.time.clock import frozen
from tests import make
from tests.make.contacts import VALUES, contact, message, written

ME = system("test")
SHANGHAI = ZoneInfo("Asia/Shanghai")
NIGHT = dt.datetime(2016, 6, 28, 15, 30, tzinfo=dt.UTC)  # 23:30
MORNING = dt.datetime(2016, 6, 29, 0, 0, tzinfo=dt.UTC)  # 8:00


class Failing:
    """A gateway that is away, or refuses."""

    name = "failing"

    def __init__(self, *, lasting: bool = False, times: int = 99) -> None:
        self.lasting, self.times, self.got = lasting, times, list[str]()

    def send(self, message: Outgoing) -> Receipt:
        self.got.append(message.reference)
        if len(self.got) <= self.times:
            raise GatewayFailed("gateway_refused" if self.lasting else "gateway_away", lasting=self.lasting)
        return Receipt("G-1")


def use(gateway: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr("anlan.core.messages.jobs.gateway_of", lambda kind: gateway)
    return gateway


def again(sent: Message) -> Message:
    sent.refresh_from_db()
    return sent


def stamped(sent: Message) -> set[str]:
    names = ("handed", "delivered", "read", "answered", "failed", "withheld")
    return {name for name in names if getattr(again(sent), f"{name}_at") is not None}


def test_a_message_goes_to_the_gateway_in_the_contacts_language(folder: Path) -> None:
    """The text is filled in, the stamp is kept, the ones that were never heard of are missing."""
    sent = message(contact(language="zh-hans", address="13951230001"))
    assert sent.state == "waiting"
    assert jobs.drain() == 1
    assert (stamped(sent), again(sent).state, sent.gateway) == ({"handed"}, "handed", "simulated")
    (line,) = written(folder).splitlines()
    assert json.loads(line)["text"] == rendered("prevention.remind", VALUES, "zh-hans")[1]
    assert "2016-07-01" in line
    assert "13951230001" not in line


def test_the_ledger_tells_what_was_sent_why_and_to_which_contact_and_no_values() -> None:
    """The entry names its cause."""
    cause = LedgerEntry.objects.order_by("pk").first().pk
    number = contact()
    sent = message(number, cause=cause)
    jobs.drain()
    asked, handed = LedgerEntry.objects.filter(subject=f"message:{sent.pk}").order_by("pk")
    assert (asked.kind, asked.cause_id, sent.cause) == ("core.message_asked", cause, cause)
    assert json.loads(asked.payload) == {"contact": number, "purpose": "ladder", "template": "prevention.remind"}
    assert handed.kind == "core.message_handed"
    assert "T-2016-0001" not in asked.payload + handed.payload


def test_the_same_key_is_the_same_message(folder: Path) -> None:
    """However often it is asked for, and whoever asks."""
    number = contact()
    first = message(number, key="k")
    assert message(number, key="k") == first
    other = actions.send(contact_id=number, purpose="ladder", template="prevention.remind", values=VALUES,
                         actor=system("other"), at=make.AT, key="k")  # fmt: skip
    assert other == first.pk
    jobs.drain()
    assert len(written(folder).splitlines()) == 1


def test_a_repeated_job_hands_over_the_same_reference_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that died after the gateway took it sends again; the gateway knows the reference."""
    sent, taken = message(contact()), actions.hand

    def die(*_: Any) -> None:
        raise OSError("killed")

    monkeypatch.setattr("anlan.core.messages.jobs.hand", die)
    jobs.work_once()
    monkeypatch.setattr("anlan.core.messages.jobs.hand", taken)
    with frozen(make.AT + dt.timedelta(minutes=1)):
        jobs.drain()
    assert again(sent).state == "handed"
    assert len(written(folder).splitlines()) == 1


def test_without_consent_nothing_is_asked_for() -> None:
    """Nor after it was withdrawn."""
    number = contact(purpose="")
    with pytest.raises(Refused) as error:
        message(number)
    assert error.value.code == "contact_no_consent"
    assert not Message.objects.exists()


@pytest.mark.parametrize(("act", "reason"), [
    (lambda number: contacts.withdraw_consent(contact_id=number, actor=ME, at=make.AT), "consent_withdrawn"),
    (lambda number: contacts.erase_contact(contact_id=number, reason="asked", actor=ME, at=make.AT), "contact_erased"),
])  # fmt: skip
def test_who_withdraws_or_is_erased_before_the_sending_is_not_sent_to(act: Any, reason: str, folder: Path) -> None:
    """It is kept as not sent, with its reason, and is no failure."""
    number = contact()
    sent = message(number)
    act(number)
    jobs.drain()
    assert (stamped(sent), again(sent).reason) == ({"withheld"}, reason)
    assert written(folder) == ""
    assert condition()["messages_failed"] == 0


def test_consent_given_again_is_for_what_comes_after(folder: Path) -> None:
    """A message that waited while it was withdrawn stays unsent; the next one goes."""
    number = contact()
    waiting = message(number)
    later = make.AT + dt.timedelta(minutes=1)
    contacts.withdraw_consent(contact_id=number, actor=ME, at=later)
    contacts.give_consent(contact_id=number, purposes=["ladder"], how="spoken", actor=ME, at=later)
    new = message(number, at=later)
    with frozen(later):
        jobs.drain()
    assert (again(waiting).reason, again(new).state) == ("consent_withdrawn", "handed")


def test_a_closed_organisation_and_somebody_who_left_are_sent_nothing() -> None:
    """It is kept as not sent, with its reason."""
    sent = message(contact())
    somebody = make.person("officer")
    number = contacts.add_contact(kind="sms", address="13951230001", language="en", person_id=somebody.pk, actor=ME,
                                  at=make.AT)  # fmt: skip
    contacts.give_consent(contact_id=number, purposes=["ladder"], how="online", actor=ME, at=make.AT)
    to_person = message(number)
    Organisation.objects.filter(code="drains").update(active=False)
    Person.objects.filter(pk=somebody.pk).update(is_active=False)
    jobs.drain()
    for one in (sent, to_person):
        assert (stamped(one), again(one).reason) == ({"withheld"}, "addressee_gone")


def test_a_purpose_that_this_version_does_not_know_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """The job ends; it does not fail eight times."""
    sent = message(contact())
    monkeypatch.delitem(PURPOSES, "ladder")
    jobs.drain()
    assert (stamped(sent), again(sent).reason) == ({"withheld"}, "purpose_gone")
    assert Job.objects.get(name="core.message").state == "done"


def test_status_and_alarm_tell_of_messages_that_no_job_will_send() -> None:
    """A job that is dead or was stopped leaves its message waiting; put back, it is sent."""
    sent, other = message(contact()), message(contact(address="13800000001"))
    dead, stopped = Job.objects.order_by("pk")
    assert condition()["messages_stuck"] == 0
    Job.objects.filter(pk=dead.pk).update(state="dead")
    assert (condition()["messages_stuck"], condition()["messages_waiting"]) == (1, 2)
    jobs.stop(job_id=stopped.pk, actor=ME, at=make.AT)
    assert [line.now for line in health.stopped(make.AT) if line.code == "messages_stuck"] == ["2"]
    jobs.resume(job_id=dead.pk, actor=ME, at=make.AT)
    jobs.drain()
    assert (again(sent).state, again(other).state, condition()["messages_stuck"]) == ("handed", "waiting", 1)


def test_quiet_hours_are_waited_out_in_the_citys_zone() -> None:
    """Asked for at 23:30 it goes at 8:00."""
    number = contact()
    with frozen(NIGHT):
        sent = message(number, at=NIGHT)
        assert jobs.drain() == 0
    assert Job.objects.get(name="core.message").run_after == MORNING
    with frozen(MORNING):
        jobs.drain()
    assert again(sent).handed_at == MORNING


def test_an_urgent_purpose_breaks_quiet_hours(monkeypatch: pytest.MonkeyPatch) -> None:
    """It goes at once."""
    monkeypatch.setitem(PURPOSES, "ladder", Purpose("ladder", "Steps", urgent=True))
    number = contact()
    with frozen(NIGHT):
        sent = message(number, at=NIGHT)
        jobs.drain()
    assert again(sent).handed_at == NIGHT


def test_a_city_sets_other_quiet_hours() -> None:
    """The same hour twice means none."""
    QuietHours.objects.create(purpose="ladder", begins=dt.time(0), ends=dt.time(0))
    assert actions.may_go("ladder", NIGHT) == NIGHT


def test_a_retry_that_comes_into_the_quiet_hours_waits_for_their_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """The job ends, and another stands at 8:00."""
    gateway = use(Failing(times=1), monkeypatch)
    number, evening = contact(), NIGHT - dt.timedelta(hours=2, minutes=30, seconds=1)
    with frozen(evening):
        sent = message(number, at=evening)
        jobs.drain()
    with frozen(NIGHT):
        jobs.drain()
    assert (again(sent).state, len(gateway.got)) == ("waiting", 1)
    with frozen(MORNING):
        jobs.drain()
    assert (again(sent).state, sent.gateway_number) == ("handed", "G-1")


def test_the_simulated_gateway_reads_each_line_of_its_file_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many messages it has written; what another process added is read, and a new file from its start."""
    reads, loads = list[str](), json.loads
    monkeypatch.setattr(gateways, "json", SimpleNamespace(loads=lambda line: reads.append(line) or loads(line)))
    here = gateways.Simulated(folder / "messages.ndjson")
    out = [Outgoing(f"{n:032}", "sms", "13951230001", "en", "subject", "text") for n in range(30)]
    for one in [*out, *out]:
        here.send(one)
    assert (len(written(folder).splitlines()), len(reads)) == (30, 30)
    (folder / "messages.ndjson").unlink()
    here.send(out[0])
    assert len(written(folder).splitlines()) == 1


def test_a_gateway_that_is_away_is_asked_again_under_one_reference_until_the_cap(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Then the message has failed, and no job is dead."""
    gateway = use(Failing(), monkeypatch)
    sent = message(contact())
    for n in range(jobs.CAP):
        with frozen(make.AT + dt.timedelta(minutes=10 * n)):
            jobs.drain()
    assert (len(gateway.got), len(set(gateway.got))) == (jobs.CAP, 1)
    assert (stamped(sent), again(sent).reason) == ({"failed"}, "gateway_away")
    assert (condition()["messages_failed"], condition()["jobs_dead"]) == (1, 0)
    for days, is_told in ((0, True), (2, False)):
        at = make.AT + dt.timedelta(days=days)
        with frozen(at):
            assert ("messages_gateway_away" in [line.code for line in health.stopped(at)]) is is_told


def test_a_gateway_that_refuses_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same answer would come again."""
    gateway = use(Failing(lasting=True), monkeypatch)
    sent = message(contact())
    jobs.drain()
    assert (len(gateway.got), stamped(sent)) == (1, {"failed"})


def test_status_counts_what_waits_and_what_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Handed over is neither."""
    message(contact())
    assert (condition()["messages_waiting"], condition()["messages_failed"]) == (1, 0)
    jobs.drain()
    assert (condition()["messages_waiting"], condition()["messages_failed"]) == (0, 0)


@pytest.mark.parametrize(("values", "code"), [
    ({"number": "T-1"}, "message_values"),
    (VALUES | {"name": "Wang"}, "message_values"),
    (VALUES | {"number": "x" * 201}, "message_value_unfit"),
    (VALUES | {"number": ["T-1"]}, "message_value_unfit"),
])  # fmt: skip
def test_a_template_gets_all_its_values_and_no_others(values: dict[str, Any], code: str) -> None:
    """A placeholder that nothing fills would fail in front of a reader."""
    number = contact()
    with pytest.raises(Refused) as error:
        actions.send(contact_id=number, purpose="ladder", template="prevention.remind", values=values, actor=ME,
                     at=make.AT)  # fmt: skip
    assert error.value.code == code


def test_every_template_says_every_value_in_both_languages() -> None:
    """Each placeholder is named, and each named value is said in English and in Chinese, in other words."""
    assert {"prevention.remind", "prevention.supervise", "prevention.interview"} <= set(TEMPLATES)
    for code, template in TEMPLATES.items():
        values = {name: f"<{name}>" for name in template.needs}
        english, chinese = (rendered(code, values, language) for language in ("en", "zh-hans"))
        assert english != chinese
        for said in (english, chinese):
            assert all(value in " ".join(said) for value in values.values())
            assert "%(" not in " ".join(said)


def test_a_template_that_forgets_a_placeholder_or_takes_anothers_code_is_no_template() -> None:
    """Refused at start."""
    with pytest.raises(ValueError, match="needs"):
        templates({"test.wrong": Template("%(number)s", "x")})
    with pytest.raises(ValueError, match="registered already"):
        templates({"prevention.remind": Template("x", "y")})


def test_people_send_no_messages_themselves() -> None:
    """A message follows from an act; there is no box to write in."""
    with pytest.raises(NotAllowed):
        actions.send(contact_id=contact(), purpose="ladder", template="prevention.remind", values=VALUES,
                     actor=make.actor("operator"), at=make.AT)  # fmt: skip


@pytest.mark.parametrize(("hour", "begins", "ends", "goes"), [
    ("12:00", "21:00", "08:00", "28 12:00"), ("21:00", "21:00", "08:00", "29 08:00"),
    ("07:59", "21:00", "08:00", "28 08:00"), ("08:00", "21:00", "08:00", "28 08:00"),
    ("13:00", "12:00", "14:00", "28 14:00"), ("14:00", "12:00", "14:00", "28 14:00"),
])  # fmt: skip
def test_the_next_moment_that_is_not_quiet(hour: str, begins: str, ends: str, goes: str) -> None:
    """Over midnight, at noon, and at the edges."""
    at = dt.datetime.combine(dt.date(2016, 6, 28), dt.time.fromisoformat(hour), SHANGHAI)
    quiet = Quiet(dt.time.fromisoformat(begins), dt.time.fromisoformat(ends))
    assert next_moment(at, quiet, SHANGHAI).astimezone(SHANGHAI).strftime("%d %H:%M") == goes


def test_quiet_hours_that_end_in_an_hour_that_comes_twice_end_in_each() -> None:
    """Where clocks are put back what is asked for in the second of them does not go into the past."""
    zone, quiet = ZoneInfo("Europe/Berlin"), Quiet(dt.time(21), dt.time(2, 45))
    for fold, goes in ((0, "00:45"), (1, "01:45")):
        at = dt.datetime(2016, 10, 30, 2, 30, fold=fold, tzinfo=zone)
        assert next_moment(at, quiet, zone).strftime("%H:%M") == goes


def test_what_a_gateway_gets_shows_no_address_in_a_trace() -> None:
    """Nor what was said."""
    shown = repr(Outgoing("r", "sms", "13951230001", "en", "subject", "text"))
    assert "1395" not in shown
    assert "text" not in shown
    assert "secret" not in repr(gateways.Http("https://host/?k=secret", "secret"))
