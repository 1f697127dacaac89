"""That an arbiter has decided stands on its own: how many returns there are before is the city's to say."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models


def note_decisions(apps: Any, schema_editor: Any) -> None:
    """Mark what came back twice and waits for the arbiter no more."""
    incidents = apps.get_model("triage", "Incident").objects.using(schema_editor.connection.alias)
    incidents.filter(returns__gt=1).exclude(state="disputed").update(arbitrated=True)


class Migration(migrations.Migration):
    dependencies = [("triage", "0004_series")]

    operations = [
        migrations.AddField("incident", "arbitrated", models.BooleanField(default=False)),
        migrations.RunPython(note_decisions, migrations.RunPython.noop, elidable=True),
    ]
