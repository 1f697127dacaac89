"""A data directory of an earlier version goes on: brought up as an operator does it, with every name it stores."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Cli, own_database

HERE = Path(__file__).parent
VENDOR = "postgresql" if os.environ.get("ANLAN_DATABASE_URL") else "sqlite"
VERSIONS = sorted(path.parent.name for path in HERE.glob("*/names.json"))
pytestmark = pytest.mark.slow


@dataclass
class Old:
    """A directory of an earlier version with the book of what was asked of it."""

    book_file: Path
    anlan: Cli

    @cached_property
    def book(self) -> dict[str, Any]:
        """Return what is known of it."""
        return json.loads(self.book_file.read_text(encoding="utf-8"))  # type: ignore[no-any-return]

    def do(self, *acts: str) -> list[dict[str, Any]]:
        """Run acts of `again.py` on it, one after the other; return what each says."""
        command = [sys.executable, "-m", "tests.upgrade.again", str(self.book_file), *acts]
        root = HERE.parents[1]
        done = subprocess.run(command, capture_output=True, text=True, env=self.anlan.env, cwd=root, timeout=300)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)  # type: ignore[no-any-return]


@pytest.fixture(scope="module", params=VERSIONS)
def old(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Old]:
    """Lay the old directory out, and its database beside it."""
    data = tmp_path_factory.mktemp("old") / "var"
    with zipfile.ZipFile(HERE / request.param / f"{VENDOR}.zip") as packed:
        packed.extractall(data)
    book = HERE / request.param / f"{VENDOR}.json"
    secret = json.loads(book.read_text(encoding="utf-8"))["secret_key"]
    with own_database() as environ:
        if environ:
            restore(data / "database.sql", environ["ANLAN_DATABASE_URL"])
        told = {"ANLAN_SECRET_KEY": secret, "ANLAN_ALLOWED_HOSTS": "testserver,127.0.0.1"}
        yield Old(book, Cli(data, os.environ | environ | told))


def restore(dump: Path, url: str) -> None:
    """Fill an empty PostgreSQL database."""
    import psycopg

    with psycopg.connect(url) as server:
        server.execute(dump.read_text(encoding="utf-8"))
    dump.unlink()


@pytest.fixture(scope="module")
def upgraded(old: Old) -> Old:
    """Bring it up: `anlan serve` as an operator types it, here without the worker, so that what waits is seen."""
    process = old.anlan.start("serve", "--no-worker", "--port", 0)
    end = threading.Timer(300, process.kill)  # walking the migrations takes what a busy machine gives
    end.start()
    assert process.stderr
    said = next((line for line in process.stderr if line.startswith("Anlan serves")), None)
    process.terminate()
    rest = process.communicate()
    end.cancel()
    assert said, rest
    return old


@pytest.fixture(scope="module")
def repeated(upgraded: Old) -> dict[str, Any]:
    """Ask everything again that was asked with a key."""
    return upgraded.do("repeat")[0]


@pytest.fixture(scope="module")
def caught_up(upgraded: Old, repeated: dict[str, Any]) -> list[dict[str, Any]]:
    """Then do what waited, and open pages."""
    return upgraded.do("follow", "work", "look")


def test_a_call_is_known_by_its_old_key(upgraded: Old, repeated: dict[str, Any]) -> None:
    """Each gives its very answer of then, is refused with another body, and writes nothing."""
    book = upgraded.book
    assert len({call["verb"] for call in book["verbs"]}) > 30
    assert repeated == {
        "verbs": [], "requests": [], "entries": book["entries"], "clocks_running": book["clocks_running"]
    }  # fmt: skip


def test_a_clock_runs_behind_each_deadline(upgraded: Old, repeated: dict[str, Any]) -> None:
    """Up to the very day that the pages show, by the days of before, as if it had been there from the beginning."""
    found = upgraded.do("deadlines")[0]
    assert found["running"] == found["waiting"] != []
    assert {clock.partition("_")[0] for clock, _, _ in found["running"]} >= {"problem", "task"}
    assert (found["as_shipped"], found["rules"], found["began_before_due"]) == (True, 13, True)


def test_followers_go_on_from_their_cursors(upgraded: Old, caught_up: list[dict[str, Any]]) -> None:
    """Each under its old name, past the old head: a place reopened, a reporter asked, the ladder begun."""
    followed = caught_up[0]
    new = {"prevention.ladder_notice"}  # followers that this version did not have: they read from the beginning
    assert followed["cursors"].keys() == upgraded.book["cursors"].keys() | new
    assert min(followed["cursors"].values()) >= upgraded.book["entries"] > max(upgraded.book["cursors"].values())
    assert not followed["stopped"]
    assert (followed["written"], followed["jobs"]) == (["prevention.problem_reopened", "voice.asked"], 1)


def test_jobs_that_waited_are_done(upgraded: Old, caught_up: list[dict[str, Any]]) -> None:
    """An import, a study, a bulletin, a recomputing and the ladder, each under its stored name."""
    done = caught_up[1]
    assert sorted(done) == upgraded.book["jobs"]
    assert {(told["state"], told["error"]) for told in done.values()} == {("done", "")}
    assert done["intake.import"]["accepted"] == 10
    assert done["hotspots.study"]["sites"] == 2
    assert done["bulletin.compose"]["figures"] > 0
    assert done["bulletin.recompute"]["holds"]


def test_pages_open_and_nothing_is_wrong(upgraded: Old, caught_up: list[dict[str, Any]]) -> None:
    """The ledger still holds the old head; `anlan status` names no alarm but that no worker seals here."""
    assert set(caught_up[2].values()) == {200}
    verdict = json.loads(upgraded.anlan("ledger", "verify", "--head", upgraded.book["head"], "--json").stdout)
    assert (verdict["ok"], verdict["records"] > 30) == (True, True)
    found = json.loads(upgraded.anlan("status", "--json", status=None).stdout)
    assert {line["code"] for line in found["lines"] if line["state"] == "late"} <= {"seals"}
    assert found["position"] > upgraded.book["entries"]


def test_an_old_report_that_was_changed_is_named(upgraded: Old, caught_up: list[dict[str, Any]]) -> None:
    """Its entry of then still says what it said."""
    number = upgraded.do("tamper")[0]
    found = upgraded.anlan("ledger", "verify", "--head", upgraded.book["head"], status=1).stdout.splitlines()
    assert found[:2] == [f"report {number}: depth_cm is not as its entry says", "FAILED: 1"]
