"""Until when somebody reads a report becomes a clock: with the minutes that the city's folder told, else fifteen."""

from __future__ import annotations

import json
from typing import Any

from django.db import migrations

CODE, MINUTES = "first_look", 15


def carry_over(apps: Any, schema: Any) -> None:
    """Write the rule; a city that is not loaded yet gets it with its folder."""
    city = apps.get_model("core", "City").objects.first()
    if city is not None:
        minutes = json.loads(city.settings or "{}").get("first_look_minutes", MINUTES)
        values = {"name": "接报首次查看", "name_en": "First look at a report", "target_s": int(minutes) * 60}
        apps.get_model("core", "ClockRule").objects.get_or_create(code=CODE, defaults=values)


def take_away(apps: Any, schema: Any) -> None:
    """Leave the minutes where they were: in the city's folder."""
    apps.get_model("core", "ClockRule").objects.filter(code=CODE).delete()


class Migration(migrations.Migration):
    dependencies = [("core", "0006_messages"), ("intake", "0005_channels")]
    operations = [migrations.RunPython(carry_over, take_away)]
