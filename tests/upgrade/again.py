"""Runs as a process on an upgraded directory: repeats what was asked before it, does what waited, opens pages."""

from __future__ import annotations

import base64
import datetime as dt
import importlib
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django

from anlan.core.time.clock import now

SHIPPED = ("target_s", "counting", "ladder")
PAGES = {
    "operator": ["/reports/", "/incidents/", "/console/", "/units/", "/shifts/", "/studies/1/", "/storms/"],
    "supervisor": ["/sites/001/", "/problems/", "/lists/", "/tasks/T-2016-0001/", "/analyses/A-2016-001/", "/effect/"],
    "publisher": ["/overview/", "/bulletins/B-2016-01/", "/bulletins/B-2016-01-r2/figures/reports/"],
}  # fmt: skip


def value(told: Any) -> Any:
    """Return an argument as the verb was given it."""
    if isinstance(told, list):
        return [value(one) for one in told]
    if not isinstance(told, dict):
        return told
    if len(told) == 1:
        kind, text = next(iter(told.items()))
        if kind in READ:
            return READ[kind](text)
    return {name: value(one) for name, one in told.items()}


def _photo(told: dict[str, Any]) -> Any:
    from anlan.intake.public.photos import Photo

    return Photo(**told | {"jpeg": base64.b64decode(told["jpeg"])})


READ: dict[str, Callable[[Any], Any]] = {
    "datetime": dt.datetime.fromisoformat, "date": dt.date.fromisoformat, "photo": _photo
}  # fmt: skip


def functions() -> dict[str, Callable[..., Any]]:
    """Return every verb by its stored name, wherever it lies."""
    from tests.architecture.source import SOURCES, verbs

    found = {}
    for name, path, function in verbs():
        module = ".".join(["anlan", *path.relative_to(SOURCES).with_suffix("").parts])
        found[name] = getattr(importlib.import_module(module), function)
    return found


def actor(name: str) -> Any:
    """Return who asked."""
    from anlan.core.models import Person
    from anlan.core.people.actors import system
    from anlan.core.people.members import actor_of

    kind, _, which = name.partition(":")
    return system(which) if kind == "system" else actor_of(Person.objects.get(pk=which))


def verb_again(verb: Callable[..., Any], call: dict[str, Any]) -> bool:
    """Whether a verb gives its old answer for its old key, and refuses the key with another body.

    Of a report whose words were erased nobody knows the body any more: any gets the old answer.
    """
    from anlan.core.ledger.verbs import KeyReused
    from anlan.core.models import VerbKey

    told = value(call["arguments"])
    who = {"actor": actor(call["actor"]), "at": now(), "key": call["key"]}
    try:
        if verb(**told, **who) != call["answer"]:
            return False
    except KeyReused:
        return False
    erased = VerbKey.objects.filter(key__endswith=f"|{call['key']}", fingerprint="").exists()
    try:
        answer = verb(**told | {next(iter(told)): "another"}, **who)
    except KeyReused:
        return not erased
    return erased and call["verb"] == "intake.receive_report" and bool(answer == call["answer"])


def request_again(call: dict[str, Any]) -> bool:
    """Whether an address gives its old answer for its old form, and refuses another under the same key."""
    from anlan.core.time.clock import frozen

    with frozen(value(call["at"])):  # a form is taken only for some hours
        first, other = posted(call, call["body"]), call["other"] and posted(call, call["other"])
    said = first.json() if "headers" in call else first.headers.get("Location")
    return (first.status_code, said) == (call["status"], call["answer"]) and (not other or other.status_code >= 400)


def posted(call: dict[str, Any], body: dict[str, Any]) -> Any:
    from django.test import Client

    if "headers" in call:
        return Client(headers=call["headers"]).post(call["path"], json.dumps(body), content_type="application/json")
    return signed_in(call["person"]).post(call["path"], body)


def signed_in(person: int | None) -> Any:
    from django.test import Client

    from anlan.core.models import Person

    client = Client()
    if person:
        client.force_login(Person.objects.get(pk=person))
    return client


def repeat(book: dict[str, Any]) -> dict[str, Any]:
    """Ask everything again; return what went otherwise, and how many entries there are now."""
    from anlan.core.models import ClockRun, LedgerEntry
    from anlan.core.time.deadlines import shipped

    known = functions()
    verbs = [call for call in book["verbs"] if call["verb"] not in known or not verb_again(known[call["verb"]], call)]
    requests = [call for call in book["requests"] if not request_again(call)]
    return {
        "verbs": [f"{call['verb']} {call['key']}" for call in verbs],
        "requests": [call["path"] for call in requests],
        "entries": LedgerEntry.objects.count(),
        "clocks_running": ClockRun.objects.running().exclude(rule__code__in=shipped()).count(),
    }


def deadlines(book: dict[str, Any]) -> dict[str, Any]:
    """Return which clocks run behind the deadlines of what is open, the days that pages show, and the rules' days."""
    from anlan.core.city.current import city_zone
    from anlan.core.models import ClockRule, ClockRun
    from anlan.core.time.deadlines import shipped
    from anlan.core.time.rules import last_day
    from anlan.prevention.models import ExtensionRequest, Problem, Task

    zone, rules = city_zone(), ClockRule.objects.in_bulk(shipped(), field_name="code")
    runs = ClockRun.objects.running().filter(rule__in=rules.values()).select_related("rule")
    busy = Task.objects.exclude(state="passed")
    waiting = [
        *((f"problem_{problem.state}", f"problem:{problem.number}", problem.due_on)
          for problem in Problem.objects.open().exclude(state="in_work", pk__in=busy.values("problem"))),
        *((f"task_{task.state}", f"task:{task.number}", task.verify_by if task.state == "works_done" else task.due_on)
          for task in busy),
        *(("extension_asked", f"extension:{request.number}", request.answer_by)
          for request in ExtensionRequest.objects.waiting()),
    ]  # fmt: skip
    return {
        "running": sorted([run.rule.code, run.subject, str(last_day(run.due_at, zone))] for run in runs),
        "waiting": sorted([clock, subject, str(day)] for clock, subject, day in waiting),
        "began_before_due": all(run.started_at < run.due_at for run in runs),
        "as_shipped": all(
            (rule.target_s, rule.counting, rule.ladder) == tuple(shipped()[code][n] for n in SHIPPED)
            for code, rule in rules.items()
        ),
        "rules": len(rules),
    }


def follow(book: dict[str, Any]) -> dict[str, Any]:
    """Let the followers catch up; return where they stand, and what they did: entries, and jobs asked for."""
    from anlan.core.ledger import followers
    from anlan.core.models import Cursor, Job, LedgerEntry

    jobs = Job.objects.filter(state="ready").count()
    last = LedgerEntry.objects.latest("pk").pk
    followers.catch_up()
    written = LedgerEntry.objects.filter(pk__gt=last)
    return {
        "cursors": dict(Cursor.objects.order_by("name").values_list("name", "position")),
        "stopped": [cursor.error for cursor in followers.stopped()],
        "written": sorted(written.values_list("kind", flat=True)),
        "jobs": Job.objects.filter(state="ready").count() - jobs,
    }


def work(book: dict[str, Any]) -> dict[str, Any]:
    """Do every job that waited; return what came of each."""
    from anlan.core.jobs import queue
    from anlan.core.models import Job

    waited = list(Job.objects.filter(state="ready", run_after__lte=now()).values_list("pk", flat=True))
    queue.drain()
    done = Job.objects.filter(pk__in=waited).order_by("name")
    return {job.name: {"state": job.state, "error": job.error, **json.loads(job.result or "{}")} for job in done}


def look(book: dict[str, Any]) -> dict[str, Any]:
    """Open pages; return their statuses."""
    from anlan.core.models import Person

    people = {name: signed_in(Person.objects.get(username=name).pk) for name in PAGES}
    return {page: people[name].get(page).status_code for name, pages in PAGES.items() for page in pages}


def tamper(book: dict[str, Any]) -> str:
    """Change how deep the water stood of the first report, past every verb and trigger; return its number."""
    from anlan.core.ledger import triggers
    from anlan.intake.models import Report

    triggers.remove()
    first = Report.objects.order_by("pk")[0]
    Report.objects.filter(pk=first.pk).update(depth_cm=77)
    triggers.install()
    return first.number


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anlan.settings")
    django.setup()
    told = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    acts = {"repeat": repeat, "deadlines": deadlines, "follow": follow, "work": work, "look": look,
            "tamper": tamper}  # fmt: skip
    sys.stdout.write(json.dumps([acts[name](told) for name in sys.argv[2:]]))
