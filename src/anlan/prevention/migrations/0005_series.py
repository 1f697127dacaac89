"""The numbers of analyses, problems, tasks and lists go on in core's table of series."""

from __future__ import annotations

from typing import Any

from django.db import migrations

from anlan.core.migrations._series import go_on_after


def take_over(apps: Any, _: Any) -> None:
    """Let each year go on after the last number that was given."""
    for name in ("AnalysisReport", "Problem", "Task", "TaskList"):
        go_on_after(apps, apps.get_model("prevention", name).objects.values_list("number", flat=True))


class Migration(migrations.Migration):
    dependencies = [("core", "0004_series"), ("prevention", "0004_storm_corrected_because")]

    operations = [
        migrations.RunPython(take_over, migrations.RunPython.noop),
    ]
