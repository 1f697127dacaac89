"""By which keyed call a piece of evidence came."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("prevention", "0007_extension_states"),
    ]

    operations = [
        migrations.AddField(
            model_name="evidence",
            name="verb_key",
            field=models.TextField(null=True),
        ),
    ]
