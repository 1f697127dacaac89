"""The deadlines of problems, tasks and what is asked for become clocks: their rules, and a run for each that is open."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from django.db import migrations
from django.db.models import Max

LADDER = "remind:-3d supervise:+1d interview:+15d"
RULES = (  # name, label, English label, working days (none: a person chooses)
    ("problem_raised", "待交办", "To be instructed", 10),
    ("problem_assigned", "待签收", "To be signed for", 3),
    ("problem_returned", "退回后待重新交办", "To be instructed again", 5),
    ("problem_disputed", "待裁定", "To be arbitrated", 5),
    ("problem_signed", "待制定任务计划", "To be planned", 10),
    ("problem_in_work", "待补充任务计划", "To be planned further", 10),
    ("problem_accepted", "待降雨检验和销号", "To be tested and struck off", 250),
    ("problem_reopened", "复发后待重新计划", "To be planned anew", 3),
    ("task_open", "任务办理", "Task to be done", 0),
    ("task_refused", "任务返工", "Task to be done again", 0),
    ("task_works_done", "任务验收", "Task to be verified", 10),
    ("extension_asked", "延期申请待答复", "Extension to be answered", 3),
)
LEADS = {"assigned", "signed", "in_work", "reopened"}  # the states in which a problem waits for its lead
Run = tuple[str, str, dt.datetime, dt.date, int | None]  # rule, subject, since, the last day, whose


def start(apps: Any, schema: Any) -> None:
    """Write the rules with the days of before; let a clock run on whatever waits, up to the day that pages show."""
    city = apps.get_model("core", "City").objects.first()
    if city is None:
        return  # its folder brings the rules
    rules, runs, zone = apps.get_model("core", "ClockRule"), apps.get_model("core", "ClockRun"), ZoneInfo(city.zone)
    for code, name, name_en, days in RULES:
        values = {"name": name, "name_en": name_en, "target_s": days * 86_400, "counting": "working", "ladder": LADDER}
        rules.objects.get_or_create(code=code, defaults=values)
    of = dict(rules.objects.values_list("code", "pk"))
    runs.objects.bulk_create(
        [
            runs(rule_id=of[code], subject=subject, organisation_id=holder, started_at=since,
                 due_at=dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), zone))
            for code, subject, since, day, holder in [*_problems(apps), *_tasks(apps), *_requests(apps)]
        ],
        batch_size=500,
    )  # fmt: skip


def _problems(apps: Any) -> Iterator[Run]:
    """Yield the problems that wait; those in work with a task that waits run by that."""
    tasks = apps.get_model("prevention", "Task").objects.exclude(state="passed")
    busy = set(tasks.values_list("problem_id", flat=True))
    for problem in apps.get_model("prevention", "Problem").objects.exclude(state="struck_off").select_related("lead"):
        if problem.state != "in_work" or problem.pk not in busy:
            since = problem.moves.aggregate(at=Max("at"))["at"] or problem.raised_at
            waits = problem.state in LEADS and problem.lead is not None and problem.lead.active
            holder = problem.lead_id if waits else None
            yield f"problem_{problem.state}", f"problem:{problem.number}", since, problem.due_on, holder


def _tasks(apps: Any) -> Iterator[Run]:
    """Yield the tasks that wait for their doer, since they were planned or refused, and for a verifier."""
    entries = apps.get_model("core", "LedgerEntry").objects.filter(kind="prevention.task_planned")
    planned = dict(entries.values_list("subject", "at"))
    for task in apps.get_model("prevention", "Task").objects.exclude(state="passed").select_related("problem"):
        subject, at = f"task:{task.number}", planned.get(f"task:{task.number}")
        since = dt.datetime.fromisoformat(at) if at else task.problem.raised_at
        if task.state == "works_done":
            yield "task_works_done", subject, task.finished_at or since, task.verify_by or task.due_on, None
        else:
            refused = task.results.aggregate(at=Max("verified_at"))["at"]
            yield f"task_{task.state}", subject, refused or since, task.due_on, task.organisation_id


def _requests(apps: Any) -> Iterator[Run]:
    for request in apps.get_model("prevention", "ExtensionRequest").objects.filter(answer=""):
        yield "extension_asked", f"extension:{request.number}", request.at, request.answer_by, None


def stop(apps: Any, schema: Any) -> None:
    """Take the clocks away again: the days are in the code of before."""
    codes = [code for code, *_ in RULES]
    apps.get_model("core", "ClockRun").objects.filter(rule__code__in=codes).delete()
    apps.get_model("core", "ClockRule").objects.filter(code__in=codes).delete()


class Migration(migrations.Migration):
    dependencies = [("core", "0006_messages"), ("prevention", "0005_series")]
    operations = [migrations.RunPython(start, stop)]
