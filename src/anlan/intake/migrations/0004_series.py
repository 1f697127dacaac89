"""The numbers of reports go on in core's table of series."""

from __future__ import annotations

from typing import Any

from django.db import migrations

from anlan.core.migrations._series import store


def take_over(apps: Any, _: Any) -> None:
    """Let each day go on after the last number that was given."""
    days = apps.get_model("intake", "DayCount").objects.values_list("day", "last")
    store(apps, [("R", str(day), last) for day, last in days])


class Migration(migrations.Migration):
    dependencies = [("core", "0004_series"), ("intake", "0003_flags")]

    operations = [
        migrations.RunPython(take_over),
        migrations.DeleteModel("DayCount"),
    ]
