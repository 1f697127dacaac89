"""A backup is worth what a restore of it shows: restored beside the city, verified, timed, and taken away."""

from __future__ import annotations

import datetime as dt
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

NOTED = "last-drill.json"


class DrillError(RuntimeError):
    """The backup could not be restored, or what was restored is not whole."""


@dataclass(frozen=True)
class Drill:
    """When a backup was restored for practice, whether it was whole, and how long that took."""

    at: dt.datetime
    ok: bool
    restore_s: float = 0.0
    verify_s: float = 0.0


def note_drill(folder: Path, done: Drill) -> None:
    """Note a drill in the data directory, if it is there and may be written to."""
    with suppress(OSError):
        (folder / NOTED).write_text(json.dumps(asdict(done), default=dt.datetime.isoformat))


def last_drill(folder: Path) -> Drill | None:
    """Return the last drill that was noted."""
    try:
        found = json.loads((folder / NOTED).read_text())
        return Drill(dt.datetime.fromisoformat(found["at"]), bool(found["ok"]), float(found["restore_s"]),
                     float(found["verify_s"]))  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError):
        return None


def drilled(file: Path, identity: Path | None, *, sqlite: bool) -> dict[str, Any]:
    """Restore a backup as `anlan restore` does, verify it, and return what was found and how long it took."""
    with tempfile.TemporaryDirectory(prefix="anlan-drill-") as folder, _beside_the_city(sqlite) as url:
        environ = {name: value for name, value in os.environ.items() if name != "ANLAN_DATABASE_URL"}
        environ |= {"ANLAN_DATA": f"{folder}/data"} | ({"ANLAN_DATABASE_URL": url} if url else {})
        open_with = ["--identity", str(identity.absolute())] if identity else []
        begun = time.perf_counter()
        restored = _anlan(environ, "restore", str(file.absolute()), *open_with)
        verified_from = time.perf_counter()
        ledger = _anlan(environ, "ledger", "verify", *(["--head", restored["head"]] if restored["head"] else []))
        ended = time.perf_counter()
    return {
        "file": str(file),
        "database": "postgresql" if url else "sqlite",
        "rows": restored["rows"],
        "made_at": restored["made_at"],
        "position": restored["position"],
        "head": restored["head"],
        "entries": ledger["entries"],
        "restore_s": round(verified_from - begun, 1),
        "verify_s": round(ended - verified_from, 1),
    }


def _anlan(environ: dict[str, str], *words: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "anlan.cli", *words, "--json"]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise DrillError(f"`anlan {words[0]}` ended with {done.returncode}: {said[-1] if said else 'nothing was said'}")
    return json.loads(done.stdout)  # type: ignore[no-any-return]


@contextmanager
def _beside_the_city(sqlite: bool) -> Iterator[str | None]:
    """Where the city runs on PostgreSQL, make an empty database on the same server and drop it; SQLite needs none."""
    url = os.environ.get("ANLAN_DATABASE_URL")
    if sqlite or not url:
        yield None
        return
    import psycopg

    name = f"anlan_drill_{secrets.token_hex(6)}"
    try:
        with psycopg.connect(url, autocommit=True) as server:
            server.execute(f"CREATE DATABASE {name}".encode())
    except psycopg.Error as error:
        hint = "let its user make databases (ALTER ROLE ... CREATEDB), or try it with --sqlite"
        raise DrillError(f"no database could be made beside the city's: {hint} ({type(error).__name__})") from error
    try:
        yield urlsplit(url)._replace(path=f"/{name}").geturl()
    finally:
        with psycopg.connect(url, autocommit=True) as server:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
