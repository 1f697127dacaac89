"""A process that presses buttons of the pages when it is told to: JSON lines in, JSON lines out."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import signal
import sys
from functools import cache
from typing import Any

from anlan.core.operator.setup import open_platform

open_platform(None)

from django.test import Client  # noqa: E402

from anlan.core.ledger.verification import verify  # noqa: E402
from anlan.core.models import ClockRun, LedgerEntry, Person  # noqa: E402
from anlan.core.time.clock import now  # noqa: E402
from anlan.dispatch.models import Milestone  # noqa: E402
from anlan.prevention.models import Problem, Result  # noqa: E402
from anlan.triage.models import Incident, IncidentReport  # noqa: E402
from tests import make  # noqa: E402


def person(role: str, at: str = "control") -> str:
    """Make somebody with a role; return the user name."""
    return str(make.person(role, username=f"{role}-{Person.objects.count()}", at=at).username)


def report() -> str:
    """Receive a report; return its number."""
    return str(make.report(at=now()).number)


def incident(to: str = "", words: str = "") -> str:
    """Open an incident, handed over where `to` names an organisation; return its number."""
    return make.incident(at=now(), to=to, words=words)


def sent(unit: str, number: str = "") -> int:
    """Send a unit to an incident, without one to a new one; return the assignment."""
    return make.assignment(number, unit=unit, at=now())


def free(unit: str) -> None:
    """Free a unit."""
    make.free(unit, at=now())


def raised() -> str:
    """Raise a problem that waits for its instruction; return its number."""
    return make.hazard(at=now())


def finished(lead: str) -> str:
    """Plan a task whose works are done; return its number."""
    return make.hazard_task(lead, at=now(), finished=True)


def post(who: str, path: str, fields: dict[str, str], die: bool = False) -> dict[str, Any]:
    """Press a button as somebody; with `die` this process is killed once it is written, before it can answer."""
    answer = _signed_in(who).post(path, fields)
    if die:
        os.kill(os.getpid(), signal.SIGKILL)
    text = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return {"status": answer.status_code, "text": text, "to": answer.headers.get("Location", "")}


def look(who: str, path: str) -> str:
    """Return a page as somebody sees it."""
    return _signed_in(who).get(path).content.decode()


def openings() -> int:
    """Return how often words were opened."""
    return LedgerEntry.objects.filter(kind="intake.personal_read").count()


def stands(number: str) -> dict[str, Any]:
    """Return how an incident stands, with the clocks that run on it."""
    found = Incident.objects.get(number=number)
    running = ClockRun.objects.running().filter(subject=found.subject).values_list("rule__code", flat=True)
    return {
        "state": found.state,
        "owner": found.owner.code,
        "out": found.assignments.open().count(),
        "running": sorted(running),
    }


def seen(number: str) -> str:
    """Return the last step of a problem, as its page keeps it."""
    return Problem.objects.get(number=number).last_move()


def problem(number: str) -> dict[str, Any]:
    """Return how a problem stands, with its steps."""
    found = Problem.objects.get(number=number)
    lead = found.lead.code if found.lead else ""
    return {"state": found.state, "lead": lead, "moves": list(found.moves.values_list("verb", flat=True))}


def results(task: str) -> list[bool]:
    """Return what verifiers found of a task."""
    return list(Result.objects.filter(task__number=task).values_list("passed", flat=True))


def links(number: str) -> int:
    """Return to how many incidents a report is linked now."""
    return IncidentReport.objects.filter(report__number=number, unlinked_at=None).count()


def stamps(assignment: int, step: str) -> list[str | None]:
    """Return the device times of the stamps of one step."""
    found = Milestone.objects.filter(assignment=assignment, step=step).values_list("device_at", flat=True)
    return [at and at.astimezone(dt.UTC).isoformat() for at in found]


def ledger_holds() -> bool:
    """Return whether the whole ledger verifies."""
    return bool(verify().ok)


@cache
def _signed_in(who: str) -> Client:
    client = Client(SERVER_NAME="localhost")
    client.force_login(Person.objects.get(username=who))
    return client


KNOWN = {
    function.__name__: function for function in (
        person, report, incident, sent, free, raised, finished, post, look, openings, stands, seen, problem, results,
        links, stamps, ledger_holds,
    )
}  # fmt: skip

if __name__ == "__main__":
    for line in sys.stdin:
        name, arguments = json.loads(line)
        sys.stdout.write(json.dumps(KNOWN[name](**arguments)) + "\n")
        sys.stdout.flush()
