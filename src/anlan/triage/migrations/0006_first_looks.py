"""What came within the last day and stands with nobody is looked at too; the clocks that show what waits are on."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import migrations
from django.db.models import Exists, OuterRef

from anlan.core.time.clock import now

ALWAYS = ("first_look", "call_back", "reporter_objects")
DAY = dt.timedelta(days=1)
MOST = 500
NO_LIVE_CHANNEL = "import"


def begin_first_looks(apps: Any, schema_editor: Any) -> None:
    """Begin the first look now at what still counts and tells of nothing; a city that is not loaded has no rule."""
    rules = apps.get_model("core", "ClockRule").objects
    rules.filter(code__in=ALWAYS).update(active=True)
    rule, at = rules.filter(code="first_look").first(), now()
    if rule is None:
        return
    runs, room = apps.get_model("core", "ClockRun").objects, _room(apps, rule.owner)
    numbers = [number for number, received, entered in _unsorted(apps, at) if entered - received <= DAY][:MOST]
    subjects = [f"report:{number}" for number in numbers]
    looked = set(runs.filter(rule=rule, subject__in=subjects).values_list("subject", flat=True))
    due = at + dt.timedelta(seconds=rule.target_s)
    values = {"rule": rule, "organisation_id": room, "started_at": at, "due_at": due}
    runs.bulk_create([runs.model(subject=subject, **values) for subject in subjects if subject not in looked])


def _unsorted(apps: Any, at: dt.datetime) -> Any:
    told = apps.get_model("triage", "IncidentReport").objects.filter(report=OuterRef("pk"), unlinked_at=None)
    counted = apps.get_model("intake", "Report").objects.filter(
        ~Exists(told), validity__in=("valid", "repeat"), entered_at__gt=at - DAY, entered_at__lte=at
    )
    found = counted.exclude(channel=NO_LIVE_CHANNEL).order_by("-entered_at", "-pk")
    return found.values_list("number", "received_at", "entered_at")


def _room(apps: Any, owner: str) -> int | None:
    houses = apps.get_model("core", "Organisation").objects.filter(active=True).order_by("pk")
    found = houses.filter(code=owner).first() or houses.filter(kind="control_room").first() or houses.first()
    return found.pk if found else None


class Migration(migrations.Migration):
    dependencies = [("triage", "0005_arbitrated"), ("intake", "0009_calls"), ("core", "0008_undo")]
    operations = [migrations.RunPython(begin_first_looks, migrations.RunPython.noop, elidable=True)]
