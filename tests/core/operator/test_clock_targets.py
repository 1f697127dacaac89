"""The operator's page of clocks: another time from a day on, looked at, with its reason; what runs keeps its time."""

from __future__ import annotations

import csv
import datetime as dt
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from django.test import Client

from anlan.core.city import folder
from anlan.core.city.areas import local_day
from anlan.core.models import ClockRule, ClockRun, ClockTarget, LedgerEntry
from anlan.core.people.actors import NotAllowed, system
from anlan.core.refusals import Refused
from anlan.core.time import clocks, deadlines
from anlan.core.time.clock import frozen
from anlan.core.time.clock_book import ClockBook, ClockEvent
from anlan.core.time.clock_report import clock_report
from anlan.core.time.evidence import check_targets
from anlan.core.time.targets import apart, begin_of, set_targets, words_hash
from tests import make
from tests.conftest import Cli
from tests.flat import flat

pytestmark = pytest.mark.django_db
ME, NOW, DAY = system("test"), make.AT, dt.timedelta(days=1)
PAGE, LOOK, SAVE = (f"/operator/clocks/{rest}" for rest in ("", "change", "save"))
WHY = {"reason": "外环路程较远", "reason_en": "The outer ring is far"}


@pytest.fixture(autouse=True)
def town() -> Iterator[None]:
    """The small city, its clock held."""
    make.city()
    with frozen(NOW):
        yield


@pytest.fixture
def operator() -> Client:
    return make.browser(make.person("operator"))


def start_day(days: int = 1) -> dt.date:
    return local_day(NOW) + days * DAY


def setting(targets: dict[str, int], day: dt.date | None = None, **more: object) -> list[str]:
    values = {"valid_from": day or start_day(), "actor": ME, "at": NOW, **WHY, **more}
    return set_targets(targets=targets, **values)  # type: ignore[arg-type]


def run(rule: str, subject: str, at: dt.datetime) -> ClockRun:
    return clocks.start(rule, subject=subject, at=at, holder=None)


def sent(operator: Client, path: str, **fields: str) -> tuple[int, str]:
    answer = operator.post(path, fields)
    return answer.status_code, answer.content.decode()


def test_what_begins_before_keeps_its_time_and_what_begins_then_has_the_new_one() -> None:
    """The time is asked of the moment at which a run begins, whoever starts it, alone or in bulk."""
    open_now = run("first_step", "incident:E-1", NOW)
    assert setting({"first_step": 600, "problem_assigned": 5 * 86_400}) == ["first_step", "problem_assigned"]
    begins = begin_of(start_day())
    just_before, then = (
        run("first_step", "incident:E-2", begins - dt.timedelta(seconds=1)),
        run("first_step", "incident:E-3", begins),
    )
    open_now.refresh_from_db()
    assert [each.due_at - each.started_at for each in (open_now, just_before, then)] == [
        dt.timedelta(seconds=seconds) for seconds in (300, 300, 600)
    ]
    rule = ClockRule.objects.get(code="problem_assigned")
    assert (rule.timing(NOW).target_s, rule.timing(begins).target_s) == (3 * 86_400, 5 * 86_400)
    assert deadlines.due_on("problem_assigned", begins) > deadlines.due_on("problem_assigned", begins - DAY) + DAY


def test_a_change_is_one_entry_with_old_new_reason_and_open_runs() -> None:
    """The ledger says what became of which clock and from when on; of why it holds the hash, the words stand aside."""
    run("react", "assignment:1", NOW)
    setting({"react": 120, "set_out": 240})
    entry = LedgerEntry.objects.get(kind="core.clocks_set")
    said = json.loads(entry.payload)
    kept = ClockTarget.objects.get(rule__code="react")
    assert kept.reason_en == WHY["reason_en"]
    assert said["words"] == words_hash(kept.reason, kept.reason_en)
    assert WHY["reason_en"] not in entry.payload
    assert said["valid_from"] == begin_of(start_day()).astimezone(dt.UTC).isoformat(timespec="microseconds")[:-6] + "Z"
    assert [(row["clock"], row["before_s"], row["target_s"], row["running"]) for row in said["clocks"]] == [
        ("react", 60, 120, 1), ("set_out", 180, 240, 0)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        ({"targets": {"react": 0}}, "clock_time_impossible", "clock_react"),
        ({"targets": {"react": 400_000_000}}, "clock_time_impossible", "clock_react"),
        ({"targets": {"sign": 90_000}}, "clock_days_whole", "clock_sign"),
        ({"targets": {"nonsense": 60}}, "clock_unknown", "clock_nonsense"),
        ({"targets": {"task_open": 60}}, "clock_unknown", "clock_task_open"),
        ({"targets": {"react": 60}}, "clocks_unchanged", None),
        ({"targets": {}}, "clocks_unchanged", None),
        ({"targets": {"react": 120}, "reason": "  "}, "clock_reason_missing", "reason"),
        ({"targets": {"react": 120}, "reason_en": "x" * 201}, "clock_reason_too_long", "reason_en"),
        ({"targets": {"react": 120}, "day": 0}, "clock_day_begun", "valid_from"),
        ({"targets": {"react": 120}, "seen": {"react": (90, "hours")}}, "clocks_set_meanwhile", None),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(values: dict[str, object], code: str, field: str | None) -> None:
    """Nothing is kept of a refused change, and no entry is left."""
    days = values.pop("day", 1)
    assert isinstance(days, int)
    with pytest.raises(Refused) as error:
        setting(day=start_day(days), **values)  # type: ignore[arg-type]
    assert (error.value.code, error.value.field) == (code, field)
    assert not ClockTarget.objects.exists()
    assert not LedgerEntry.objects.filter(kind="core.clocks_set").exists()


def test_nobody_but_an_operator_sets_times() -> None:
    """Whose work is measured by a clock does not lengthen it."""
    with pytest.raises(NotAllowed):
        setting({"react": 120}, actor=make.actor("supervisor"))
    for role in ("supervisor", "officer", "auditor"):
        browser = make.browser(make.person(role))
        assert browser.get(PAGE).status_code == 403
        assert browser.post(SAVE, {"clock_react": "2"}).status_code == 403


def test_a_change_that_begins_earlier_holds_until_the_one_that_was_set_before() -> None:
    """Each change begins on its day, in whatever order they were typed; of two of one day the later word holds."""
    setting({"react": 240}, start_day(10))
    setting({"react": 120}, start_day(5))
    setting({"react": 90}, start_day(5))
    rule = ClockRule.objects.get(code="react")
    held = [rule.timing(begin_of(start_day(days))).target_s for days in (1, 5, 9, 10)]
    assert held == [60, 90, 90, 240]


def loaded(path: Path, at: dt.datetime, **seconds: str) -> list[dict[str, object]]:
    """Write other times into a copy of the folder's clocks, load it, and return what the entry says of clocks."""
    file = path / "clocks.csv"
    with file.open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    for row in rows:
        row["target_s"] = seconds.get(row["code"], row["target_s"])
    with file.open("w", encoding="utf-8", newline="") as target:
        table = csv.DictWriter(target, list(rows[0]))
        table.writeheader()
        table.writerows(rows)
    (path / "acts.csv").write_text(f"code,name,name_en,kind,in_force_from\nx,法,Act,law,{at:%Y-%m-%d}\n")  # it differs
    assert folder.load(path, actor=ME, at=at)
    entry = LedgerEntry.objects.filter(kind="core.city_loaded").order_by("-pk")[0]
    return list(json.loads(entry.payload).get("clocks", []))


def test_loading_the_folder_anew_leaves_what_an_operator_set(tmp_path: Path) -> None:
    """A line that says what it said before is no word against the operator's; what differs is named."""
    path = shutil.copytree(make.CITIES / "small", tmp_path / "city")
    setting({"react": 120})
    later = begin_of(start_day(3))
    assert loaded(path, later) == []
    rule = ClockRule.objects.get(code="react")
    assert rule.timing(later).target_s == 120
    assert [(held.code, held.target_s, timing.target_s) for held, timing in apart(later)] == [("react", 60, 120)]


def test_a_line_of_the_folder_that_was_changed_holds_from_its_load_on(tmp_path: Path) -> None:
    """Whoever changed the line meant it: it is a change like the operator's, in the same history and in the entry."""
    path = shutil.copytree(make.CITIES / "small", tmp_path / "city")
    setting({"react": 120})
    later = begin_of(start_day(3))
    said = loaded(path, later, react="90", set_out="200")
    assert {(row["clock"], row["before_s"], row["target_s"]) for row in said} == {
        ("react", 120, 90), ("set_out", 180, 200)
    }  # fmt: skip
    rule = ClockRule.objects.get(code="react")
    assert [rule.timing(at).target_s for at in (NOW, later - dt.timedelta(seconds=1), later)] == [60, 120, 90]
    assert apart(later) == []
    faults: list[str] = []
    assert (check_targets(faults.append), faults) == (3, [])  # the ledger knows those of both


SET: Final = """
import datetime as dt
import django
django.setup()
from anlan.core.models import ClockRule, ClockTarget
rule, since = ClockRule.objects.get(code="react"), dt.datetime(2016, 7, 1, tzinfo=dt.UTC)
ClockTarget.objects.create(rule=rule, valid_from=since, target_s=120, counting="hours", before_s=60,
                           before_counting="hours", reason="x")
"""


def test_init_names_the_clocks_that_hold_another_time_than_the_folder(anlan: Cli) -> None:
    """Who loads a folder again reads which of its lines does not hold, and what does; the report says both."""
    assert "operator" not in anlan("init", "--city", make.CITIES / "small").stderr
    environ = anlan.env | {"DJANGO_SETTINGS_MODULE": "anlan.settings"}
    subprocess.run([sys.executable, "-c", SET], env=environ, check=True, timeout=120)
    assert "react is 60 s there; 120 s hold" in anlan("init", "--city", make.CITIES / "small").stderr
    react = next(line.split() for line in anlan("clocks", "report").stdout.splitlines() if "react" in line)
    assert react[2:4] == ["hours", "60/120"]


def test_the_admin_does_not_set_the_time_of_a_clock_that_is_there(operator: Client) -> None:
    """The back door would change it without a day, and no bulletin could say so."""
    rule = ClockRule.objects.get(code="react")
    same = {name: getattr(rule, name) for name in ("name", "name_en", "start", "stop", "owner", "scope", "ladder")}
    answer = operator.post(f"/admin/core/clockrule/{rule.pk}/change/", same | {
        "effect": "", "active": "on", "target_s": 999, "counting": "working",
    })  # fmt: skip
    assert answer.status_code == 302
    rule.refresh_from_db()
    assert (rule.target_s, rule.counting) == (60, "hours")


def test_a_pause_is_counted_as_the_run_began(tmp_path: Path) -> None:
    """A run of hours goes on in hours, although the folder counts working days since."""
    path = shutil.copytree(make.CITIES / "small", tmp_path / "city")
    kept = run("first_step", "incident:E-1", NOW)
    clocks.pause(subject="incident:E-1", at=NOW + dt.timedelta(seconds=100))
    file = path / "clocks.csv"
    line = next(line for line in file.read_text("utf-8").splitlines() if line.startswith("first_step"))
    file.write_text(file.read_text("utf-8").replace(line, line.replace(",300,all,", ",86400,working,")), "utf-8")
    assert folder.load(path, actor=ME, at=NOW + dt.timedelta(seconds=150))
    clocks.resume(subject="incident:E-1", at=NOW + dt.timedelta(seconds=200))
    kept.refresh_from_db()
    assert kept.due_at == NOW + dt.timedelta(seconds=400)


def test_the_report_says_the_time_that_holds_now() -> None:
    """`anlan clocks report` stands on the day on which it is asked."""
    setting({"react": 120})
    for at, seconds in ((NOW, 60), (begin_of(start_day()), 120)):
        with frozen(at):
            row = next(row for row in clock_report(since=None, until=None) if row["clock"] == "react")
        assert row["target_s"] == seconds


def test_the_report_of_a_past_month_says_the_time_that_held_in_it() -> None:
    """The share in time was judged by it; where it changed in that month both are said."""
    setting({"react": 120})
    run("react", "assignment:1", NOW)
    changed, later = begin_of(start_day()), begin_of(start_day(9))
    held = {}
    with frozen(later + DAY):
        for name, since, until in (("before", None, changed), ("within", NOW, later), ("after", changed, later)):
            row = next(row for row in clock_report(since=since, until=until) if row["clock"] == "react")
            held[name] = row["target_s"], [each["target_s"] for each in row["targets"]]
    assert held == {"before": (60, [60]), "within": (120, [60, 120]), "after": (120, [120])}


def test_the_page_names_steps_in_words_and_never_by_kinds_of_entries(operator: Client) -> None:
    """From which step to which one, for what and what rests on it, in both languages; kinds stand in their own list."""
    run("react", "assignment:1", NOW)
    for language, words in (("en", "Dispatched → Acknowledged"), ("zh-hans", "下达 → 签收")):
        page = operator.get(PAGE, headers={"Accept-Language": language}).content.decode()
        table = page[page.index("<tbody>") : page.index("</tbody>")]
        assert words in table
        assert "dispatch.unit_" not in table
        assert "triage.incident_" not in table
        assert "dispatch.unit_dispatched" in page


def test_the_page_claims_no_steps_of_a_clock_that_never_runs(operator: Client) -> None:
    """What a day is printed by says so, and counts nothing as open; its time is set like any other's."""
    page = operator.get(PAGE, headers={"Accept-Language": "en"}).content.decode()
    row = page[page.index('for="id_clock_ladder_answer"') :].partition("</tr>")[0]
    assert "The day to answer by on papers of the ladder; nothing runs" in row
    assert " → " not in row
    assert 'class="n">—<' in row
    assert 'name="clock_ladder_answer" value="5"' in row


def test_changes_are_looked_at_before_they_are_saved(operator: Client) -> None:
    """The page says old and new, what runs, which figures break; saving says why, and is one entry."""
    run("react", "assignment:1", NOW)
    day = str(start_day())
    typed = {"clock_react": "2", "initial-clock_react": "1", "clock_sign": "1", "initial-clock_sign": "1"}
    status, page = sent(operator, LOOK, valid_from=day, **typed)
    assert status == 200
    assert "<del>1 min</del>" in page
    assert "<ins>2 min</ins>" in page
    assert "Mobile teams: react in time" in page
    assert "clock_sign" not in page
    assert not ClockTarget.objects.exists()
    seen = json.dumps([["react", 60, "hours"]])
    save = {"valid_from": day, "clock_react": "2", "seen": seen, "key": "k1"}
    status, page = sent(operator, SAVE, **save, reason="", reason_en="far")
    assert status == 422
    assert 'value="far"' in page
    assert "<ins>2 min</ins>" in page
    for _twice in range(2):
        assert sent(operator, SAVE, **save, **WHY)[0] == 302
    table = flat(operator.get(PAGE))
    assert f"Saved: the new times hold from {day} on." in table
    assert "today 1 min" in table
    assert [(each.rule.code, each.target_s) for each in ClockTarget.objects.all()] == [("react", 120)]
    assert LedgerEntry.objects.filter(kind="core.clocks_set").count() == 1


def test_a_change_is_taken_back_on_the_page_of_its_day(operator: Client) -> None:
    """The table of that day shows what is to hold then, so that the old time is another one again."""
    setting({"react": 240}, start_day(10))
    day = str(start_day(10))
    assert f'href="?from={day}"' in operator.get(PAGE).content.decode()
    page = operator.get(f"{PAGE}?from={day}").content.decode()
    assert 'name="clock_react" value="4"' in page
    for odd in ("nonsense", "0001-01-01", "9999-12-31"):
        assert operator.get(f"{PAGE}?from={odd}").status_code == 200
    status, page = sent(operator, LOOK, **{"valid_from": day, "clock_react": "1", "initial-clock_react": "4"})
    assert status == 200
    assert "<del>4 min</del>" in page
    assert 'name="initial-clock_react" value="4"' in page
    seen = json.dumps([["react", 240, "hours"]])
    assert sent(operator, SAVE, valid_from=day, clock_react="1", seen=seen, **WHY)[0] == 302
    assert ClockRule.objects.get(code="react").timing(begin_of(start_day(10))).target_s == 60


def test_a_typed_mistake_is_said_at_its_field_and_nothing_is_lost(operator: Client) -> None:
    """Letters, halves of days, a day that has begun: the table comes back as it was typed."""
    day = str(start_day())
    for typed, wrong in (
        ({"clock_react": "soon", "valid_from": day}, "id_clock_react_error"),
        ({"clock_react": "1e999999999", "valid_from": day}, "id_clock_react_error"),
        ({"clock_react": "NaN", "valid_from": day}, "id_clock_react_error"),
        ({"clock_react": "2", "valid_from": "0001-01-01"}, "id_valid_from_error"),
        ({"clock_react": "2", "valid_from": ""}, "id_valid_from_error"),
        ({"clock_react": "2", "clock_sign": "1.5", "valid_from": day}, "id_clock_sign_error"),
        ({"clock_react": "2", "clock_sign": "0", "valid_from": day}, "id_clock_sign_error"),
        ({"clock_react": "2", "valid_from": str(start_day(0))}, "id_valid_from_error"),
    ):
        status, page = sent(operator, LOOK, **typed)
        assert status == 422
        assert wrong in page
        assert f'value="{typed["clock_react"]}"' in page
    assert sent(operator, LOOK, valid_from=day)[0] == 409
    status, page = sent(operator, LOOK, valid_from=day, clock_react="3", back="1")
    assert status == 200
    assert 'value="3"' in page


def test_who_was_slower_sees_what_would_change_now(operator: Client) -> None:
    """Two operators at once: the second saves nothing that they have not seen."""
    setting({"react": 120})
    save = {"valid_from": str(start_day()), "clock_react": "5", "seen": json.dumps([["react", 60, "hours"]])}
    status, page = sent(operator, SAVE, **save, **WHY)
    assert status == 409
    assert "<del>2 min</del>" in page
    assert WHY["reason"] in page
    assert ClockTarget.objects.count() == 1
    assert sent(operator, SAVE, **save | {"seen": "{"}, **WHY)[0] == 409


def test_bulk_counts_by_the_time_of_each_beginning() -> None:
    """Many calls told at once make the same runs as one by one."""
    setting({"react": 120})
    book, facts = ClockBook.now(), {"unit_kind": "mobile"}
    moments = [NOW, begin_of(start_day())]
    made = [book.runs(f"assignment:{n}", [ClockEvent("dispatch.unit_dispatched", at, None, facts)])
            for n, at in enumerate(moments)]  # fmt: skip
    react = ClockRule.objects.get(code="react").pk
    lasts = [row["due_at"] - row["started_at"] for rows in made for row in rows if row["rule_id"] == react]
    assert lasts == [dt.timedelta(seconds=60), dt.timedelta(seconds=120)]
