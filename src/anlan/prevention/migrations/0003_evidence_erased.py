"""When a piece of evidence was erased."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("prevention", "0002_extension_requests"),
    ]

    operations = [
        migrations.AddField(
            model_name="evidence",
            name="erased_at",
            field=models.DateTimeField(null=True),
        ),
    ]
