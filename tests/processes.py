"""What tests of running commands share."""

from __future__ import annotations

import os
import subprocess
import threading
from pathlib import Path


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
