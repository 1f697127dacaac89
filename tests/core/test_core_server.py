"""The commands that stay or move everything: serve, worker, user, backup, restore; and a server that is killed."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from tests import make
from tests.conftest import Cli, own_database

pytestmark = pytest.mark.slow
REPORT = {"category": "waterlogging", "lon": 119.97, "lat": 31.76, "received_at": "2016-06-28T13:59:00+08:00"}


@pytest.fixture
def city(anlan) -> str:
    """Make a small city and return a partner's key."""
    anlan("init", "--city", make.CITIES / "small")
    return json.loads(anlan("user", "key", "grid", "--json").stdout)["key"]


@pytest.fixture
def server(anlan, city) -> Iterator[Server]:
    running = Server(anlan)
    yield running
    kill_tree(running.process.pid)
    running.process.communicate(timeout=30)


class Server:
    """`anlan serve` on a free port."""

    def __init__(self, anlan) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.anlan = anlan
        self.process = self.start()

    def start(self) -> subprocess.Popen[str]:
        process = self.anlan.start("serve", "--port", self.port)
        for _ in range(600):
            try:
                if self.ask("GET", "/") < 500:
                    return process
            except OSError:
                assert process.poll() is None, process.communicate()
                threading.Event().wait(0.05)
        raise AssertionError("the server did not answer within 30 seconds")

    def ask(self, method: str, path: str, body: dict[str, object] | None = None, **headers: str) -> int:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            line.request(method, path, json.dumps(body) if body else None, headers)
            return line.getresponse().status
        finally:
            line.close()

    def report(self, key: str, number: int) -> int:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}", "Idempotency-Key": str(number)}
        return self.ask("POST", "/api/reports", REPORT | {"source_id": f"G-{number}"}, **headers)

    def end(self) -> int:
        self.process.terminate()
        self.process.communicate(timeout=30)
        return self.process.returncode


def test_a_server_told_to_end_finishes_and_ends_with_status_0(server, city):
    """SIGTERM ends the web and the worker, and what was answered is stored; until then the port is said to be taken."""
    assert server.report(city, 1) == 201
    assert f"--port {server.port + 1}" in server.anlan("serve", "--port", server.port, status=2).stderr
    assert server.end() == 0
    with pytest.raises(ConnectionRefusedError):
        server.ask("GET", "/")
    assert json.loads(server.anlan("status", "--json").stdout)["reports"] == 1


def test_what_a_killed_server_had_answered_is_stored_once_and_the_ledger_is_whole(server, city):
    """The web is killed while eight senders write; each repeats what was not answered, with its key."""
    answered: list[int] = []
    enough = threading.Event()

    def send(first: int) -> None:
        for number in range(first, first + 400):
            try:
                if server.report(city, number) != 201:
                    return
            except (OSError, http.client.HTTPException):
                return
            answered.append(number)
            if len(answered) >= 60:
                enough.set()

    with ThreadPoolExecutor(8) as pool:
        for sender in range(8):
            pool.submit(send, 1000 * sender)
        assert enough.wait(60)
        kill_tree(server.process.pid)
    server.process.communicate(timeout=30)
    stored = json.loads(server.anlan("status", "--json").stdout)["reports"]
    assert len(answered) <= stored <= len(answered) + 8
    server.anlan("ledger", "verify")
    server.process = server.start()
    assert {server.report(city, number) for number in answered[-20:]} <= {200, 201}
    assert json.loads(server.anlan("status", "--json").stdout)["reports"] == stored


def test_a_server_whose_first_process_alone_was_killed_frees_its_port(server, city):
    """The kernel ends one process when memory runs out: web and worker end too, and the next start finds the port."""
    assert server.report(city, 1) == 201
    server.process.kill()
    server.process.communicate(timeout=30)
    for _ in range(600):
        try:
            server.ask("GET", "/")
        except ConnectionRefusedError:
            break
        except OSError:
            pass
        threading.Event().wait(0.05)
    server.process = server.start()
    assert server.report(city, 2) == 201
    assert json.loads(server.anlan("status", "--json").stdout)["reports"] == 2


def test_a_backup_made_while_it_serves_is_restored_whole(server, city, tmp_path, anlan):
    """The copy holds what was stored when it was made, verifies, and stands in a directory of its own."""
    assert server.report(city, 1) == 201
    file = tmp_path / "copy.zip"
    made = json.loads(anlan("backup", file, "--json").stdout)
    assert server.report(city, 2) == 201
    assert "in use" in anlan("restore", file, status=2).stderr
    with own_database() as environ:
        other = Cli(tmp_path / "other", os.environ | environ)
        other("restore", file)
        assert json.loads(other("status", "--json").stdout)["reports"] == 1
        other("ledger", "verify", "--head", made["head"])


def test_people_are_added_given_roles_and_listed(anlan, city):
    """An operator's commands, each without a prompt."""
    made = json.loads(anlan("user", "add", "li", "--role", "analyst", "--json").stdout)
    assert made["password"]
    anlan("user", "role", "li", "--role", "auditor")
    anlan("user", "password", "li", "--password-stdin", stdin="a long new password 9\n")
    listed = json.loads(anlan("user", "list", "--json").stdout)
    assert {"username": "li", "active": True, "roles": ["analyst", "auditor"]} in listed["people"]
    assert [one["name"] for one in listed["partners"]] == ["grid"]
    assert "li" in anlan("user", "add", "LI", "--role", "analyst", status=2).stderr.lower()


def test_a_worker_ends_when_told_to(anlan, city):
    """SIGTERM ends it with status 0."""
    process = anlan.start("worker")
    assert "worker runs" in process.stderr.readline()
    process.terminate()
    assert process.wait(20) == 0


def kill_tree(root: int) -> None:
    """Kill a process and all below it at once, as a power cut does."""
    parents = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parents[int(status.parent.name)] = int(status.read_text().rpartition(")")[2].split()[1])
    doomed = {root}
    while more := {pid for pid, parent in parents.items() if parent in doomed} - doomed:
        doomed |= more
    for pid in doomed:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


@pytest.fixture
def own_postgres() -> Iterator[dict[str, str]]:
    """A PostgreSQL of the test's own: who kills one backend ends the connections of all."""
    import psycopg

    show = "import os, sys; print(os.environ['ANLAN_DATABASE_URL'], flush=True); sys.stdin.read()"
    command = [sys.executable, "bin/with-postgres", sys.executable, "-c", show]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=make.CITIES.parents[1]
    ) as running:
        assert running.stdout is not None
        url = running.stdout.readline().strip()
        with psycopg.connect(url, autocommit=True) as line:  # an answer is given once it is on disk, as in a city
            line.execute("ALTER DATABASE anlan SET synchronous_commit = on")
        yield {"ANLAN_DATABASE_URL": url}
        running.communicate("")


@pytest.mark.only_on("postgresql")
def test_a_service_whose_database_backends_are_killed_under_load_answers_again_and_loses_nothing(
    own_postgres, tmp_path
):
    """Three times a backend gets SIGKILL while four senders write; every sender goes on, each report is stored once."""
    anlan = Cli(tmp_path / "served", os.environ | own_postgres)
    anlan("init", "--city", make.CITIES / "small")
    key = json.loads(anlan("user", "key", "grid", "--json").stdout)["key"]
    server, statuses, stored = Server(anlan), set[int](), set[int]()
    threading.Thread(target=server.process.stderr.read, daemon=True).start()  # a full pipe would hold up the service
    done = threading.Event()

    def send(first: int) -> None:
        number = first
        while not done.is_set() or number == first:
            status = server.report(key, number)  # within its 20 s, or the test fails
            statuses.add(status)
            if status in {200, 201}:
                stored.add(number)
                number += 1

    try:
        with ThreadPoolExecutor(4) as pool:
            sent = [pool.submit(send, 1000 * sender) for sender in range(1, 5)]
            try:
                for _ in range(3):
                    wait_for_more(stored, sent)
                    kill_backend(own_postgres["ANLAN_DATABASE_URL"])
                wait_for_more(stored, sent)
            finally:
                done.set()
            assert [each.result(60) for each in sent] == [None] * 4
        assert statuses <= {200, 201, 503}
        assert json.loads(anlan("status", "--json").stdout)["reports"] == len(stored)
        anlan("ledger", "verify")
    finally:
        kill_tree(server.process.pid)
        server.process.wait(30)


def wait_for_more(stored: set[int], sent: list[Future[None]]) -> None:
    """Wait for more reports than can have been under way, so that the database is up: /healthz does not ask it."""
    goal = len(stored) + 2 * len(sent)
    while len(stored) < goal and not any(each.done() for each in sent):
        threading.Event().wait(0.05)


def kill_backend(url: str) -> None:
    """Kill one backend of the database's clients as the kernel does: PostgreSQL then ends all others too."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as line:
        found = line.execute(
            "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        os.kill(found.fetchall()[0][0], signal.SIGKILL)
