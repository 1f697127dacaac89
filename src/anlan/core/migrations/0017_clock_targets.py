from django.db import migrations, models

import anlan.core.models.rows


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0016_revision"),
    ]

    operations = [
        migrations.CreateModel(
            name="ClockTarget",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("valid_from", anlan.core.models.rows.Moment()),
                ("target_s", models.PositiveIntegerField()),
                ("counting", models.CharField(max_length=8)),
                ("before_s", models.PositiveIntegerField()),
                ("before_counting", models.CharField(max_length=8)),
                ("reason", models.CharField(blank=True, default="", max_length=200)),
                ("reason_en", models.CharField(blank=True, default="", max_length=200)),
                (
                    "rule",
                    models.ForeignKey(on_delete=models.deletion.PROTECT, related_name="targets", to="core.clockrule"),
                ),
            ],
            options={"ordering": ["valid_from", "pk"]},
        ),
    ]
