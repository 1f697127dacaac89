"""An import stores what the single way stores, row for row and column for column, and refuses what it refuses."""

from __future__ import annotations

import csv
import datetime as dt
import io

import pytest

from anlan.core.ledger.verification import verify
from anlan.core.people.actors import system
from anlan.core.refusals import Refused
from anlan.core.time.clock import frozen
from anlan.intake.actions import receive_report
from anlan.intake.files.chunks import import_file
from tests import make
from tests.triage.test_take_together import rows, undone

ME = system("import")
COLUMNS = {"source_id": "id", "received_at": "time", "lon": "lon", "lat": "lat", "place_words": "location",
           "words": "words", "category": "category", "channel": "channel", "depth_cm": "depth_cm",
           "precision_m": "precision_m"}  # fmt: skip
PLAIN = {"category": "waterlogging", "channel": "import", "lon": 119.97, "lat": 31.76}
SAID = [
    {"place_words": "长虹路 5", "words": "路面积水很深"},
    {"received_at": "2016-06-27T23:59:59.250000"},
    {"received_at": "2016-06-28T00:00:00"},
    {"words": "130102199003072237 called", "place_words": 'Quay "road"\n5 %s {x} \\'},
    {"lon": "", "lat": "", "place_words": "Quay road 5"},
    {"lon": 119.9700000049, "lat": 31.75, "depth_cm": 30.4, "precision_m": 50.0},
    {"channel": "phone_110", "category": "noise"},
    {"lon": ""},
    {"lon": 120.97},
    {"lon": 31.76, "lat": 119.97},
    {"received_at": "2016-07-29T10:00:00"},
    {"received_at": "1980-06-28T10:00:00"},
    {"category": "war"},
    {"channel": "fax"},
    {"depth_cm": 5000},
    {"place_words": "x" * 301},
    {"source_id": "130102199003072237"},
    {"source_id": "L-0"},
    {"source_id": "L-0", "lat": 31.75},
]
ODD = [*SAID, {"received_at": "2016/6/28 8:05"}, {"received_at": "soon"}, {"lon": "east"}]

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _town(monkeypatch):
    """A small town in which every salt is the same."""
    monkeypatch.setattr("anlan.intake.actions.storage.new_salts", lambda count: [bytes(16)] * count)
    make.city()
    with frozen(make.AT):
        yield


def told(said):
    """Return reports of a list, each with a number of its own unless it says another."""
    moments = [dt.datetime(2016, 6, 25 + n % 3, n, n) for n in range(len(said))]  # noqa: DTZ001 - local times
    return [
        PLAIN | {"source_id": f"L-{n}", "received_at": moment.isoformat(), **row}
        for n, (moment, row) in enumerate(zip(moments, said, strict=True))
    ]


def singly(reports):
    """Receive one report after the other; return why some were refused, by their place."""
    refused = {}
    for number, report in enumerate(reports, 1):
        moment = make_aware(report["received_at"])
        try:
            receive_report(**report | {"received_at": moment}, source="list", actor=ME, at=make.AT, past=True)
        except Refused as error:
            refused[number] = error.code, error.field
    return refused


def make_aware(text):
    """Return a local time with its zone, as the single way wants it."""
    return {"2016/6/28 8:05": "2016-06-28T08:05:00+08:00", "soon": "soon"}.get(text, f"{text}+08:00")


def imported(path, reports):
    """Import the same reports as a file; return why some were refused, by their place."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(COLUMNS.values())
        out.writerows([report.get(name, "") for name in COLUMNS] for report in reports)
    given, back = {"tz": "Asia/Shanghai", "source": "list", "id": "id", "words": "words"}, io.StringIO()
    import_file(path, name=path.name, given=given, actor=ME, at=make.AT, refused_to=back)
    found = csv.DictReader(io.StringIO(back.getvalue()))
    return {int(row["record"]): (row["code"], row["field"]) for row in found}


@pytest.mark.parametrize("said", [SAID, ODD], ids=["plain times", "odd times"])
def test_an_import_stores_and_refuses_as_one_after_the_other(said, tmp_path):
    """Reports, words, entries, positions and counts are the same to the letter; so are code and field of refusals."""
    reports = told(said)
    refused_singly, before = undone(lambda: singly(reports))
    refused, after = undone(lambda: imported(tmp_path / "list.csv", reports))
    assert refused == refused_singly
    assert len(refused) >= 11
    assert after == before
    assert before["intake_reportpersonal"]


def test_twice_changes_nothing_and_the_ledger_holds_each_row(tmp_path):
    """The same file again adds no row to any table, and refuses what it refused."""
    path, reports = tmp_path / "list.csv", told(ODD)
    refused, before = imported(path, reports), rows()
    assert verify().ok
    assert imported(path, reports) == refused
    assert rows() == before
