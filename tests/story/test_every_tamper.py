"""Whatever is changed past the verbs, in ledger or evidence, verify finds it and names the record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final

import pytest
from django.db import IntegrityError, connection, models, transaction

from anlan.core.ledger import evidence, seals, triggers
from anlan.core.ledger.evidence import EVIDENCE
from anlan.core.ledger.verification import verify
from anlan.core.messages.contacts import add_contact, erase_contact
from anlan.core.models import (
    City,
    ClockTarget,
    Contact,
    ContactAddress,
    LedgerEntry,
    LedgerKind,
    LedgerPosition,
    LedgerSeal,
    SignInOrigin,
)
from anlan.core.models.kinds import KindField
from anlan.core.people.actors import system
from anlan.core.people.sign_ins import erase_origins, fail_sign_in, sign_in
from anlan.core.sealed.models import Sealed
from anlan.core.time.targets import set_targets
from anlan.intake.actions import add_to_report, answer_questions, erase_report, set_validity
from anlan.intake.models import Addition, Answer, Attachment, KeyQuestion, Report
from anlan.prevention.actions import add_evidence, erase_evidence
from anlan.prevention.models import Evidence
from anlan.triage.actions import close_incident, open_incident
from anlan.voice.actions import answer, ask
from anlan.voice.models import Satisfaction
from tests import make
from tests.architecture.line import own_models
from tests.make.contacts import contact
from tests.make.problems import day

pytestmark = pytest.mark.django_db
ME, AT = system("test"), make.AT
LEDGER: Final = (LedgerEntry, LedgerKind, LedgerPosition, LedgerSeal)
FREE: Final = evidence.FREE | {name: why for held in EVIDENCE.values() for name, why in held.free.items()}
TABLES: Final = [table for held in EVIDENCE.values() for table in held.tables]


def fill() -> None:
    """Leave rows in every table of evidence: as they were received, and with all that may come after."""
    town = make.town()
    full = {
        "device_time": AT - dt.timedelta(minutes=1), "source": "meter", "source_id": "7", "precision_m": 25,
        "urgency": 2, "depth_cm": 40, "answers": ["child"], "words": "水到膝盖", "name": "王某",
        "contact": "13800000000",
    }  # fmt: skip
    make.report(words="还在涨", photos=[make.photo(40)])
    erased = make.report(words="刮掉", contact="13900000000", photos=[make.photo(48)])
    erase_report(report_id=erased.pk, reason="asked", actor=ME, at=AT)
    report = make.report(photos=[make.photo()], tracking_code=make.CODE, **full)
    answer_questions(report_id=report.pk, answers=["injured"], actor=ME, at=AT)
    added = add_to_report(tracking_code=make.CODE, words="更深了", depth_cm=60, actor=ME, at=AT)
    set_validity(report_id=added["report_id"], validity="valid", actor=ME, at=AT)
    number = open_incident(report_id=report.pk, actor=ME, at=AT)["incident"]
    close_incident(number=number, disposal="done", actor=ME, at=AT)
    City.objects.update(settings='{"satisfaction_one_in": 1}')
    ask(report_ids=[report.pk], actor=ME, at=AT)
    answer(tracking_code=make.CODE, helped="yes", actor=ME, at=AT)
    _, tasks = town.planned()
    proved = {"task": tasks[0], "words": "管道已换", "actor": town.officer, "at": day(2)}
    pieces = [add_evidence(photo=make.photo(side), **proved)["evidence"] for side in (32, 40)]
    add_evidence(**proved)
    erase_evidence(task=tasks[0], evidence=pieces[1], reason="asked", actor=town.supervisor, at=day(3))
    contact()
    gone = add_contact(kind="sms", address="13700000000", language="en", organisation="drains", post="night", actor=ME,
                       at=AT)  # fmt: skip
    erase_contact(contact_id=gone, reason="asked", actor=ME, at=AT)
    person, origin = make.person("analyst").pk, {"address": "192.0.2.7", "agent": "Firefox"}
    fail_sign_in(person_id=person, reason="password", origin=origin, actor=ME, at=AT)
    erase_origins(person_id=person, before=None, reason="asked", actor=ME, at=AT)
    came = {"person_id": person, "method": "password", "factor": "", "origin": origin}
    sign_in(**came, session_key="k", actor=ME, at=AT)
    for targets, days in (({"react": 120, "set_out": 240}, 3), ({"react": 90}, 3), ({"react": 100}, 9)):
        begins = (AT + dt.timedelta(days=days)).date()
        set_targets(targets=targets, valid_from=begins, reason="外环路程较远", actor=ME, at=AT)


@pytest.fixture
def filled() -> None:
    """Seal twice, so that a seal has another one before it."""
    fill()
    seals.seal()
    make.report()
    seals.seal()
    connection.check_constraints()


@contextmanager
def undone() -> Iterator[None]:
    """Tamper in a savepoint that is rolled back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def other(field: models.Field[Any, Any], value: Any) -> Any:
    """Return another value that a column of this kind can hold."""
    if isinstance(field, models.BinaryField):
        kept = bytes(value or b"\0")
        return bytes([kept[0] ^ 1]) + kept[1:]
    if isinstance(field, models.DateTimeField):
        return (value or AT) + dt.timedelta(minutes=1)
    if isinstance(field, models.BooleanField):
        return not value
    if isinstance(field, models.CharField | models.TextField | KindField):
        return "zz"
    return (value or 1) + (0.5 if isinstance(field, models.FloatField) else 1000)


def write(model: type[models.Model], pk: Any, field: models.Field[Any, Any], value: Any) -> None:
    table, key = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        value = field.get_db_prep_save(value, connection)
        cursor.execute(f'UPDATE {table} SET "{field.column}" = %s WHERE {key} = %s', [value, pk])


def name_of(row: Any) -> tuple[str, ...]:
    """Return by which of its names a fault may call the record."""
    if isinstance(row, LedgerSeal):
        return (f"positions {row.first}-",)
    if isinstance(row, LedgerPosition | LedgerEntry):
        position = row.position if isinstance(row, LedgerPosition) else row.placed.position
        return f"position {position} ", f"positions {position}-"
    if isinstance(row, LedgerKind):  # each entry of the kind reads otherwise
        return (f"position {LedgerPosition.objects.filter(entry__kind=row.name)[0].position} ",)
    owner = getattr(row, "first", None) or getattr(row, "report", row)
    if isinstance(owner, Report) and not isinstance(row, Satisfaction):
        return (f"report {owner.number}: ",)
    if isinstance(row, ClockTarget):
        return (f"clock {row.rule.code}: ",)
    if isinstance(row, SignInOrigin):
        return (f"sign-in {row.sign_in_id}: ",)
    pk = row.contact_id if isinstance(row, ContactAddress) else row.pk
    return (f"{'contact' if isinstance(row, ContactAddress) else type(row).__name__.lower()} {pk}: ",)


def names(faults: list[str], row: Any) -> bool:
    return any(name in fault for fault in faults for name in name_of(row))


def found(before: set[str]) -> list[str]:
    return [fault for fault in verify().faults if fault not in before]


def unnamed(rows: Sequence[Any]) -> list[str]:
    """Return which changed columns were not named; what the database's own checks refuse cannot be changed."""
    before, missed = set(verify().faults), []
    for row in rows:
        for field in row._meta.local_concrete_fields:
            column = f"{type(row).__name__}.{field.column}"
            if column in FREE:
                continue
            with undone():
                try:
                    write(type(row), row.pk, field, other(field, getattr(row, field.attname)))
                except IntegrityError:
                    continue
                if not names(found(before), row):
                    missed.append(column)
    return missed


def rows_of(model: type[models.Model]) -> list[Any]:
    """Return the last rows of a table: one that says all, one that came later, a plain one; of the ledger one."""
    if model is LedgerKind:
        return [LedgerKind.objects.get(name="intake.report_received")]
    if model is LedgerSeal:
        return list(LedgerSeal.objects.order_by("last")[:1])
    if model in {LedgerEntry, LedgerPosition}:
        return [LedgerPosition.objects.get(position=5).entry if model is LedgerEntry
                else LedgerPosition.objects.get(position=5)]  # fmt: skip
    return list(model._default_manager.order_by("-pk")[:3])


def test_every_changed_column_of_every_row_is_named(filled: None) -> None:
    """Of ledger, seals, reports, words, photos, answers, additions, evidence, contacts: all but what is declared."""
    assert verify().faults == []
    triggers.remove()
    for model in (*LEDGER, *TABLES):
        rows = rows_of(model)
        assert rows, model
        assert unnamed(rows) == []


@pytest.mark.only_on("sqlite", because="PostgreSQL's columns hold one type")
@pytest.mark.parametrize("lead", [b"", b"\xff"], ids=["text", "no text"])
def test_no_fault_says_what_was_planted(filled: None, lead: bytes) -> None:
    """Faults are kept for good and shown: a name and a telephone put into any column go into none."""
    triggers.remove()
    planted, said = "张三 13800138000", list[str]()
    for model in (*LEDGER, *TABLES):
        row, table = rows_of(model)[0], model._meta.db_table
        for field in model._meta.local_concrete_fields:
            change = f'UPDATE {table} SET "{field.column}" = CAST(%s AS TEXT) WHERE {model._meta.pk.column} = %s'
            with undone(), connection.cursor() as cursor, suppress(IntegrityError):
                cursor.execute(change, [lead + planted.encode(), row.pk])
                said += verify().faults
    assert said
    assert [fault for fault in said if "13800138000" in fault] == []


def test_every_deleted_row_is_named(filled: None) -> None:
    """The row that is gone is named by the entry that told of it."""
    triggers.remove()
    before, missed = set(verify().faults), []
    for model in (*LEDGER, *TABLES):
        for row in rows_of(model):
            with undone(), connection.cursor() as cursor:
                cursor.execute(f"DELETE FROM {model._meta.db_table} WHERE {model._meta.pk.column} = %s", [row.pk])
                if not names(found(before), row):
                    missed.append(f"{model.__name__} {row}")
    assert missed == []


def test_a_row_put_in_is_named(filled: None) -> None:
    """What looks like evidence and came by no verb has no entry."""
    triggers.remove()
    before = set(verify().faults)
    unasked = KeyQuestion.objects.exclude(pk__in=Answer.objects.values("question"))[0].pk
    for model in (Report, Attachment, Answer, Addition, Evidence, Contact, Satisfaction, ClockTarget):
        row: Any = model._default_manager.order_by("pk")[0]
        row.pk, row._state.adding = 10_001, True
        for name, value in {"number": "R-160628-9999", "source_id": None, "question_id": unasked}.items():
            if hasattr(row, name):
                setattr(row, name, value)
        if model in {Addition, Satisfaction}:
            row.report_id = Report.objects.filter(addition=None, satisfaction=None).order_by("-pk")[0].pk
        with undone():
            row.save(force_insert=True)
            assert names(found(before), row), model


def test_of_two_times_of_one_day_the_ledger_knows_which_holds(filled: None) -> None:
    """The later row holds: whoever moves the earlier one behind it makes another time hold."""
    triggers.remove()
    before = set(verify().faults)
    first = ClockTarget.objects.filter(rule__code="react")[0]
    with undone():
        ClockTarget.objects.filter(pk=first.pk).update(id=10_001)
        assert names(found(before), first)


def test_every_trigger_that_is_gone_is_named(filled: None) -> None:
    """Of ledger and evidence, each by its name."""
    missed = []
    for name in triggers.expected():
        with undone(), connection.cursor() as cursor:
            cursor.execute(triggers._drop(name))
            if found(set()) != [f"trigger {name} is missing"]:
                missed.append(name)
    assert missed == []
    assert {held.table for held in triggers.PROTECTED.values()} >= {"intake_report", "intake_attachment"}


def test_every_protected_table_refuses_changes(filled: None) -> None:
    """The database refuses what no verb does; what may be erased can be deleted, and nothing else."""
    for held in triggers.PROTECTED.values():
        row = held.model._default_manager.order_by("pk")[0]
        fields = [field for field in held.model._meta.local_concrete_fields if field.column not in held.may_change]
        for field in fields:
            with pytest.raises(IntegrityError), transaction.atomic():
                write(held.model, row.pk, field, getattr(row, field.attname))


def test_what_is_declared_free_is_a_column_with_a_reason() -> None:
    """Nothing is left out by a name that no column has; and every sealed table is checked."""
    columns = {
        f"{model.__name__}.{field.column}"
        for model in (*LEDGER, *TABLES)
        for field in model._meta.local_concrete_fields
    }
    assert FREE.keys() <= columns
    assert all(FREE.values())
    assert {model for model in own_models() if issubclass(model, Sealed)} <= set(TABLES)


def test_a_seal_that_names_a_broken_algorithm_is_a_fault(filled: None) -> None:
    """MD5 proves nothing, however well it fits; SM3 is known."""
    triggers.remove()
    row = LedgerSeal.objects.order_by("-last")[0]
    texts = [seals.encode(entry) for entry in entries(row)]
    for algorithm, is_known in (("md5", False), ("sha1", False), ("sm3", True), ("sha256", True)):
        with undone():
            before = {fault for fault in verify().faults if fault.startswith("trigger")}
            row.algorithm = algorithm
            digest = seals.seal_hash(row, texts)
            LedgerSeal.objects.filter(pk=row.pk).update(algorithm=algorithm, hash=digest)
            assert (found(before) == []) is is_known, algorithm


def test_an_old_kind_of_seal_after_a_new_one_is_a_fault(filled: None) -> None:
    """Whoever leaves out the time by writing the older kind is named, though the hash fits."""
    triggers.remove()
    before = set(verify().faults)
    row = LedgerSeal.objects.order_by("-last")[0]
    row.version = 1
    row.hash = seals.seal_hash(row, [seals.encode(entry) for entry in entries(row)])
    LedgerSeal.objects.filter(pk=row.pk).update(version=1, hash=row.hash)
    assert [fault for fault in found(before) if "older kind" in fault]


def entries(row: LedgerSeal) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"{seals.ENTRIES} WHERE p.position BETWEEN %s AND %s ORDER BY p.position", [row.first, row.last])
        return list(cursor.fetchall())
