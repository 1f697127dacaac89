"""Makes a copy of a simulated city, in a data directory of its own, for what must never be done to the city itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

SETTINGS: Final = "ANLAN_"


class NotCopied(RuntimeError):
    """The copy could not be made."""

    exit_status = 2


def copy(origin: Path, target: Path) -> None:
    """Make a data directory, on SQLite, that holds what a simulated city holds; the origin is only read.

    The way is that of a backup: the origin may lie on either database, and may be served meanwhile.
    """
    if not _is_simulated(origin):
        raise NotCopied(f"{origin} holds no simulated city; a real one is never run forward, nor a copy of it")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "city.zip"
        _anlan(os.environ, "backup", file, "--data", origin)
        _anlan(without_settings(os.environ), "restore", file, "--data", target)


def without_settings(environ: Mapping[str, str]) -> dict[str, str]:
    """Leave out every setting: of a copy nothing but its directory counts, neither a database nor an address."""
    return {name: value for name, value in environ.items() if not name.startswith(SETTINGS)}


def _is_simulated(origin: Path) -> bool:
    found = json.loads(_anlan(os.environ, "status", "--json", "--data", origin, allowed=(0, 1)))
    return found["simulated_time"] is not None


def _anlan(environ: Mapping[str, str], *arguments: object, allowed: tuple[int, ...] = (0,)) -> str:
    command = [sys.executable, "-m", "anlan.cli", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, env=dict(environ), check=False)
    if done.returncode not in allowed:
        raise NotCopied(done.stderr.strip().removeprefix("anlan: "))
    return done.stdout
