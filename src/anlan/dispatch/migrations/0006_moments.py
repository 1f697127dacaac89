"""Moments of milestones are numbers on SQLite, and one index holds each stamp once and finds an assignment's."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models
from django.db.models.functions import NullIf

from anlan.core.migrations._moments import as_numbers, remade
from anlan.core.models.rows import Moment

ONCE = models.UniqueConstraint("assignment", NullIf("step", models.Value("backup_asked")), name="milestone_once")


class Migration(migrations.Migration):
    """The table is written anew once, on SQLite; the index of assignments goes for the one that begins with them."""

    dependencies = [("dispatch", "0005_unit_access"), ("core", "0015_moments")]
    operations = [
        migrations.RemoveConstraint("milestone", "milestone_once"),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "DROP INDEX IF EXISTS dispatch_milestone_assignment_id_78c46476", migrations.RunSQL.noop
                )
            ],
            state_operations=[
                migrations.AlterField("milestone", "at", Moment()),
                migrations.AlterField("milestone", "device_at", Moment(null=True)),
                migrations.AlterField(
                    "milestone",
                    "assignment",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="milestones",
                        to="dispatch.assignment",
                    ),
                ),
            ],
        ),
        migrations.RunPython(remade("dispatch", "Milestone"), elidable=True),
        migrations.RunPython(as_numbers("dispatch_milestone", ("at", "device_at")), elidable=True),
        migrations.AddConstraint("milestone", ONCE),
    ]
