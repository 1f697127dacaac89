"""Why an incident was reopened stays with it."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("triage", "0002_diverted")]

    operations = [
        migrations.AddField("incident", "reopened_because", models.CharField(blank=True, default="", max_length=400)),
    ]
