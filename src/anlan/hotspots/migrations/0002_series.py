"""The numbers of sites go on in core's table of series."""

from __future__ import annotations

from typing import Any

from django.db import migrations

from anlan.core.migrations._series import store


def take_over(apps: Any, _: Any) -> None:
    """Go on after the last number that was given."""
    newest = apps.get_model("hotspots", "Site").objects.order_by("-number").first()
    store(apps, [("S", "", newest.number)] if newest else [])


class Migration(migrations.Migration):
    dependencies = [("core", "0004_series"), ("hotspots", "0001_initial")]

    operations = [
        migrations.RunPython(take_over, migrations.RunPython.noop),
    ]
