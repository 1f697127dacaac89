"""The choices of a channel are asked of the table of channels: a new one needs no migration."""

from django.db import migrations, models

import anlan.intake.channels


class Migration(migrations.Migration):
    """Changes no column."""

    dependencies = [("intake", "0004_series")]

    operations = [
        migrations.AlterField(
            model_name="report",
            name="channel",
            field=models.CharField(choices=anlan.intake.channels.choices, max_length=16),
        ),
    ]
