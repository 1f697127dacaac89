"""Renewal and expiry at once, and a worker killed in the middle: in processes of their own, on both databases."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests import make
from tests.conftest import Cli

THAW = Path(__file__).with_name("thaw.py")
pytestmark = pytest.mark.slow


@pytest.fixture
def frozen_account(anlan: Cli) -> Cli:
    """A city with one frozen account, due in an hour."""
    anlan("init", "--city", make.CITIES / "small")
    assert finished(start(anlan, "begin")) == ["over"]
    return anlan


def start(anlan: Cli, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, str(THAW), *arguments]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=anlan.env)


def finished(process: subprocess.Popen[str], status: int = 0) -> list[str]:
    """Let a process go on to its end; return its lines."""
    out, errors = process.communicate("go\n", timeout=240)
    assert process.returncode == status, errors
    return out.split("\n")[:-1]


def both(anlan: Cli, first: str, second: str) -> tuple[list[str], list[str]]:
    """Hold the first in the middle of its write, let the second wait for it, and return what each says."""
    holder = start(anlan, first, "hold")
    assert holder.stdout.readline() == "held\n"
    waiter = start(anlan, second)
    with pytest.raises(subprocess.TimeoutExpired):
        waiter.wait(4)
    return finished(holder), finished(waiter)


def test_an_expiry_that_is_first_wins(frozen_account: Cli) -> None:
    """The renewal waits for it, and is refused although it was asked for in time."""
    swept, renewed = both(frozen_account, "sweep", "renew")
    assert swept == ["1", "core.clock_expired test.thawed over"]
    assert renewed == ["clock_lapsed", "core.clock_expired test.thawed over"]


def test_a_renewal_that_is_first_wins(frozen_account: Cli) -> None:
    """The sweep waits for it, and finds that nothing is due: no effect, and neither waits for the other for ever."""
    renewed, swept = both(frozen_account, "renew", "sweep")
    assert renewed == ["test.renewed in force"]
    assert swept == ["0", "test.renewed in force"]


def test_two_workers_run_an_effect_once(frozen_account: Cli) -> None:
    """The second finds it done."""
    first, second = both(frozen_account, "sweep", "sweep")
    assert (first[0], second[0]) == ("1", "0")
    assert first[1] == second[1] == "core.clock_expired test.thawed over"


def test_a_worker_killed_in_the_middle_leaves_nothing_and_the_next_goes_on(frozen_account: Cli) -> None:
    """All of it in one write: no half effect, and none twice."""
    finished(start(frozen_account, "sweep", "die"), status=9)
    assert finished(start(frozen_account, "sweep")) == ["1", "core.clock_expired test.thawed over"]
    frozen_account("ledger", "verify")
