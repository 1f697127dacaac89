"""What the API takes: durable reports a second, beside what a bare Django view on the same server answers.

A small city is served on a database of its own, by `anlan serve` as everywhere. Clients in a process of their own send
reports over kept connections, each under its own key: first as many as are taken, then four fifths of that at an even
rate. In the same run, on the same server: `bare`, a Django view that parses the same JSON and stores nothing, and
`naive`, the same with one INSERT in a transaction of its own; and `commits`, what one plain connection commits.

    python benchmarks/live.py [--seconds 8] [--database sqlite|postgresql] [--tree FOLDER ...] [--json]

`--tree` names other checkouts to measure in turn with this one; `bare` and `naive` are served with this one's
middleware, as far as it stands before the API. CPU is that of the web process.
"""

from __future__ import annotations

import argparse
import json
import os
import select
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kills import HERE, below, command_of, database

CONNECTIONS = 128
WARM_S = 2.0
SHARE = 0.8  # of the rate found, at which the waiting time is told
LEAST_S = 20.0  # a client waits for an answer


def main() -> int:
    """Measure each tree in turn and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--tree", type=Path, action="append", default=[])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--client", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.client:
        print(json.dumps(drive(**json.loads(given.client))))
        return 0
    found = []
    for _ in range(given.rounds):
        for tree in [HERE, *given.tree]:
            with tempfile.TemporaryDirectory(prefix="anlan-live-") as folder, database(given.database) as url:
                line: dict[str, Any] = {"tree": tree.name, "database": given.database}
                line |= measured(tree, Path(folder), url, given.seconds)
            found.append(line)
            if not given.json:
                print("\n".join(f"{name:<24} {value}" for name, value in line.items()), end="\n\n", flush=True)
    if given.json:
        print(json.dumps(found[0] if len(found) == 1 else found))
    return 0


def measured(tree: Path, data: Path, url: str, seconds: float) -> dict[str, Any]:
    """Serve one tree's city, and its peers on the same server; return the figures."""
    environ = {name: value for name, value in os.environ.items() if name != "ANLAN_DATABASE_URL"}
    environ |= {"ANLAN_DATA": str(data), "ANLAN_LOG_LEVEL": "ERROR", "PYTHONPATH": path_of(tree / "src")}
    environ |= {"ANLAN_DATABASE_URL": url} if url else {}
    peers = environ | {"PYTHONPATH": path_of(HERE / "src", HERE / "benchmarks")}
    anlan = [sys.executable, "-m", "anlan.cli"]
    done = [*anlan, "init", "--city", str(tree / "tests/cities/small")]
    subprocess.run(done, env=environ, check=True, capture_output=True)
    key = json.loads(subprocess.check_output([*anlan, "user", "key", "grid", "--json"], env=environ))["key"]
    figures: dict[str, Any] = {"commits_per_s": round(committed(data, url))}
    with served([*anlan, "serve"], environ) as (port, web):
        asked = {"port": port, "path": "/api/reports", "key": key, "seconds": seconds}
        full = told(web, **asked)
        paced = told(web, **asked, rate=max(1.0, SHARE * full["per_s"]), first=10_000_000)
        figures |= {"reports_per_s": full["per_s"], "reports_cpu_ms": full["cpu_ms"], "full_p99_ms": full["p99_ms"]}
        figures |= {"accept_p99_ms": paced["p99_ms"], "accept_p50_ms": paced["p50_ms"], "paced_per_s": paced["per_s"]}
        figures |= {"paced_cpu_ms": paced["cpu_ms"], "failed": full["failed"] + paced["failed"]}
        stored(data, url, full["taken"] + paced["taken"])
    with served([sys.executable, "-m", "live_peers"], peers) as (port, web):
        for first, peer in enumerate(("bare", "naive")):
            told_of = told(web, port=port, path=f"/api/{peer}", key=key, seconds=seconds / 2, first=first * 10_000_000)
            figures |= {f"{peer}_per_s": told_of["per_s"], f"{peer}_cpu_ms": told_of["cpu_ms"]}
    return figures | {
        "reports_of_bare": round(figures["reports_per_s"] / figures["bare_per_s"], 3),
        "cpu_of_bare": round(figures["reports_cpu_ms"] / figures["bare_cpu_ms"], 2),
    }


def path_of(*folders: Path) -> str:
    """Return where Python looks first; what an older checkout needs beside is named by the caller's own path."""
    return os.pathsep.join([*map(str, folders), os.environ.get("PYTHONPATH", "")])


@contextmanager
def served(command: list[str], environ: dict[str, str]) -> Iterator[tuple[int, int]]:
    """Serve until the end; give the port and the web's process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen([*command, "--port", str(port)], env=environ, **quiet)
    try:
        wait_for(lambda: is_open(port))
        webs = [pid for pid in below(process.pid) if b"\0worker\0" not in command_of(pid)]
        yield port, max(webs, key=cpu_s)
    finally:
        process.terminate()
        process.wait(30)


def is_open(port: int) -> bool:
    """Whether somebody listens and answers."""
    try:
        with socket.create_connection(("127.0.0.1", port), 5) as line:
            line.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            return line.recv(64).startswith(b"HTTP/1.1 ")
    except OSError:
        return False


def wait_for(there: Callable[[], bool]) -> None:
    """Wait until something is there."""
    until = time.monotonic() + 60
    while not there():
        if time.monotonic() > until:
            raise RuntimeError("the server does not come up")
        time.sleep(0.1)


def cpu_s(pid: int) -> float:
    """Return the CPU seconds of a process, user and system."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def told(web: int, **asked: Any) -> dict[str, Any]:
    """Let the clients' process send; return what it found, with the web's CPU for each answer."""
    before = cpu_s(web)
    found = json.loads(subprocess.check_output([sys.executable, __file__, "--client", json.dumps(asked)]))
    return found | {"cpu_ms": round(1000 * (cpu_s(web) - before) / max(1, found["taken"]), 3)}


def committed(data: Path, url: str, seconds: float = 2.0) -> float:
    """Return how many rows a second one plain connection commits durably, one at a time."""
    if url:
        import psycopg

        with psycopg.connect(url, autocommit=True) as line:
            line.execute("CREATE TABLE plain (id serial PRIMARY KEY, text text)")
            return repeated(lambda: line.execute("INSERT INTO plain (text) VALUES (%s)", ["x" * 500]), seconds)
    with sqlite3.connect(data / "plain.sqlite3", isolation_level=None) as file:
        file.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE plain (text text)")
        return repeated(lambda: file.execute("INSERT INTO plain VALUES (?)", ["x" * 500]), seconds)


def repeated(act: Callable[[], object], seconds: float) -> float:
    """Return how often a second something is done."""
    begun, count = time.perf_counter(), 0
    while (passed := time.perf_counter() - begun) < seconds:
        act()
        count += 1
    return count / passed


def stored(data: Path, url: str, taken: int) -> None:
    """See that every report that was acknowledged is there."""
    ask = "SELECT count(*) FROM intake_report"
    if url:
        import psycopg

        with psycopg.connect(url) as line:
            there = line.execute(ask).fetchone()[0]  # type: ignore[index]
    else:
        with sqlite3.connect(data / "anlan.sqlite3") as file:
            there = file.execute(ask).fetchone()[0]
    if there < taken:
        raise RuntimeError(f"{taken} reports were acknowledged, {there} are stored")


def drive(
    port: int, path: str, key: str, seconds: float, rate: float | None = None, first: int = 0
) -> dict[str, float]:
    """Send over kept connections, each as soon as it is answered or at an even rate; return what was answered.

    Long because it is one loop that costs some 30 microseconds a request, so that the clients are no bottleneck.
    """
    poll, lines = select.epoll(), {}
    for _ in range(CONNECTIONS):
        line = socket.create_connection(("127.0.0.1", port))
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        lines[line.fileno()] = line
        poll.register(line, select.EPOLLIN)
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAuthorization: Bearer {key}\r\n"
    )
    idle, sent, parts = list(lines), {}, {}
    number, taken, failed, waits = first, 0, 0, []
    begun = time.perf_counter()
    warm, end = begun + WARM_S, begun + WARM_S + seconds
    due = begun
    while (at := time.perf_counter()) < end + LEAST_S and (at < end or sent):
        while idle and at < end and (rate is None or due <= at):
            handle = idle.pop()
            number += 1
            body = (
                f'{{"category": "waterlogging", "lon": {119.91 + number % 1700 / 1e4:.4f}, "lat": 31.7612,'
                f' "depth_cm": {number % 90}, "source_id": "grid-{number}", "place_words": "Quay road {number % 500}",'
                f' "words": "Water stands on the road, cars turn round", "contact": "138{number % 10**8:08d}"}}'
            )
            lines[handle].sendall(
                f"{head}Idempotency-Key: key-{number}\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
            )
            sent[handle] = at if rate is None else due
            due += 0.0 if rate is None else 1 / rate
        wait = 0.05 if rate is None or not idle else max(0.0, min(0.05, due - at))
        for handle, _event in poll.poll(wait):
            if not (more := lines[handle].recv(65536)):
                raise RuntimeError(f"{path}: the server closed a line")
            answer = parts.pop(handle, b"") + more
            if not is_whole(answer):
                parts[handle] = answer
                continue
            passed = time.perf_counter()
            good = answer.startswith((b"HTTP/1.1 201", b"HTTP/1.1 200"))
            taken, failed = taken + good, failed + (not good)
            if warm <= passed <= end:
                waits.append((passed - sent[handle], good))
            del sent[handle]
            idle.append(handle)
    good = sorted(wait for wait, was_good in waits if was_good)
    return {
        "per_s": round(len(good) / seconds, 1), "taken": taken, "failed": failed + len(sent),
        "p50_ms": round(1000 * good[len(good) // 2], 1) if good else -1,
        "p99_ms": round(1000 * good[int(0.99 * len(good))], 1) if good else -1,
    }  # fmt: skip


def is_whole(answer: bytes) -> bool:
    """Whether an answer has come to its end."""
    top, gap, rest = answer.partition(b"\r\n\r\n")
    length = top.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
    return bool(gap) and (len(rest) >= int(length) if length else rest.endswith(b"0\r\n\r\n"))


if __name__ == "__main__":
    sys.exit(main())
