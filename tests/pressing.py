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

from anlan.core.city.areas import local_day  # noqa: E402
from anlan.core.ledger.verification import verify  # noqa: E402
from anlan.core.models import ClockRun, Person  # noqa: E402
from anlan.core.people.actors import system  # noqa: E402
from anlan.core.time.clock import now  # noqa: E402
from anlan.dispatch import actions as dispatch  # noqa: E402
from anlan.dispatch.models import Assignment, Milestone  # noqa: E402
from anlan.prevention import actions as prevention  # noqa: E402
from anlan.prevention.actions.steps import last_move  # noqa: E402
from anlan.prevention.models import Problem, Result  # noqa: E402
from anlan.triage import actions as triage  # noqa: E402
from anlan.triage.models import Incident, IncidentReport  # noqa: E402
from tests import make  # noqa: E402

ME = system("test")


def person(role: str, at: str = "control") -> str:
    """Make somebody with a role; return the user name."""
    return str(make.person(role, username=f"{role}-{Person.objects.count()}", at=at).username)


def report() -> str:
    """Receive a report; return its number."""
    return str(make.report(at=now()).number)


def incident(to: str = "") -> str:
    """Open an incident, handed over where `to` names an organisation; return its number."""
    number = str(triage.open_incident(report_id=make.report(at=now()).pk, actor=ME, at=now())["incident"])
    if to:
        triage.hand_over(number=number, to=to, actor=ME, at=now())
    return number


def sent(unit: str, number: str = "") -> int:
    """Send a unit to an incident, without one to a new one; return the assignment."""
    return int(dispatch.dispatch_unit(number=number or incident(), unit=unit, actor=ME, at=now())["assignment"])


def free(unit: str) -> None:
    """Free a unit."""
    for pk in Assignment.objects.open().filter(unit__code=unit).values_list("pk", flat=True):
        dispatch.stamp(assignment=pk, step="cleared", actor=ME, at=now())


def post(who: str, path: str, told: dict[str, str], die: bool = False) -> dict[str, Any]:
    """Press a button as somebody; with `die` this process is killed once it is written, before it can answer."""
    answer = _signed_in(who).post(path, told)
    if die:
        os.kill(os.getpid(), signal.SIGKILL)
    text = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return {"status": answer.status_code, "text": text, "to": answer.headers.get("Location", "")}


def stands(number: str) -> dict[str, Any]:
    """Return how an incident stands, with the clocks that run on it."""
    one = Incident.objects.get(number=number)
    running = ClockRun.objects.running().filter(subject=one.subject).values_list("rule__code", flat=True)
    return {
        "state": one.state,
        "owner": one.owner.code,
        "out": one.assignments.open().count(),
        "running": sorted(running),
    }


def raised() -> str:
    """Raise a problem that waits for its instruction; return its number."""
    others = [{"origin": "hazard", "title": "Open shaft"}]
    told = prevention.raise_problems(title="Round", addressee="control", others=others, actor=ME, at=now())
    return str(told["problems"][0])


def planned(lead: str) -> str:
    """Plan a task of a new problem of this lead; return its number."""
    number = raised()
    prevention.instruct(problems=[number], reference="12", on=local_day(now()), lead=lead, actor=ME, at=now())
    prevention.sign_for(problems=[number], actor=ME, at=now())
    row = {"problem": number, "kind": "permanent", "title": "Cover", "responsible": "Head of works",
           "due_on": local_day(now()), "criterion": "Bolted down"}  # fmt: skip
    return str(prevention.plan_tasks(tasks=[row], actor=ME, at=now())["tasks"][0])


def finished(lead: str) -> str:
    """Plan a task whose works are done; return its number."""
    number = planned(lead)
    prevention.finish_tasks(rows=[{"task": number, "words": "Bolted"}], actor=ME, at=now())
    return number


def seen(number: str) -> str:
    """Return the last step of a problem, as its page keeps it."""
    return last_move(Problem.objects.get(number=number))


def problem(number: str) -> dict[str, Any]:
    """Return how a problem stands, with its steps."""
    one = Problem.objects.get(number=number)
    lead = one.lead.code if one.lead else ""
    return {"state": one.state, "lead": lead, "moves": list(one.moves.values_list("verb", flat=True))}


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
    one.__name__: one for one in (
        person, report, incident, sent, free, raised, planned, finished, post, stands, seen, problem, results, links,
        stamps, ledger_holds,
    )
}  # fmt: skip

if __name__ == "__main__":
    for line in sys.stdin:
        name, told = json.loads(line)
        sys.stdout.write(json.dumps(KNOWN[name](**told)) + "\n")
        sys.stdout.flush()
