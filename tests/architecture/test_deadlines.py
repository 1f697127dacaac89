"""No stage keeps days of its own: a deadline is a clock of the city; any other constant of time has a reason."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.architecture.ratchet import only_shrinks
from tests.architecture.source import SOURCES, code_files, short, tree

pytestmark = pytest.mark.pure
NO_STAGES: Final = {"analysis", "geo", "tables", "city"}  # statistics, and how long simulated people take
UNITS = re.compile(r"(^|_)(DAYS?|HOURS?|MINUTES?|WEEKS?|MONTHS?)$")
WINDOWS: Final = {  # constants of time by which nobody owes anything
    "api/features.DAY": "a unit",
    "boards/hints.LONG": "after which an auditor is asked to look why a matter was opened",
    "boards/incidents.SOON": "what the overview calls near",
    "boards/scope.DAY": "a unit",
    "boards/scope.MINUTE": "a unit",
    "boards/reports.USUAL_DAYS": "of which a usual number is the median",
    "boards/shares.ASKED_DAYS": "the answers that a share is of",
    "boards/works.NEAR": "what the overview calls near",
    "core/__init__.FRESH": "how long the rail shows again how Anlan does",
    "core/condition.LATE": "when an operator is told of effects that wait",
    "core/machine.BACKUP": "how old a backup may be before an operator is told",
    "core/machine.DRILL": "how long ago a restore for practice may be before an operator is told",
    "core/work.QUEUE": "how long a job may wait before an operator is told",
    "core/counts.RECENT": "how far back an operator is told of a gateway that is away",
    "core/matters.AHEAD": "how far ahead the first page looks",
    "core/grants.LASTS": "how long what was opened stays open",
    "hotspots/matters.LATELY": "how long a study that nobody adopted stands on the first page",
    "core/throttle.ACCOUNT": "in what time a wrong password is forgiven",
    "core/throttle.ADDRESS": "in what time a wrong password is forgiven",
    "core/throttle.FIRST": "the first pause after wrong passwords",
    "core/throttle.FORGOTTEN": "when wrong passwords are forgotten",
    "core/throttle.KNOWN_FOR": "how long a browser in which somebody signed in is known",
    "core/throttle.LONGEST": "the longest pause after wrong passwords",
    "core/queue.LEASE": "of a job to its worker",
    "core/retention.FAILURES_KEPT": "after which failed log-ins are forgotten",
    "core/rules.AHEAD": "how far clocks of honest systems differ",
    "core/undo.UNDER_WAY": "how long a write may wait for the others",
    "dispatch/words.DAY": "a unit",
    "dispatch/rules.DEVICE_APART": "from where on a device's time says something beside the server's",
    "dispatch/rules.LONGEST_OUT": "beyond which two stamps of another system are no one mission",
    "intake/entry.SLACK": "of a time that is typed",
    "intake/form_token.FORM_LASTS": "how long a form may lie open",
    "intake/form_token.RECEIPT_LASTS": "how long a receipt is shown again",
    "intake/imports.KEPT_DAYS": "how long files of imports are kept",
    "intake/nearness.WINDOW": "in which reports are neighbours",
    "intake/reports.HISTORY_AFTER": "what was said longer ago than that when it is entered is history",
    "intake/reports.CLOCK_TOLERANCE": "how far clocks of honest systems differ",
    "intake/tracking.WITHDRAW_WITHIN": "a reporter's right, not a duty",
    "prevention/ladders.DAY": "a unit",
    "prevention/rules.FURTHEST": "a deadline further ahead is a slip of the pen",
    "prevention/rules.RUNS_OFF": "how long water may stand after a storm",
    "triage/callers.RECENT": "what a call-taker is shown of a caller",
    "triage/incidents.RECENT": "what the desk is shown beside what is open",
    "triage/rules.OBJECTION_DAYS": "how long a citizen's word reopens what was closed",
    "voice/rules.OPEN_FOR": "how long a citizen may answer",
}


def stages() -> list[Path]:
    """Return the code that may hold no deadline: all but core/time and what is no stage."""
    parts = [(path, path.relative_to(SOURCES).parts) for path in code_files()]
    return [path for path, (room, *rest) in parts if room not in NO_STAGES and (room, *rest[:1]) != ("core", "time")]


def constants_of_time(module: ast.Module) -> Iterator[str]:
    """Yield the constants of a module, or of a class in it, that hold a time or a number of days."""
    bodies = [module.body, *(node.body for node in module.body if isinstance(node, ast.ClassDef))]
    for node in (statement for body in bodies for statement in body):
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                several = isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple)
                pairs = zip(target.elts, node.value.elts, strict=True) if several else [(target, node.value)]
                yield from (name.id for name, value in pairs if isinstance(name, ast.Name) and is_time(name.id, value))


def is_time(name: str, value: ast.expr) -> bool:
    """Whether a constant holds a timedelta, or numbers under a name that ends in a unit of time."""
    if not name.isupper():
        return False
    calls = [node.func for node in ast.walk(value) if isinstance(node, ast.Call)]
    if any(getattr(call, "attr", getattr(call, "id", "")) == "timedelta" for call in calls):
        return True
    numbers = value.values if isinstance(value, ast.Dict) else [value]
    numeric = all(isinstance(found, ast.Constant) and type(found.value) in {int, float} for found in numbers)
    return numeric and bool(UNITS.search(name))


def counted_by_hand(module: ast.Module) -> Iterator[int]:
    """Yield the lines that count working days themselves."""
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "add_working_days":
            yield node.lineno


def test_no_stage_keeps_days_of_its_own() -> None:
    """What somebody owes is a row of clocks.csv; any other constant of time says why it is none."""
    found = [f"{short(path)}.{name}" for path in stages() for name in constants_of_time(tree(path))]
    assert len(stages()) > 300
    only_shrinks(found, WINDOWS)


def test_no_stage_counts_working_days_itself() -> None:
    """How a target is counted is a property of its rule."""
    assert not [f"{path}:{line}" for path in stages() for line in counted_by_hand(tree(path))]


@pytest.mark.parametrize(
    "line",
    ["VERIFY_DAYS = 10", "STEP_DAYS: dict[str, int] = {'raised': 10}", "LOOK_MINUTES, OTHER = 15, 'x'",
     "SOON = dt.timedelta(days=3)", "class Rules:\n    ANSWER_DAYS: Final = 3", "DAYS = 5",
     "LATE = 2 * timedelta(days=1)"],
)  # fmt: skip
def test_days_of_a_stage_would_be_seen(line: str) -> None:
    """Under whatever name a unit ends, and as a timedelta under any."""
    assert list(constants_of_time(ast.parse(line)))


@pytest.mark.parametrize(
    "line", ["MINUTES = ('分钟', 'min')", "HOLIDAYS = read()", "RETURNS = 2", "def f():\n    days = 3"]
)
def test_other_constants_are_not_taken_for_days(line: str) -> None:
    """Words of units, counts, locals."""
    assert not list(constants_of_time(ast.parse(line)))
