"""`anlan demo` as a newcomer runs it."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
MORNING = 1_485_311_400_000_000  # 2017-01-25 02:30 UTC, in microseconds as SQLite holds moments
# One build of two years serves all of them, and not once more beside PostgreSQL.
pytestmark = [pytest.mark.slow, pytest.mark.pure]


def anlan(*words: str) -> subprocess.CompletedProcess[str]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("ANLAN_")}
    command = [str(Path(sys.executable).parent / "anlan"), *words]
    return subprocess.run(command, capture_output=True, text=True, env=environ, cwd=ROOT, check=False)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("demo") / "data"
    answer = anlan("demo", "--no-serve", "--data", str(data))
    assert answer.returncode == 0, answer.stderr
    assert "What to look at first" in answer.stderr
    return data


@contextmanager
def opened(data: Path) -> Iterator[sqlite3.Connection]:
    """Open the database, and close it: the log of one left open is taken away by the next command that ends."""
    with closing(sqlite3.connect(data / "anlan.sqlite3")) as database, database:
        yield database


def asked(data: Path, sql: str) -> list[tuple[Any, ...]]:
    with opened(data) as database:
        return database.execute(sql).fetchall()


def test_it_ends_built_adopted_and_sealed(built: Path) -> None:
    """Two years of calls, what came of them, two studies, problems and results; nothing unsealed."""
    status = json.loads(anlan("status", "--json", "--data", str(built)).stdout)
    assert status["reports"] > 4132 + 2 * 3_600
    assert status["studies"] == 2
    assert status["sites"] > 300
    assert status["incidents"] > 10_000
    assert status["problems"] > 400
    assert status["tasks"] > status["problems"]
    assert status["results"] > 500
    assert status["unsealed"] == 0


def test_it_stands_at_a_morning_of_january_and_says_so(built: Path) -> None:
    """Its ledger ends at the moment, nothing lies beyond it, and its condition tells that the time is simulated."""
    status = json.loads(anlan("status", "--json", "--data", str(built)).stdout)
    assert status["simulated_time"].startswith("2017-01-25T10:3")
    assert asked(built, "SELECT MAX(at) FROM core_ledgerentry") == [(MORNING,)]


def test_the_desk_has_work_in_every_state_when_it_is_opened(built: Path) -> None:
    """New, handed over, signed for, returned, with the arbiter, a unit under way and on scene, danger ended."""
    states = {state for (state,) in asked(built, "SELECT DISTINCT state FROM triage_incident")}
    assert states == {"new", "handed_over", "signed", "returned", "disputed", "dispatched", "resolved", "closed"}
    out = {state for (state,) in asked(built, "SELECT state FROM dispatch_assignment WHERE ended_at IS NULL")}
    assert {"en_route", "on_scene"} <= out
    soon = """SELECT COUNT(*) FROM core_clockrun WHERE stopped_at IS NULL
              AND due_at / 1000000 BETWEEN unixepoch(?) AND unixepoch(?)"""
    with opened(built) as database:
        assert database.execute(soon, ("2017-01-25 02:30", "2017-01-25 03:30")).fetchone()[0] >= 3
        on_duty = "SELECT COUNT(*) FROM dispatch_shift WHERE begins_at <= ?1 AND ends_at > ?1"
        for time in ("2017-01-25 02:30:00", "2017-04-20 20:00:00"):
            assert database.execute(on_duty, (time,)).fetchone()[0] in {4, 5}


def test_each_crews_log_in_has_an_open_assignment(built: Path) -> None:
    """A fire crew, a patrol and a works crew: each log-in stamps for one unit, which is out."""
    sql = """SELECT p.username, count(s.id) FROM core_person p JOIN dispatch_unitaccess a ON a.person_id = p.id
             LEFT JOIN dispatch_assignment s ON s.unit_id = a.unit_id AND s.ended_at IS NULL GROUP BY 1"""
    assert dict(asked(built, sql)) == {"crew_fire": 1, "crew_patrol": 1, "crew_works": 1}


def test_problems_wait_in_the_inbox_and_few_are_late(built: Path) -> None:
    """To be signed for, due this week, late, to be verified; rain and works in time make up most of what is open."""
    due = "SELECT {} FROM prevention_problem WHERE state <> 'struck_off'"
    assert asked(built, due.format("COUNT(*)") + " AND state = 'assigned'")[0][0] > 0
    assert asked(built, due.format("COUNT(*)") + " AND due_on BETWEEN '2017-01-25' AND '2017-01-31'")[0][0] > 0
    assert asked(built, "SELECT COUNT(*) FROM prevention_task WHERE state = 'works_done'")[0][0] > 0
    late, all_open = asked(built, due.format("SUM(due_on < '2017-01-25'), COUNT(*)"))[0]
    assert 0 < late < all_open / 4


def test_a_later_deadline_is_asked_for_and_waits_for_its_answer(built: Path) -> None:
    """Those of the year were answered; one of yesterday lies on the supervisors' desk, asked for in time."""
    answers = dict(asked(built, "SELECT state, COUNT(*) FROM prevention_extensionrequest GROUP BY state"))
    assert answers["granted"] > 50
    told = asked(built, "SELECT r.at, r.answer_by, t.due_on FROM prevention_extensionrequest r"
                        " JOIN prevention_task t ON t.id = r.task_id WHERE r.state = 'asked'")  # fmt: skip
    assert told
    assert all(
        at < "2017-01-25 02:30" and answer_by >= "2017-01-25" and due > "2017-01-25" for at, answer_by, due in told
    )


def test_what_failed_is_planned_again_after_it_was_reopened(built: Path) -> None:
    """The ledger tells the states of a problem in the order of their moments."""
    told = asked(
        built,
        "SELECT subject, at FROM core_ledgerentry JOIN core_ledgerkind ON number = kind"
        " WHERE name LIKE 'prevention.problem_%' ORDER BY id",
    )
    moments: dict[str, list[str]] = {}
    for subject, at in told:
        moments.setdefault(subject, []).append(at)
    assert len(moments) > 400
    assert [subject for subject, ats in moments.items() if ats != sorted(ats)] == []


def test_served_it_lives_on_and_takes_what_is_stamped_with_the_real_present(built: Path, tmp_path: Path) -> None:
    """Web and worker share the city's time; stopped and started again it goes on where it was, never back."""
    data = tmp_path / "data"
    shutil.copytree(built, data)
    key = json.loads(anlan("user", "key", "grid", "--json", "--data", str(data)).stdout)["key"]
    for n in (1, 2):
        with served(data) as address:
            page = ask(f"{address}/report/")
            assert "模拟城市" in page
            assert "2017-01-25 10:3" in page
            now = dt.datetime.now(dt.UTC).isoformat()
            told = {"category": "waterlogging", "lon": 119.97, "lat": 31.76, "received_at": now, "source_id": f"n{n}"}
            head = {"Authorization": f"Bearer {key}", "Content-Type": "application/json", "Idempotency-Key": f"k{n}"}
            assert json.loads(ask(f"{address}/api/reports", json.dumps(told), head))["number"]
    entries = asked(
        data,
        "SELECT at FROM core_ledgerentry JOIN core_ledgerkind ON number = kind"
        " WHERE name = 'intake.report_received' ORDER BY id DESC LIMIT 2",
    )
    assert entries == sorted(entries, reverse=True)
    assert all(MORNING <= at < MORNING + 600_000_000 for (at,) in entries)


@contextmanager
def served(data: Path) -> Iterator[str]:
    """Serve a data directory as a newcomer does, and end it as Ctrl-C does."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(Path(sys.executable).parent / "anlan"), "demo", "--data", str(data), "--port", str(port)]
    environ = {name: value for name, value in os.environ.items() if not name.startswith("ANLAN_")}
    process = subprocess.Popen(command, env=environ, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(1200):
            with suppress(OSError):
                ask(f"http://127.0.0.1:{port}/report/")
                break
            threading.Event().wait(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def ask(address: str, body: str | None = None, head: dict[str, str] | None = None) -> str:
    asked = urllib.request.Request(address, body.encode() if body else None, head or {})
    with urllib.request.urlopen(asked, timeout=20) as answer:
        return answer.read().decode()


def test_a_second_run_changes_nothing(built: Path) -> None:
    """Same head, same counts."""
    before = anlan("status", "--json", "--data", str(built)).stdout
    assert anlan("demo", "--no-serve", "--data", str(built)).returncode == 0
    after = anlan("status", "--json", "--data", str(built)).stdout
    for name in ("reports", "incidents", "tasks", "results", "sites", "studies", "position", "head"):
        assert json.loads(before)[name] == json.loads(after)[name]


def test_it_has_problems_of_every_origin_on_their_way(built: Path) -> None:
    """Each was instructed, signed for, planned, accepted; some came back; at the end they stand in several states."""
    moves = asked(
        built, "SELECT p.origin, m.verb FROM prevention_move m JOIN prevention_problem p ON p.id = m.problem_id"
    )
    for origin in ("site", "hazard", "campaign", "key_area", "opinion", "reform", "silent_area"):
        steps = {verb for of, verb in moves if of == origin}
        assert {"instruct", "sign_for", "plan", "accept", "strike_off"} <= steps, origin
    assert {verb for of, verb in moves if of != "site"} >= {"return", "reopen"}
    assert {verb for _, verb in moves} >= {"dispute", "arbitrate"}
    states = asked(built, "SELECT DISTINCT origin, state FROM prevention_problem")
    assert {state for of, state in states if of == "hazard"} >= {"assigned", "in_work", "struck_off"}
    assert {state for of, state in states if of == "site"} >= {"accepted", "in_work", "struck_off"}


def test_the_areas_that_its_study_found_silent_are_raised_with_the_sites(built: Path) -> None:
    """Both of them, and it says in words why the reserve is not full."""
    silent = asked(built, "SELECT json_extract(outcome, '$.silent') FROM hotspots_study ORDER BY id LIMIT 1")
    found = {one["area"] for one in json.loads(str(silent[0][0]))}
    sql = "SELECT a.code FROM prevention_problem p JOIN core_area a ON a.id = p.area_id WHERE origin = 'silent_area'"
    assert {code for (code,) in asked(built, sql)} == found
    assert len(found) == 2
    words = asked(built, "SELECT silence_words FROM prevention_analysisreport WHERE silence_words <> ''")
    assert "2处静默区" in str(words[0][0])


def test_its_supervisor_issues_twelve_lists_of_what_belongs_together(built: Path) -> None:
    """Each has a name of its own, tasks of one origin that were open when it was issued, and its own due day."""
    lists = asked(built, "SELECT kind, issued_on, due_on FROM prevention_tasklist")
    assert len({kind for kind, _, _ in lists}) == len(lists) == 12
    sql = """SELECT l.number, count(DISTINCT p.origin), max(i.due_on) <= l.due_on, min(t.finished_at) > l.issued_on
             FROM prevention_tasklist l JOIN prevention_listedtask i ON i.list_id = l.id
             JOIN prevention_task t ON t.id = i.task_id JOIN prevention_problem p ON p.id = t.problem_id
             GROUP BY l.id"""
    assert [row[1:] for row in asked(built, sql)] == [(1, 1, 1)] * 12


def test_its_bulletin_counts_the_mobile_teams_from_their_shifts(built: Path) -> None:
    """Nine teams of 237 people together, and nothing for the year before, when nobody wrote shifts down."""
    sql = "SELECT measure, value, base FROM bulletin_figure WHERE area = '' AND measure LIKE 'mobile_%'"
    assert {row[0]: row[1:] for row in asked(built, sql)} == {
        "mobile_teams": (9.0, None), "mobile_people": (237.0, None)
    }  # fmt: skip


def test_another_seed_or_scale_needs_another_directory(built: Path) -> None:
    """Two simulations are never mixed: status 2, and it says what to do."""
    for option, other, held in (("--seed", "3", "1"), ("--scale", "0.02", "0.003")):
        answer = anlan("demo", "--no-serve", option, other, "--data", str(built))
        assert answer.returncode == 2
        assert f"{option[2:]} {held}; leave {option} out, or take another --data" in answer.stderr


def test_reports_were_entered_when_their_source_entered_them(built: Path) -> None:
    """Most within minutes of receipt, a few hours or days later; never before."""
    with opened(built) as database:
        sql = "SELECT (julianday(entered_at) - julianday(received_at)) * 1440 FROM intake_report"
        minutes = sorted(value for (value,) in database.execute(sql))
    assert minutes[0] >= 0
    assert minutes[len(minutes) // 2] < 15
    assert minutes[-1] > 24 * 60


def test_its_studies_are_reproduced_and_its_ledger_is_whole(built: Path) -> None:
    """Both studies give the same bytes again; one changed byte of the ledger is found."""
    for number in ("1", "2"):
        assert anlan("study", "verify", number, "--data", str(built)).returncode == 0
    assert anlan("ledger", "verify", "--data", str(built)).returncode == 0
    with opened(built) as database:
        names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type='trigger'")]
        texts = [text for (text,) in database.execute("SELECT sql FROM sqlite_master WHERE type='trigger'")]
        for name in names:
            database.execute(f"DROP TRIGGER {name}")
        sql = "UPDATE core_ledgerentry SET payload = payload || ' ' WHERE id = 4000"
        assert database.execute(sql).rowcount == 1
        for text in texts:
            database.execute(text)
    answer = anlan("ledger", "verify", "--data", str(built))
    assert answer.returncode == 1
    with opened(built) as database:
        for name in names:
            database.execute(f"DROP TRIGGER {name}")
        database.execute("UPDATE core_ledgerentry SET payload = rtrim(payload) WHERE id = 4000")
        for text in texts:
            database.execute(text)


def test_passwords_are_made_for_this_directory_and_kept_from_others(built: Path) -> None:
    """One person a role and three crews; the file is readable by its owner alone."""
    path = built / "demo-logins.json"
    logins = json.loads(path.read_text())
    assert len(set(logins.values())) == len(logins) == 13
    assert path.stat().st_mode & 0o077 == 0


def test_a_taken_port_says_what_to_type(built: Path) -> None:
    """Status 2 before anything is built."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        answer = anlan("demo", "--data", str(built), "--port", str(port))
    assert answer.returncode == 2
    assert f"port {port} is taken" in answer.stderr
    assert f"--port {port + 1}" in answer.stderr
