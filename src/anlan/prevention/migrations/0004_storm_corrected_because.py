"""What was wrong with a storm that was corrected."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("prevention", "0003_evidence_erased"),
    ]

    operations = [
        migrations.AddField(
            model_name="storm",
            name="corrected_because",
            field=models.CharField(blank=True, default="", max_length=200),
        ),
    ]
