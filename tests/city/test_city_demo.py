"""`anlan demo` as a newcomer runs it."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow


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


def test_it_ends_built_adopted_and_sealed(built: Path) -> None:
    """Two years of calls, what came of them, two studies, problems and results; nothing unsealed."""
    status = json.loads(anlan("status", "--json", "--data", str(built)).stdout)
    assert status["reports"] > 4132 + 2 * 12_000
    assert status["studies"] == 2
    assert status["sites"] > 300
    assert status["incidents"] > 20_000
    assert status["problems"] > 400
    assert status["tasks"] > status["problems"]
    assert status["results"] > 500
    assert status["unsealed"] == 0


def test_a_second_run_changes_nothing(built: Path) -> None:
    """Same head, same counts."""
    before = anlan("status", "--json", "--data", str(built)).stdout
    assert anlan("demo", "--no-serve", "--data", str(built)).returncode == 0
    after = anlan("status", "--json", "--data", str(built)).stdout
    for name in ("reports", "incidents", "tasks", "results", "sites", "studies", "position", "head"):
        assert json.loads(before)[name] == json.loads(after)[name]


def asked(built: Path, sql: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(built / "anlan.sqlite3") as database:
        return database.execute(sql).fetchall()


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
    assert {state for of, state in states if of == "hazard"} >= {"signed", "in_work", "struck_off"}
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


def test_another_seed_needs_another_directory(built: Path) -> None:
    """Two simulations are never mixed: status 2, and it says what to do."""
    answer = anlan("demo", "--no-serve", "--seed", "3", "--data", str(built))
    assert answer.returncode == 2
    assert "seed 1; take another --data" in answer.stderr


def test_reports_were_entered_when_their_source_entered_them(built: Path) -> None:
    """Most within minutes of receipt, a few hours or days later; never before."""
    with sqlite3.connect(built / "anlan.sqlite3") as database:
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
    with sqlite3.connect(built / "anlan.sqlite3") as database:
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
    with sqlite3.connect(built / "anlan.sqlite3") as database:
        for name in names:
            database.execute(f"DROP TRIGGER {name}")
        database.execute("UPDATE core_ledgerentry SET payload = rtrim(payload) WHERE id = 4000")
        for text in texts:
            database.execute(text)


def test_passwords_are_made_for_this_directory_and_kept_from_others(built: Path) -> None:
    """One person a role; the file is readable by its owner alone."""
    path = built / "demo-logins.json"
    logins = json.loads(path.read_text())
    assert len(set(logins.values())) == len(logins) == 10
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
