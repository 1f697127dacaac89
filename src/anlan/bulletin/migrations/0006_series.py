"""The numbers of plans and issues go on in core's table of series."""

from __future__ import annotations

from typing import Any

from django.db import migrations

from anlan.core.migrations._series import go_on_after


def take_over(apps: Any, _: Any) -> None:
    """Let each year go on after the last number that was given."""
    go_on_after(apps, apps.get_model("bulletin", "Plan").objects.values_list("number", flat=True))
    issues = apps.get_model("bulletin", "Issue").objects.filter(corrects=None)  # a correction keeps the old number
    go_on_after(apps, issues.values_list("number", flat=True))


class Migration(migrations.Migration):
    dependencies = [("core", "0004_series"), ("bulletin", "0005_definitions")]

    operations = [
        migrations.RunPython(take_over, migrations.RunPython.noop),
    ]
