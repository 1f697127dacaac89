"""A seal says what its hash covers: those of before leave out their time."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Add the version; what is there is of the first."""

    dependencies = [
        ("core", "0008_undo"),
    ]

    operations = [
        migrations.AddField(
            model_name="ledgerseal",
            name="version",
            field=models.PositiveSmallIntegerField(default=1),
        ),
    ]
