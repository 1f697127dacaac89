"""The first look gets the ladder that it is shipped with, where the city said nothing of one."""

from __future__ import annotations

from typing import Any

from django.db import migrations

CODE, LADDER = "first_look", "supervise:+1m"


def carry_over(apps: Any, schema: Any) -> None:
    """Write the ladder; a city that is not loaded yet gets it with its folder."""
    apps.get_model("core", "ClockRule").objects.filter(code=CODE, ladder="").update(ladder=LADDER)


def take_away(apps: Any, schema: Any) -> None:
    """Leave the rule without a ladder: no earlier version reads minutes."""
    apps.get_model("core", "ClockRule").objects.filter(code=CODE, ladder=LADDER).update(ladder="")


class Migration(migrations.Migration):
    dependencies = [("core", "0008_undo"), ("intake", "0007_urgency")]
    operations = [migrations.RunPython(carry_over, take_away)]
