"""Importing another system's calls with what came of them, through the command line."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from anlan.core.ledger.verification import verify
from anlan.core.models import ClockRun, LedgerEntry
from anlan.dispatch.models import Assignment, Milestone, Unit
from anlan.intake.models import Report, ReportPersonal
from anlan.triage.models import Handover, Incident
from tests import make
from tests.make.callfiles import AT, COUNTED, HEAD, MAPPING, call, codes, command, crew, run, t, utc

DOCS = Path(__file__).parents[2] / "docs"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _town(settings, tmp_path, monkeypatch):
    settings.DATA_DIR = tmp_path / "data"
    monkeypatch.chdir(tmp_path)
    make.city()


def stamps(unit: str) -> list[tuple[str, dt.datetime]]:
    return list(Milestone.objects.filter(assignment__unit__code=unit).order_by("at", "pk").values_list("step", "at"))


def test_two_units_are_two_assignments_with_milestones_of_their_own(tmp_path):
    """A report, its incident, both units with what each stamped, and entries that verify."""
    units = crew("mobile-1", 2, 3, 9, 30) + "," + crew("mobile-2", 5, None, 14, 31)
    told, _ = run(tmp_path, [call("A", units=units)])
    assert (told["accepted"], told["incidents"], told["assignments"], told["refused"]) == (1, 1, 2, 0)
    incident = Incident.objects.get()
    assert (incident.state, incident.disposal, incident.opened_at, incident.closed_at) == (
        "closed", "done", utc(1), utc(50)
    )  # fmt: skip
    assert stamps("mobile-1") == [
        ("received", utc(0)), ("entered", utc(1)), ("dispatched", utc(2)), ("acknowledged", utc(3)),
        ("on_scene", utc(9)), ("cleared", utc(30)),
    ]  # fmt: skip
    assert [step for step, _ in stamps("mobile-2")] == ["received", "entered", "dispatched", "on_scene", "cleared"]
    kinds = set(LedgerEntry.objects.values_list("kind", flat=True))
    assert {"triage.incident_closed", "dispatch.unit_on_scene", "intake.report_received"} <= kinds
    assert verify().ok


def test_missing_stamps_stay_missing(tmp_path):
    """No milestone stands in for one, an unknown end frees the unit when the incident was closed, and no clock is 0."""
    line = call("A", units=crew("mobile-1", 2, None, 9, None), entered="NULL")
    run(tmp_path, [line])
    assert [step for step, _ in stamps("mobile-1")] == ["received", "dispatched", "on_scene"]
    one = Assignment.objects.get()
    assert (one.state, one.ended_at) == ("cleared", utc(50))
    react = ClockRun.objects.get(rule__code="react")
    assert (react.started_at, react.stopped_at) == (utc(2), None)


def test_what_is_still_open_stands_open(tmp_path):
    """Without a closing time the incident waits, its unit is not free, and its clock runs."""
    run(tmp_path, [call("A", units=crew("mobile-1", 2, 3, 9, None), closed="")])
    assert Incident.objects.get().state == "dispatched"
    assert Assignment.objects.open().get().state == "on_scene"
    assert ClockRun.objects.running().filter(rule__code="handle").exists()


def test_the_clock_report_counts_imported_incidents(tmp_path):
    """Median, number, missing and share come from the stamps of the file."""
    from anlan.core.time.clock_report import clock_report

    lines = [call(f"A{n}", at=60 * n, units=crew("mobile-1", 60 * n + 2, 60 * n + 3 + n, None, 60 * n + 30))
             for n in range(3)]  # fmt: skip
    run(tmp_path, [*lines, call("B", at=200, units=crew("mobile-2", 202, None, None, 230))])
    rows = {row["clock"]: row for row in clock_report(since=None, until=None)}
    react = rows["react"]
    assert (react["median_s"], react["n"], react["missing"], react["within_target"]) == (120.0, 3, 1, 0.3333)
    assert (rows["first_step"]["n"], rows["first_step"]["missing"]) == (4, 0)


def test_one_bad_row_among_many_comes_back_and_can_be_mended(tmp_path):
    """Line, field and reason stand before the cells; the refused file, mended, goes in with the same mapping."""
    lines = [call(f"A{n}", at=n) for n in range(600)]
    lines[321] = call("BAD", at=1, nature="WAR")
    told, refused = run(tmp_path, lines)
    assert (told["accepted"], told["refused"], told["reasons"]) == (599, 1, {"unknown_category": 1})
    assert (refused[0]["line"], refused[0]["field"], refused[0]["no"]) == ("323", "category", "BAD")
    mended = tmp_path / "mended.csv"
    text = (tmp_path / "calls.csv.refused.csv").read_text(encoding="utf-8-sig")
    mended.write_text(text.replace("WAR", "FLD"), encoding="utf-8")
    assert json.loads(command("mended.csv").stdout)["accepted"] == 1
    assert Incident.objects.count() == 600


REFUSED = [
    ("out_of_order", {"units": crew("mobile-1", 5, 4)}),
    ("out_of_order", {"units": crew("mobile-1", 0)}),
    ("out_of_order", {"closed": t(0)}),
    ("time_in_future", {"closed": "2017-01-01 00:00:00"}),
    ("no_time_of_day", {"closed": "2016-06-28"}),
    ("not_a_time", {"closed": "soon"}),
    ("missing", {"call": ""}),
    ("missing", {"no": ""}),
    ("missing", {"disp": ""}),
    ("outside_city", {"x": "0", "y": "0"}),
    ("unknown_category", {"nature": "WAR"}),
    ("unknown_disposal", {"disp": "GONE"}),
    ("unknown_unit", {"units": crew("E9", 5)}),
    ("not_sent", {"units": crew("mobile-1", None, 5)}),
    ("stamp_without_unit", {"units": crew("", 5)}),
]


def test_what_cannot_have_been_so_is_refused_by_row(tmp_path):
    """Nothing of it is stored, not even its report, and the good rows between go in."""
    lines = []
    for n, (_, told) in enumerate(REFUSED):
        lines += [call(told.get("no", f"BAD{n}"), **{k: v for k, v in told.items() if k != "no"}), call(f"GOOD{n}")]
    _, refused = run(tmp_path, lines, MAPPING + COUNTED + 'if_out_of_order = "refuse"\n')
    assert codes(refused) == [code for code, _ in REFUSED]
    assert all(row["field"] and row["reason"] and int(row["line"]) == 2 + 2 * n for n, row in enumerate(refused))
    numbers = set(Report.objects.values_list("source_id", flat=True))
    assert numbers == {f"GOOD{n}" for n in range(len(REFUSED))}
    assert Incident.objects.count() == len(REFUSED)


LOST = [
    ("out_of_order", crew("mobile-1", 2, 1, 9, 30)), ("out_of_order", crew("mobile-1", 2, 3, 1, 30)),
    ("not_a_time", crew("mobile-1", 2, 3, 9, 30).replace(t(9), "2016-06-28 25:05")),
    ("time_in_future", crew("mobile-1", 2, 3, 9, 30).replace(t(9), "2061-06-28 13:09:00")),
]  # fmt: skip


@pytest.mark.parametrize(("code", "units"), LOST)
def test_one_stamp_that_cannot_be_is_left_out_and_the_call_kept(tmp_path, code, units):
    """Which one is said; the other unit and the other stamps stay, and the same file again adds nothing."""
    lines = [call("A", units=units + "," + crew("mobile-2", 5, None, 14, 31))]
    told, _ = run(tmp_path, lines)
    assert (told["accepted"], told["assignments"]) == (1, 2)
    lost = told["stamps_left_out"]
    assert [(row["line"], row["unit"], row["code"]) for row in lost] == [(2, "mobile-1", code)]
    left = [f"units.{step}" for step, _ in stamps("mobile-1")]
    assert (lost[0]["field"] in left, "units.cleared" in left, len(stamps("mobile-2"))) == (False, True, 5)
    assert run(tmp_path, lines)[0]["repeated"] == 1


def test_two_stamps_that_cannot_be_keep_the_call_out(tmp_path):
    """Nobody can say which are right; nor where the mapping refuses even one of them."""
    bad = call("A", units=crew("mobile-1", 9, 3, 2, 30))
    assert codes(run(tmp_path, [bad], status=1)[1]) == ["out_of_order"]
    bad = call("A", units=crew("mobile-1", 2, 3, 9, 30).replace(t(3), "soon").replace(t(9), "later"))
    assert codes(run(tmp_path, [bad], status=1)[1]) == ["not_a_time"]
    strict = MAPPING + COUNTED + 'if_out_of_order = "refuse"\n'
    assert codes(run(tmp_path, [call("A", units=LOST[0][1])], strict, status=1)[1]) == ["out_of_order"]


def test_a_unit_that_is_still_there_is_told_so(tmp_path):
    """Both spells stand in the reason; one without an end is the clash, though its call came first."""
    ended = call("B", at=400, units=crew("mobile-1", 402, None, None, 410))
    still = call("A", at=0, closed="", units=crew("mobile-1", 5, 5))
    _, refused = run(tmp_path, [ended, still])
    assert codes(refused) == ["unit_elsewhere"]
    assert all(moment in refused[0]["reason"] for moment in (t(402), t(410), t(5), "…"))


def test_codes_that_are_not_listed_and_empty_cells(tmp_path):
    """Refused, unless the mapping says what every other code, or an empty cell, means."""
    lines = [call("A", nature="WAR"), call("B", nature=""), call("C", nature="noise")]
    _, refused = run(tmp_path, lines)
    assert [(row["code"], row["no"]) for row in refused] == [("unknown_category", "A"), ("missing", "B")]
    mapping = MAPPING.replace("{ FLD", '{ "*" = "other", noise = "noise", FLD')
    mapping = mapping.replace('column = "nature"', 'column = "nature"\ndefault = "danger_spot"')
    run(tmp_path, lines, mapping + COUNTED)
    found = Report.objects.order_by("source_id").values_list("category__code", flat=True)
    assert list(found) == ["other", "danger_spot", "noise"]


def test_a_unit_is_at_one_place_unless_the_mapping_keeps_overlaps(tmp_path):
    """Within a batch, and against what is here already; where both are kept, never two open ones."""
    first, second = (
        call(n, at=at, units=crew("mobile-1", at + 2, None, None, at + 30)) for n, at in [("A", 0), ("B", 9)]
    )
    _, refused = run(tmp_path, [first, second, second])
    assert codes(refused) == ["unit_elsewhere", "unit_elsewhere"]
    assert "13:02" in refused[0]["reason"]
    assert codes(run(tmp_path, [second], status=1)[1]) == ["unit_elsewhere"]
    keep = MAPPING + COUNTED + 'if_elsewhere = "keep"\n'
    assert run(tmp_path, [second], keep)[0]["accepted"] == 1
    unclosed = [call(n, at=100, closed="", units=crew("mobile-2", 102)) for n in "CD"]
    assert codes(run(tmp_path, unclosed, keep)[1]) == ["unit_elsewhere"]


def test_unknown_units_are_made_only_where_the_mapping_says_whose_they_are(tmp_path):
    """They stand for the history, with an entry, and nobody can send them."""
    mapping = MAPPING + COUNTED + 'unknown = { organisation = "drains", kind = "works" }\n'
    told, _ = run(tmp_path, [call("A", units=crew("E9", 5, 6)), call("B", nature="WAR", units=crew("E8", 5))], mapping)
    assert told["units_made"] == 1
    unit = Unit.objects.get(code="E9")
    assert (unit.kind, unit.organisation.code, unit.active) == ("works", "drains", False)
    assert LedgerEntry.objects.filter(kind="dispatch.unit_made", subject="unit:E9").count() == 1
    assert not Unit.objects.filter(code="E8").exists()


def test_the_same_file_again_adds_nothing(tmp_path):
    """Rows, entries and the refused file are as after the first run."""
    lines = [call("A", units=crew("mobile-1", 2, 3, None, 30)), call("B", at=40, nature="WAR"), call("C", at=41)]
    run(tmp_path, lines)
    entries = LedgerEntry.objects.count()
    told, refused = run(tmp_path, lines)
    assert (told["accepted"], told["repeated"], told["refused"]) == (0, 2, 1)
    assert (told["incidents"], told["assignments"], codes(refused)) == (0, 0, ["unknown_category"])
    assert LedgerEntry.objects.count() == entries


def test_a_later_export_that_tells_more_is_refused_and_not_lost(tmp_path):
    """An import changes no incident; the row comes back, and another report under its number does too."""
    run(tmp_path, [call("A", units=crew("mobile-1", 2), closed="")])
    _, refused = run(tmp_path, [call("A", units=crew("mobile-1", 2, 4), closed="")], status=1)
    assert codes(refused) == ["differs"]
    assert "acknowledged (mobile-1)" in refused[0]["reason"]
    assert codes(run(tmp_path, [call("A", at=7, closed="")], status=1)[1]) == ["id_used"]
    refuse = MAPPING + 'if_open = "refuse"\n' + COUNTED
    assert codes(run(tmp_path, [call("B", at=3, closed="")], refuse, status=1)[1]) == ["not_closed"]


def test_a_record_that_stands_twice_counts_once(tmp_path):
    """The same again is a repeat; another under its number in the same file comes back."""
    told, refused = run(tmp_path, [call("A"), call("A"), call("A", address="elsewhere")])
    assert (told["accepted"], told["repeated"], codes(refused)) == (1, 1, ["differs"])


def test_reports_that_came_without_history_get_it_now(tmp_path):
    """What was imported as a plain list is the same report; nobody knows when it was typed in there."""
    make.report(
        source="cad",
        source_id="A",
        channel="import",
        lon=119.97,
        lat=31.76,
        received_at=utc(0),
        place_words="长虹路A",
        at=AT,
    )
    told, _ = run(tmp_path, [call("A", units=crew("mobile-1", 2))])
    assert (told["accepted"], Report.objects.count(), Incident.objects.count()) == (1, 1, 1)
    assert [step for step, _ in stamps("mobile-1")] == ["received", "dispatched"]


def test_a_row_for_each_unit(tmp_path):
    """Rows of one incident are one, also where another lies between; cells of the incident must agree."""
    head = "no,call,x,y,nature,disp,closed,unit,sent,there"
    mapping = MAPPING.replace('entered = "entered"\n', "").replace('place = "address"\nwords = "text"\n', "")
    mapping += '[units]\ncolumn = "unit"\ndispatched = "sent"\non_scene = "there"\n'

    def line(number: str, unit: str, sent: int, there: int, disp: str = "OK") -> str:
        return f"{number},{t(0)},119.97,31.76,FLD,{disp},{t(50)},{unit},{t(sent)},{t(there)}"

    lines = [
        line("A", "mobile-1", 2, 9), line("B", "pump-1", 3, 9), line("A", "mobile-2", 4, 12, ""),
        line("A", "mobile-1", 2, 9), line("C", "pump-1", 60, 70), line("C", "mobile-1", 61, 70, "GONE"),
    ]  # fmt: skip
    told, refused = run(tmp_path, lines, mapping, head=head)
    assert (told["accepted"], told["assignments"], told["refused"]) == (2, 3, 1)
    assert [(row["code"], row["field"], row["line"]) for row in refused] == [
        ("rows_disagree", "disposal.column", "6"), ("rows_disagree", "disposal.column", "7")
    ]  # fmt: skip
    assert run(tmp_path, lines, mapping, head=head)[0]["repeated"] == 2


def test_several_units_in_one_cell(tmp_path):
    """Stamps stand in the order of the units; a single one is shared only where the mapping says so."""
    head = "no,call,x,y,nature,units,sent,there"
    mapping = MAPPING.split("[disposal]")[0].replace('entered = "entered"\n', "")
    mapping = mapping.replace('place = "address"\nwords = "text"\n', "")
    mapping += (
        '[units]\ncolumn = "units"\nseparator = ";"\ndispatched = "sent"\non_scene = "there"\nshared = ["dispatched"]\n'
    )
    start = f"{t(0)},119.97,31.76,FLD"
    lines = [f"A,{start},mobile-1;mobile-2,{t(2)},;{t(9)}", f"B,{start},pump-1;mobile-1,{t(90)},{t(95)}"]
    told, refused = run(tmp_path, lines, mapping, head=head)
    assert (told["accepted"], told["assignments"], codes(refused)) == (1, 2, ["stamps_per_unit"])
    assert ("on_scene", utc(9)) in stamps("mobile-2")
    assert [step for step, _ in stamps("mobile-1")] == ["received", "dispatched"]


def test_day_and_time_of_two_columns_are_one_stamp(tmp_path):
    """A missing half is a missing stamp, and numbers of several columns are joined."""
    head = "fd,no,day,time,place,nature,disp,closed_day,closed_time"
    mapping = """
source = "nfirs"
[report]
id = ["fd", "no"]
received = ["day", "time"]
place = "place"
[category]
column = "nature"
[disposal]
default = "done"
[incident]
closed = ["closed_day", "closed_time"]
"""
    lines = ["07,1,28/06/2016,13:00,桥下,waterlogging,,28/06/2016,14:10",
             "07,2,28/06/2016,13:00,桥下,waterlogging,,28/06/2016,",
             "07,3,05/06/2016,13:00,桥下,waterlogging,,,"]  # fmt: skip
    run(tmp_path, lines, mapping, head=head)
    assert Report.objects.get(source_id="07-3").received_at.month == 6  # the other rows prove what stands first
    assert list(Report.objects.order_by("pk").values_list("source_id", flat=True)) == ["07-1", "07-2", "07-3"]
    assert list(Incident.objects.order_by("pk").values_list("state", "closed_at")) == [
        ("closed", utc(70)), ("new", None), ("new", None)
    ]  # fmt: skip


def test_dotted_times_and_hours_that_clocks_skipped(tmp_path):
    """Read as they are meant, and said where that is in doubt."""
    head = HEAD.replace("call,", "day,clock,", 1)
    mapping = MAPPING.replace('received = "call"', 'received = ["day", "clock"]') + COUNTED
    lines = [call("A", entered="NULL").replace(t(0), "28/06/2016,12.59.00")]
    assert run(tmp_path, lines, mapping, head=head)[0]["accepted"] == 1
    assert Report.objects.get().received_at == utc(-1)
    abroad = 'tz = "America/New_York"\n' + mapping
    lines = [call("B", entered="NULL").replace(t(0), "13/03/2016,02.30.00")]
    told, _ = run(tmp_path, lines, abroad, head=head)
    assert any("does not exist" in note for note in told["input"]["notes"])


def test_handovers_confirmed_categories_and_urgency(tmp_path):
    """Whose it is comes from their codes, what it was in the end beside what was said; violence is never diverted."""
    head = HEAD.split(",u1")[0] + ",agency,given,taken,final,prio"
    mapping = (
        MAPPING.replace('column = "nature"', 'column = "nature"\nconfirmed = "final"')
        + """
[urgency]
column = "prio"
codes = { P1 = "1" }
default = "3"
[handover]
column = "agency"
codes = { DEP = "drains", PD = "control" }
at = "given"
signed = "taken"
diverted = true
"""
    )
    drains = f",DEP,{t(2)},{t(9)}"
    lines = [
        call("A").rstrip(",") + f"{drains},blocked_drain,P1", call("B").rstrip(",") + f",PD,{t(2)},,,",
        call("C", nature="DV").rstrip(",") + f"{drains},,", call("D").rstrip(",") + f",DEP,,{t(9)},,",
    ]  # fmt: skip
    told, refused = run(tmp_path, lines, mapping, head=head)
    assert (told["accepted"], codes(refused)) == (2, ["never_diverted", "missing"])
    given = Handover.objects.get()
    assert (given.to.code, given.at, given.signed_at, given.diverted) == ("drains", utc(2), utc(9), True)
    one = given.incident
    assert (one.urgency, one.category_at_call.code, one.category_confirmed.code) == (1, "waterlogging", "blocked_drain")
    assert Incident.objects.exclude(pk=one.pk).get().owner.code == "control"


def test_personal_content_stays_personal(tmp_path):
    """Words and place are erasable rows with resident-ID numbers masked; the ledger holds none of them."""
    told, _ = run(tmp_path, [call("A", text="证件 11010519491231002X")])
    assert told["masked"] == 1
    personal = ReportPersonal.objects.get()
    assert (personal.place_words, "11010519491231002X" in personal.words) == ("长虹路A", False)
    assert not any("长虹路" in entry.payload for entry in LedgerEntry.objects.all())


def test_a_dry_run_says_the_same_and_stores_nothing(tmp_path):
    """Accepted, repeated and refused are as the import itself will say."""
    mapping = MAPPING + COUNTED + 'unknown = { organisation = "drains", kind = "works" }\n'
    lines = [call("A", units=crew("E9", 2)), call("B", at=9, units=crew("E9", 11)), call("C", at=99)]
    before = LedgerEntry.objects.count()
    tried, _ = run(tmp_path, lines, mapping, "--dry-run")
    assert not Report.objects.exists()
    assert not Unit.objects.filter(code="E9").exists()
    assert LedgerEntry.objects.count() == before
    told, _ = run(tmp_path, lines, mapping)
    assert tried | {"dry_run": False} == told
    assert told["refused"] == 1
