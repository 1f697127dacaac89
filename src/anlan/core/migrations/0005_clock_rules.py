"""Clocks are counted by a rule, have a ladder, and may expire with an effect."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models
from django.db.models import Q

from anlan.core.models.clock import require_ladder

COUNTED = {"all": "hours"}
RUNS = Q(stopped_at__isnull=True, missing_at__isnull=True, expired_at__isnull=True)
ENDS_ONE_WAY = (
    Q(stopped_at__isnull=True, missing_at__isnull=True)
    | Q(stopped_at__isnull=True, expired_at__isnull=True)
    | Q(missing_at__isnull=True, expired_at__isnull=True)
)
COUNTING = [("hours", "hours"), ("days", "days"), ("working", "working")]


def name_the_rules(apps: Any, schema: Any) -> None:
    """What counted every second is counted in hours."""
    rules = apps.get_model("core", "ClockRule").objects
    for before, after in COUNTED.items():
        rules.filter(counting=before).update(counting=after)


def name_the_calendars(apps: Any, schema: Any) -> None:
    """Put the old names back."""
    rules = apps.get_model("core", "ClockRule").objects
    for before, after in COUNTED.items():
        rules.filter(counting=after).update(counting=before)


class Migration(migrations.Migration):
    dependencies = [("core", "0004_series")]

    operations = [
        migrations.RenameField("clockrule", "calendar", "counting"),
        migrations.AlterField(
            "clockrule", "counting", models.CharField(choices=COUNTING, default="hours", max_length=8)
        ),
        migrations.RunPython(name_the_rules, name_the_calendars),
        migrations.AlterField("clockrule", "start", models.CharField(blank=True, max_length=200)),
        migrations.AlterField("clockrule", "stop", models.CharField(blank=True, max_length=400)),
        migrations.AddField(
            "clockrule",
            "ladder",
            models.CharField(blank=True, default="", max_length=200, validators=[require_ladder]),
        ),
        migrations.AddField("clockrule", "effect", models.CharField(blank=True, default="", max_length=64)),
        migrations.AddField("clockrun", "expired_at", models.DateTimeField(null=True)),
        migrations.RemoveConstraint("clockrun", "clock_runs_once"),
        migrations.RemoveConstraint("clockrun", "clock_ends_one_way"),
        migrations.RemoveIndex("clockrun", "clock_due"),
        migrations.AddIndex("clockrun", models.Index(condition=RUNS, fields=["due_at"], name="clock_due")),
        migrations.AddConstraint(
            "clockrun",
            models.UniqueConstraint(condition=RUNS, fields=("rule", "subject"), name="clock_runs_once"),
        ),
        migrations.AddConstraint(
            "clockrun",
            models.CheckConstraint(condition=ENDS_ONE_WAY, name="clock_ends_one_way"),
        ),
    ]
