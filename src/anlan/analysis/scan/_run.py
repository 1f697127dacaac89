"""Tasks on threads that let go of the interpreter, and that stop within a moment when a person stops them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from itertools import islice

from anlan.analysis._given import whole
from anlan.analysis.scan._plain import UInt8Array

Progress = Callable[[int, int], None]


def workers(n_jobs: int | None) -> int:
    """Return how many threads are meant: None or -1 all cores that this process may use."""
    if n_jobs is None or n_jobs == -1:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return whole("n_jobs", n_jobs, 1, "None for every core")


def run(
    tasks: Iterable[Callable[[], int]],
    threads: int,
    stop: UInt8Array,
    done: Callable[[int], None] | None = None,
) -> None:
    """Run all tasks; `done` hears of each one's answer. What ends it early sets `stop` and waits.

    Also one thread is another thread: this one stays free to hear a person's Ctrl-C.
    """
    with ThreadPoolExecutor(threads) as pool:
        coming = iter(tasks)
        waiting = {pool.submit(task) for task in islice(coming, 2 * threads)}
        try:
            while waiting:
                ready, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                waiting |= {pool.submit(task) for task in islice(coming, len(ready))}
                for future in ready:
                    answer = future.result()
                    if done:
                        done(answer)
        except BaseException:
            stop[0] = 1
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def parts(count: int, into: int) -> list[tuple[int, int]]:
    """Cut range(count) into at most so many runs of nearly equal length."""
    into = max(1, min(into, count))
    return [(count * i // into, count * (i + 1) // into) for i in range(into)]
