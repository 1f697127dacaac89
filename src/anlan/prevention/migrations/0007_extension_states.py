"""What is asked for has a state like every record with moves; until it is answered it stands as asked."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models
from django.db.models import Q

STATES = [("asked", "Extension asked"), ("granted", "Granted"), ("refused", "Refused"), ("withdrawn", "Withdrawn")]


def name_what_waits(apps: Any, schema: Any) -> None:
    apps.get_model("prevention", "ExtensionRequest").objects.filter(state="").update(state="asked")


def leave_it_empty(apps: Any, schema: Any) -> None:
    apps.get_model("prevention", "ExtensionRequest").objects.filter(state="asked").update(state="")


class Migration(migrations.Migration):
    dependencies = [("prevention", "0006_clocks")]
    operations = [
        migrations.RemoveConstraint("extensionrequest", "extension_asked_once"),
        migrations.RenameField("extensionrequest", "answer", "state"),
        migrations.AlterField(
            "extensionrequest", "state", models.CharField(choices=STATES, default="asked", max_length=9)
        ),
        migrations.RunPython(name_what_waits, leave_it_empty),
        migrations.AddConstraint(
            "extensionrequest",
            models.UniqueConstraint(fields=["task"], condition=Q(state="asked"), name="extension_asked_once"),
        ),
    ]
