"""What every test may ask for."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

DATA = Path(os.environ.get("ANLAN_TEST_DATA") or Path(__file__).parents[2] / "shared" / "data")


@pytest.fixture(scope="session")
def real_data() -> Callable[[str], Path]:
    """Return the path of a real input file; where it is absent, skip naming it (under CI=true: fail)."""

    def find(name: str) -> Path:
        path = DATA / name
        if not path.exists():
            say = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
            say(f"real data missing: {path} (set ANLAN_TEST_DATA)")
        return path

    return find


@pytest.fixture(autouse=True, scope="session")
def flushable_ledger() -> None:
    """A transactional test ends with a flush, which our triggers refuse: take them away for that moment.

    The flush emits `post_migrate`, which puts them back.
    """
    from django.test import TransactionTestCase

    from anlan.core.ledger import triggers

    teardown = TransactionTestCase._fixture_teardown

    def without_triggers(self: TransactionTestCase) -> None:
        triggers.remove()
        teardown(self)

    TransactionTestCase._fixture_teardown = without_triggers


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    """Every test begins with an empty cache, as a process does; what it stored of kinds may be rolled back."""
    from django.core.cache import cache

    from anlan.core.ledger import kinds

    cache.clear()
    yield
    kinds.forget()


@pytest.fixture
def anlan(tmp_path: Path) -> Iterator[Cli]:
    """Return the `anlan` command on a data directory (and, on PostgreSQL, a database) of its own."""
    with own_database() as environ:
        yield Cli(tmp_path / "var", os.environ | environ)


@dataclass
class Cli:
    """Runs `anlan` as people do; `data` is given to every command that a test does not give one."""

    data: Path
    environ: dict[str, str]

    def __call__(self, *arguments: object, stdin: str = "", status: int | None = 0) -> subprocess.CompletedProcess[str]:
        """Run a command to its end and check its status."""
        done = subprocess.run(
            self.command(*arguments), input=stdin, capture_output=True, text=True, env=self.env, timeout=120
        )
        assert status is None or done.returncode == status, f"{done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def start(self, *arguments: object) -> subprocess.Popen[str]:
        """Start a command that stays."""
        return subprocess.Popen(
            self.command(*arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=self.env
        )

    def command(self, *arguments: object) -> list[str]:
        """Return the command line."""
        return [sys.executable, "-m", "anlan.cli", *map(str, arguments)]

    @property
    def env(self) -> dict[str, str]:
        """Return the environment: the data directory comes from it."""
        return self.environ | {"ANLAN_DATA": str(self.data)}


@contextmanager
def own_database() -> Iterator[dict[str, str]]:
    """On PostgreSQL make an empty database and drop it afterwards; on SQLite the data directory is enough."""
    url = os.environ.get("ANLAN_DATABASE_URL")
    if not url:
        yield {}
        return
    import psycopg

    name = f"anlan_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            yield {"ANLAN_DATABASE_URL": f"{url.rsplit('/', 1)[0]}/{name}"}
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def pytest_configure() -> None:
    """Hash passwords cheaply in tests, and let no example fail for being slow: no test measures time."""
    import hypothesis
    from django.conf import settings

    hypothesis.settings.register_profile("anlan", deadline=None)
    hypothesis.settings.load_profile("anlan")
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out, and count as left out, what is about the other database: it is no skipped test."""
    here = "postgresql" if os.environ.get("ANLAN_DATABASE_URL") else "sqlite"
    other = [item for item in items if (mark := item.get_closest_marker("only_on")) and here not in mark.args]
    config.hook.pytest_deselected(items=other)
    items[:] = [item for item in items if item not in other]
