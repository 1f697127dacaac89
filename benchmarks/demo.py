"""Claims: the demonstration, with all floods of both years in it, costs at most 0.6 of what it did.

Peer, in the same run: the demonstration of commit d863a6b, whose code is taken from git (or from --peer, a folder that
holds its `src`). A B A B, each in a process and a directory of its own, on SQLite at the default scale; processor
seconds, since the machine may do other things. Seconds by stage are of this version alone, each without the stages
within it.

    python benchmarks/demo.py [--json] [--rounds 2] [--peer FOLDER] [--alone] [--folder DIR]
"""

from __future__ import annotations

import argparse
import importlib
import io
import json
import os
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

HERE: Final = Path(__file__).resolve().parents[1]
PEER: Final = "d863a6b"
STAGES: Final[dict[str, tuple[str, ...]]] = {
    "city's folder": ("city.town.folder:build", "core.city.folder:load"),
    "tables": ("core.operator.schema:bring_up",),
    "people": ("city.demo.build:people", "city.demo.build:man_units"),
    "calls, floods, incidents": ("city.demo.walk:live",),
    "turns": ("city.demo.walk:live_turns",),
    "followers": ("city.demo.walk:catch_up",),
    "problems raised": ("city.works.problems:raise_batch", "city.works.problems:raise_sites",
                        "city.year.rounds:make_round"),
    "works": ("city.works.tasks:work", "city.works.tasks:plan_again", "city.works.tasks:climb",
              "city.works.lists:issue"),
    "rain": ("city.works.rain:record_storms", "city.works.rain:after_the_rain"),
    "answers": ("city.demo.walk:answer_all",),
    "studies": ("city.demo.build:study_year", "city.demo.build:adopt_first"),
    "estimate, bulletin": ("city.works.bulletin:judge", "city.works.bulletin:publish"),
    "morning": ("city.demo.morning:begin_day", "city.year.rota:write_year"),
    "seals": ("core.ledger.seals:seal",),
}  # fmt: skip


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rounds", type=int, default=2, help="how often each is built")
    parser.add_argument("--peer", type=Path, help="a folder with the src of the peer, else taken from git")
    parser.add_argument("--alone", action="store_true", help="print the stages of one build, without the peer")
    parser.add_argument("--folder", type=Path, help="where the data directories are made")
    parser.add_argument("--build", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.build:
        _build()
        return
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        answer = _alone(Path(folder)) if given.alone else measured(Path(folder), given.rounds, given.peer)
    if given.json:
        print(json.dumps(answer))
        return
    for name, seconds in answer["stages_s"].items():
        print(f"{name:<26}{seconds:>7.2f} s")
    print(f"{'the whole':<26}{answer['cpu_s']:>7.2f} s of processor time")
    if not given.alone:
        print(f"beside {PEER}: {answer['peer_cpu_s']:.2f} s, ratio {answer['ratio']:.2f}")


def _alone(folder: Path) -> dict[str, Any]:
    seconds, stages = _timed(folder / "here", HERE, staged=True)
    return {"cpu_s": seconds, "stages_s": stages}


def measured(folder: Path, rounds: int, peer: Path | None) -> dict[str, Any]:
    """Build the peer's and this version's demonstration in turns."""
    peer = peer or _from_git(folder / "peer")
    theirs, ours, stages = [], [], {}
    for n in range(rounds):
        theirs.append(_timed(folder / f"peer-{n}", peer)[0])
        seconds, stages = _timed(folder / f"here-{n}", HERE, staged=True)
        ours.append(seconds)
    a, b = statistics.fmean(theirs), statistics.fmean(ours)
    return {"cpu_s": b, "peer_cpu_s": a, "ratio": b / a, "runs_s": ours, "peer_runs_s": theirs, "stages_s": stages}


def _from_git(folder: Path) -> Path:
    """Return a folder with the peer's code, as this repository has it."""
    packed = subprocess.run(["git", "-C", HERE, "archive", PEER, "src"], capture_output=True, check=False)
    if packed.returncode:
        raise SystemExit(f"{PEER} is not in this clone: fetch it, or give --peer a folder that holds its src")
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
        archive.extractall(folder, filter="data")
    return folder


def _timed(data: Path, code: Path, *, staged: bool = False) -> tuple[float, dict[str, float]]:
    """Build a demonstration with the code of a folder; return its processor seconds, in all and by stage."""
    environ = {name: value for name, value in os.environ.items() if name != "ANLAN_DATABASE_URL"}
    environ |= {"ANLAN_DATA": str(data), "PYTHONPATH": str(code / "src")}
    packages = ["--packages", str(HERE / "node_modules")]
    how = [__file__, "--build"] if staged else ["-m", "anlan.cli", "demo", "--no-serve", *packages]
    before = _spent()
    done = subprocess.run([sys.executable, *how], env=environ, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    return _spent() - before, json.loads(done.stdout) if staged else {}


def _spent() -> float:
    used = os.times()
    return used.children_user + used.children_system


def _build() -> None:
    """Run `anlan demo` in this process, with a clock at each stage, and print them."""
    from anlan.core.operator.setup import start_django

    start_django(None)
    spent: dict[str, float] = defaultdict(float)
    within: list[float] = []
    for stage, places in STAGES.items():
        for place in places:
            name, attribute = place.split(":")
            module = importlib.import_module(f"anlan.{name}")
            setattr(module, attribute, _clocked(getattr(module, attribute), stage, spent, within))
    from anlan.cli import app

    with suppress(SystemExit):
        app(["demo", "--no-serve", "--packages", str(HERE / "node_modules")])
    spent["start, and the rest"] = time.process_time() - sum(spent.values())
    print(json.dumps({stage: round(seconds, 2) for stage, seconds in spent.items()}))


def _clocked(
    function: Callable[..., Any], stage: str, spent: dict[str, float], within: list[float]
) -> Callable[..., Any]:
    """Return a function that adds what it spends to its stage, without what a stage within it spends."""

    def run(*args: Any, **kwargs: Any) -> Any:
        begun = time.process_time()
        within.append(0.0)
        try:
            return function(*args, **kwargs)
        finally:
            whole = time.process_time() - begun
            spent[stage] += whole - within.pop()
            if within:
                within[-1] += whole

    return run


if __name__ == "__main__":
    main()
