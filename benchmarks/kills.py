"""Claim: whatever is killed under load, nothing acknowledged is lost or doubled, and the service is back in 10 s.

A small city is served on a database of its own while senders report, each report under its own key until it is
acknowledged. One process after the other gets SIGKILL at random moments: the web, the worker, the main process (which
is started again, as a service manager does), on PostgreSQL a backend of the database. In the end every acknowledged
report is looked for in the database, and the ledger is verified. Ends with 1 if the claim does not hold.

    python benchmarks/kills.py [--kills 200] [--seed 1] [--senders 4] [--database sqlite|postgresql] [--json]
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

HERE = Path(__file__).parents[1]
REPORT = {"category": "waterlogging", "lon": 119.97, "lat": 31.76, "received_at": "2016-06-28T13:59:00+08:00"}
BACK_S = 10.0  # within this the service answers again
PATIENCE_S = 60.0  # after this it is said not to come back at all


def main() -> int:
    """Kill, count, print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--senders", type=int, default=4)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="anlan-kills-") as folder, database(given.database) as url:
        environ = {name: value for name, value in os.environ.items() if name != "ANLAN_DATABASE_URL"}
        city = City(Path(folder), environ | ({"ANLAN_DATABASE_URL": url} if url else {}), url)
        try:
            answer = killed(city, given.kills, random.Random(given.seed), given.senders)
        finally:
            city.end()
    found = {"database": given.database, "seed": given.seed} | answer
    print(json.dumps(found) if given.json else "\n".join(f"{name:<16} {value}" for name, value in found.items()))
    return 0 if found["holds"] else 1


@contextmanager
def database(kind: str) -> Iterator[str]:
    """Give the address of a PostgreSQL of the run's own, or nothing for SQLite."""
    if kind == "sqlite":
        yield ""
        return
    import psycopg

    show = "import os, sys; print(os.environ['ANLAN_DATABASE_URL'], flush=True); sys.stdin.read()"
    command = [sys.executable, HERE / "bin/with-postgres", sys.executable, "-c", show]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        url = running.stdout.readline().strip()
        with psycopg.connect(url, autocommit=True) as line:  # an answer is given once it is on disk, as in a city
            line.execute("ALTER DATABASE anlan SET synchronous_commit = on")
        yield url
        running.communicate("")


class City:
    """A served city: its main process, what runs below it, and what to ask it."""

    def __init__(self, data: Path, environ: dict[str, str], url: str) -> None:
        self.url, self.data, self.environ = url, data, environ | {"ANLAN_DATA": str(data), "ANLAN_LOG_LEVEL": "ERROR"}
        self.run("init", "--city", str(HERE / "tests/cities/small"))
        self.key = json.loads(self.run("user", "key", "grid", "--json"))["key"]
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.start()

    def command(self, *arguments: str) -> list[str]:
        """Return the command line of an `anlan` command."""
        return [sys.executable, "-m", "anlan.cli", *arguments]

    def run(self, *arguments: str) -> str:
        """Run a command to its end."""
        done = subprocess.run(self.command(*arguments), env=self.environ, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"anlan {arguments[0]}: {done.stdout}\n{done.stderr}")
        return done.stdout

    def start(self) -> None:
        """Start the main process, again where its port is not free yet."""
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.process = subprocess.Popen(self.command("serve", "--port", str(self.port)), env=self.environ, **quiet)

    def end(self) -> None:
        """Kill all of it."""
        for pid in [self.process.pid, *below(self.process.pid)]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait(30)

    def keep_up(self) -> None:
        """Start the main process again where it has ended, as a service manager does."""
        if self.process.poll() is not None:
            time.sleep(0.2)
            self.start()

    def pid_of(self, victim: str) -> int | None:
        """Return the process that plays a part, if it is there."""
        if victim == "main":
            return self.process.pid
        if victim == "backend":
            return self.backend()
        workers = {pid for pid in below(self.process.pid) if b"\0worker\0" in command_of(pid)}
        webs = {pid for pid in below(self.process.pid) if b"\0serve\0" in command_of(pid)}
        return next(iter(workers if victim == "worker" else webs), None)

    def backend(self) -> int | None:
        """Return one of the database's processes that serve us."""
        import psycopg

        ask = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        try:
            with psycopg.connect(self.url, autocommit=True, connect_timeout=5) as line:
                found = line.execute(ask).fetchall()
        except psycopg.OperationalError:
            return None
        return found[0][0] if found else None

    def ask(self, method: str, path: str, body: dict[str, object] | None = None, **headers: str) -> int:
        """Send a request; return the status."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            line.request(method, path, json.dumps(body) if body else None, headers)
            return line.getresponse().status
        finally:
            line.close()

    def report(self, name: str) -> bool:
        """Send a report under its own key; return whether it was acknowledged."""
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.key}", "Idempotency-Key": name}
        with suppress(OSError, http.client.HTTPException):
            return self.ask("POST", "/api/reports", REPORT | {"source_id": name}, **headers) in {200, 201}
        return False

    def is_well(self) -> bool:
        """Whether the web answers and the worker runs."""
        with suppress(OSError, http.client.HTTPException):
            return self.ask("GET", "/healthz") == 200 and self.pid_of("worker") is not None
        return False

    def stored(self) -> Counter[str]:
        """Return how often each report stands in the database."""
        ask = "SELECT source_id FROM intake_report"
        if not self.url:
            import sqlite3

            with sqlite3.connect(self.data / "anlan.sqlite3") as file:
                return Counter(name for (name,) in file.execute(ask))
        import psycopg

        with psycopg.connect(self.url) as line:
            return Counter(name for (name,) in line.execute(ask).fetchall())


def below(root: int) -> list[int]:
    """Return the processes below one."""
    parents = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parents[int(status.parent.name)] = int(status.read_text().rpartition(")")[2].split()[1])
    found: set[int] = set()
    while more := {pid for pid, parent in parents.items() if parent in {root, *found}} - found:
        found |= more
    return sorted(found)


def command_of(pid: int) -> bytes:
    """Return the command line of a process; nothing where it has ended."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def killed(city: City, kills: int, rng: random.Random, senders: int) -> dict[str, object]:
    """Kill under load; return what was acknowledged, lost and doubled, and how long the service was away."""
    acknowledged: set[str] = set()
    done = threading.Event()

    def send(sender: int) -> None:
        number = 0
        while not done.is_set():
            name, number = f"{sender}-{number}", number + 1
            while not city.report(name):  # unknown or refused for now: the same again, with the same key
                time.sleep(0.02)
            acknowledged.add(name)

    wait_until_well(city, acknowledged, 0)
    threads = [threading.Thread(target=send, args=(sender,), daemon=True) for sender in range(senders)]
    for thread in threads:
        thread.start()
    victims = ["web", "worker", "main", *(["backend"] if city.url else [])]
    away: dict[str, list[float]] = {victim: [] for victim in victims}
    with suppress(KeyboardInterrupt):  # Ctrl-C: what was killed so far is counted
        while sum(map(len, away.values())) < kills:
            time.sleep(rng.uniform(0.05, 0.6))
            kill_one(city, rng.choice(victims), acknowledged, away)
    wait_until_well(city, acknowledged, 0)
    done.set()
    for thread in threads:
        thread.join(PATIENCE_S)
    stored = city.stored()
    lost = len(acknowledged - stored.keys())
    doubled = sum(stored.values()) - len(stored)
    city.run("ledger", "verify")
    slowest = {victim: round(max(times, default=0.0), 2) for victim, times in away.items()}
    return {
        "kills": sum(map(len, away.values())), "of": {victim: len(times) for victim, times in away.items()},
        "acknowledged": len(acknowledged), "stored": sum(stored.values()), "lost": lost, "doubled": doubled,
        "slowest_s": slowest, "holds": not lost and not doubled and max(slowest.values()) <= BACK_S,
    }  # fmt: skip


def kill_one(city: City, victim: str, acknowledged: set[str], away: dict[str, list[float]]) -> None:
    """Kill what plays a part, if it is there, and note how long the service was away."""
    pid = city.pid_of(victim)
    if pid is None:
        return
    before = len(acknowledged)
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    away[victim].append(wait_until_well(city, acknowledged, before))
    print(f"{sum(map(len, away.values())):>4} {victim:<8} {away[victim][-1]:6.2f} s", file=sys.stderr, flush=True)


def wait_until_well(city: City, acknowledged: set[str], before: int) -> float:
    """Wait until the service is back: healthy, with a worker, acknowledging again; return how long it took."""
    begun = time.monotonic()
    while True:
        city.keep_up()
        if city.is_well() and (not before or len(acknowledged) > before):
            return time.monotonic() - begun
        if time.monotonic() - begun > PATIENCE_S:
            raise RuntimeError(f"the service did not come back within {PATIENCE_S:.0f} s")
        time.sleep(0.05)


if __name__ == "__main__":
    sys.exit(main())
