"""`anlan worker`: jobs, followers and seals without the web."""

from __future__ import annotations

import os
import signal
import threading
from typing import TYPE_CHECKING, Annotated

import typer

from anlan.core.operator.setup import DataOption, open_platform, refuse, say

if TYPE_CHECKING:
    from anlan.core.jobs.worker import Worker


def worker(
    data: DataOption = None,
    resume: Annotated[str | None, typer.Option("--resume", help="First let this stopped follower try again.")] = None,
    parent: Annotated[int, typer.Option("--parent", hidden=True, help="End when this process has ended.")] = 0,
) -> None:
    """Run only the worker: followers, jobs, and a seal each second; ends on SIGTERM or Ctrl-C."""
    open_platform(data, seal_at_exit=False)
    from anlan.core.jobs.worker import Worker
    from anlan.core.ledger import followers
    from anlan.core.people.actors import system
    from anlan.core.time.clock import now

    if resume and not followers.resume(name=resume, actor=system("cli"), at=now()):
        names = ", ".join(sorted(followers.FOLLOWERS)) or "there are none"
        raise refuse(f"no follower {resume!r} has stopped: {names}")
    running = Worker()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: running.stop())
    if parent:
        threading.Thread(target=_watch, args=(parent, running), daemon=True).start()
    else:
        say("The worker runs; Ctrl-C ends it.")
    running.run()


def _watch(parent: int, running: Worker) -> None:
    """Stop when the process that started this one is gone, however it ended."""
    while os.getppid() == parent:
        if running.stopping.wait(1.0):
            return
    running.stop()
