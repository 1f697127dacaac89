"""Categories say how soon somebody has to go; a data directory that is there already gets it for the codes it knows."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

AT_ONCE = ("fire", "robbery", "home_violence")
SOON = ("waterlogging", "danger_spot", "traffic_accident", "fight", "fraud", "person_in_need")


def known(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Set it for the codes of the reference city, and at once for all that may hide danger to life."""
    category = apps.get_model("intake", "Category")
    category.objects.filter(code__in=SOON).update(urgency=2)
    category.objects.filter(models.Q(code__in=AT_ONCE) | models.Q(exclusion_gate=True)).update(urgency=1)


class Migration(migrations.Migration):
    """One column, with what it is for known codes."""

    dependencies = [("intake", "0006_first_look")]

    operations = [
        migrations.AddField("category", "urgency", models.PositiveSmallIntegerField(default=3)),
        migrations.RunPython(known, migrations.RunPython.noop),
    ]
