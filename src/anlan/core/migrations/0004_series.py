"""How far each series of numbers has come stands in one table."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0003_clock_missing")]

    operations = [
        migrations.CreateModel(
            name="SeriesCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("letter", models.CharField(max_length=4)),
                ("period", models.CharField(blank=True, max_length=10)),
                ("last", models.PositiveIntegerField(default=0)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("letter", "period"), name="series_count_once")],
            },
        ),
    ]
