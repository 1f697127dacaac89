"""Moments of incidents, of their links and handovers are numbers on SQLite."""

from __future__ import annotations

from django.db import migrations

from anlan.core.migrations._moments import as_numbers, remade
from anlan.core.models.rows import Moment

MOMENTS = {
    "Incident": ("opened_at", "closed_at"),
    "IncidentReport": ("linked_at", "unlinked_at"),
    "Handover": ("at", "signed_at", "returned_at"),
}


class Migration(migrations.Migration):
    """Each table is written anew once."""

    dependencies = [("triage", "0006_first_looks"), ("core", "0015_moments")]
    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(model, name, Moment(null=name != names[0], db_index=name == "opened_at"))
                for model, names in MOMENTS.items()
                for name in names
            ]
        ),
        *(migrations.RunPython(remade("triage", model), elidable=True) for model in MOMENTS),
        *(
            migrations.RunPython(as_numbers(f"triage_{model.lower()}", names), elidable=True)
            for model, names in MOMENTS.items()
        ),
    ]
