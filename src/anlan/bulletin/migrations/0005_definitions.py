from django.db import migrations, models

WORDS = {"blank": True, "default": ""}


class Migration(migrations.Migration):
    dependencies = [("bulletin", "0004_row_sets")]

    operations = [
        migrations.AddField("figure", "says", models.TextField(**WORDS)),
        migrations.AddField("figure", "says_en", models.TextField(**WORDS)),
    ]
