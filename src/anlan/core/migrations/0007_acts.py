"""Acts of law, each version with its days."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0006_messages"),
    ]

    operations = [
        migrations.CreateModel(
            name="LegalAct",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=32)),
                ("name", models.CharField(max_length=120)),
                ("name_en", models.CharField(max_length=160)),
                ("kind", models.CharField(max_length=32)),
                ("number", models.CharField(blank=True, default="", max_length=80)),
                ("in_force_from", models.DateField()),
                ("until", models.DateField(blank=True, null=True)),
                ("replaces", models.CharField(blank=True, default="", max_length=32)),
                ("source", models.CharField(blank=True, default="", max_length=300)),
            ],
            options={
                "ordering": ["code", "in_force_from"],
                "constraints": [
                    models.UniqueConstraint(fields=("code", "in_force_from"), name="act_version_start"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until__isnull", True), ("until__gt", models.F("in_force_from")), _connector="OR"
                        ),
                        name="act_days",
                    ),
                ],
            },
        ),
    ]
