from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import BigIntegerField, OuterRef, Subquery
from django.db.models.functions import Cast, Substr

ENDED = ["cleared", "reassigned", "reviewed", "archived"]


def end_as_missing(apps: Apps, schema: BaseDatabaseSchemaEditor) -> None:
    """End the clocks that ran on after their unit was free again: their stop stamp can come no more."""
    runs = apps.get_model("core", "ClockRun").objects
    number = Cast(Substr(OuterRef("subject"), len("assignment:") + 1), BigIntegerField())
    over = apps.get_model("dispatch", "Assignment").objects.filter(pk=number, state__in=ENDED)
    running = runs.filter(subject__startswith="assignment:", stopped_at=None, missing_at=None)
    running.update(missing_at=Subquery(over.values("ended_at")[:1]))


class Migration(migrations.Migration):
    dependencies = [("core", "0003_clock_missing"), ("dispatch", "0001_dispatch")]
    operations = [migrations.RunPython(end_as_missing, migrations.RunPython.noop)]
