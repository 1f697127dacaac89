"""What tests of running commands share."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any


def started(command: Sequence[str | Path], **more: Any) -> subprocess.Popen[str]:
    """Start a command that hears Ctrl-C, also where the tests themselves run in the background and do not."""
    hears = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True, preexec_fn=hears, **more)


def wait_until_at_work(process: subprocess.Popen[str], cpu_s: float) -> None:
    """Wait until a process has computed for so many seconds: on a busy machine that takes longer by the clock."""
    tick = os.sysconf("SC_CLK_TCK")
    for _ in range(1200):
        assert process.poll() is None, "the process has ended"
        fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
        if (int(fields[11]) + int(fields[12])) / tick >= cpu_s:
            return
        threading.Event().wait(0.1)
    raise AssertionError("the process hardly computes")
