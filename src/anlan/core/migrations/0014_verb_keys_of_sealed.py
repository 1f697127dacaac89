"""By which keyed call sealed words came."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0013_sign_ins"),
    ]

    operations = [
        migrations.AddField(
            model_name="contactaddress",
            name="verb_key",
            field=models.TextField(null=True),
        ),
        migrations.AddField(
            model_name="signinorigin",
            name="verb_key",
            field=models.TextField(null=True),
        ),
    ]
