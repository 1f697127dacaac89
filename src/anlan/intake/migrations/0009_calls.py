"""Key questions with their answers, calls without a place, and which units a category needs.

A city that is there already gets the questions that are shipped, and for the codes of the reference city the kinds of
units; calls where nobody speaks and calls that broke off become two of its categories.
"""

import csv
from pathlib import Path

import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

SHIPPED = Path(__file__).parents[1] / "key_questions.csv"
UNITS = {
    "mobile|works": ("danger_spot",),
    "works|mobile": ("waterlogging", "blocked_drain", "utilities"),
    "traffic|patrol": ("traffic_accident", "traffic_jam", "parking"),
    "fire|mobile|patrol": ("fire",),
    "patrol|mobile": ("robbery", "fight", "home_violence", "theft", "ebike_theft", "dispute", "person_in_need",
                      "silent_call", "dropped_call"),
}  # fmt: skip
WORDLESS = [
    {"code": "dropped_call", "name": "通话中断", "name_en": "Dropped call", "call_key": "F7", "sort": 41},
    {"code": "silent_call", "name": "无声电话", "name_en": "Silent call", "call_key": "F8", "sort": 42},
]


def carry_over(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Bring a city that is loaded up to what the desk asks; one that is not gets it with its folder."""
    if not apps.get_model("core", "City").objects.exists():
        return
    question, category = apps.get_model("intake", "KeyQuestion"), apps.get_model("intake", "Category")
    with SHIPPED.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            question.objects.get_or_create(code=row.pop("code"), defaults=row)
    same = {"kind": "alarm", "group": "calls", "police": True, "urgency": 2, "needs_place": False}
    for known in WORDLESS:
        category.objects.get_or_create(code=known["code"], defaults={**known, **same})
    for units, codes in UNITS.items():
        category.objects.filter(code__in=codes).update(units=units)


class Migration(migrations.Migration):
    """Two tables and five columns, with what they hold for known codes."""

    dependencies = [("intake", "0008_first_look_ladder")]

    operations = [
        migrations.CreateModel(
            name="KeyQuestion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=16, unique=True)),
                ("name", models.CharField(max_length=80)),
                ("name_en", models.CharField(max_length=80)),
                ("yes", models.CharField(max_length=40)),
                ("yes_en", models.CharField(max_length=40)),
                ("urgency", models.PositiveSmallIntegerField(default=1)),
                ("scope", models.CharField(blank=True, default="", max_length=200)),
                ("sort", models.IntegerField(default=0)),
                ("active", models.BooleanField(default=True)),
            ],
            options={"ordering": ["sort", "code"]},
        ),
        migrations.CreateModel(
            name="Answer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="later_answers", to="intake.report"
                    ),
                ),
                (
                    "question",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="intake.keyquestion"
                    ),
                ),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("report", "question"), name="answered_yes_once")]},
        ),
        migrations.AddField("report", "answers", models.CharField(blank=True, default="", max_length=200)),
        migrations.AddField("report", "urgency", models.PositiveSmallIntegerField(null=True)),
        migrations.AddField("category", "units", models.CharField(blank=True, default="", max_length=80)),
        migrations.AddField("category", "needs_place", models.BooleanField(default=True)),
        migrations.AddField("category", "call_key", models.CharField(blank=True, default="", max_length=3)),
        migrations.RunPython(carry_over, migrations.RunPython.noop),
    ]
