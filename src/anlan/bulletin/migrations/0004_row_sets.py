import json
from typing import Any

import django.db.models.deletion
from django.db import migrations, models

KEPT = {"on_delete": django.db.models.deletion.PROTECT, "related_name": "+", "to": "bulletin.rowset"}


def keep_once(apps: Any, schema_editor: Any) -> None:
    """Keep the rows of each figure under their hash, once."""
    figure, row_set = apps.get_model("bulletin", "Figure"), apps.get_model("bulletin", "RowSet")
    for one in figure.objects.order_by("pk").iterator(10):
        for told, name in ((one.rows, one.rows_hash), (one.base_rows, one.base_rows_hash)):
            row_set.objects.get_or_create(hash=name, defaults={"packed": told})


def tell_as_now(apps: Any, schema_editor: Any) -> None:
    """Write what earlier recomputations came to as it is written now."""
    runs = apps.get_model("bulletin", "Recomputation").objects.exclude(finished_at=None)
    for run in runs.iterator(10):
        told = json.loads(run.outcome)
        for one, same in zip(told["figures"], told.pop("same"), strict=True):
            one |= {"same": same, "faults": [] if one["holds"] else ["value"]}
            one["changed"] = [{"how": "", **row} for row in one["changed"]]
        told |= {"missing": [], "ledger_holds": True, "until": run.position}
        run.outcome = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        run.save(update_fields=["outcome"])


class Migration(migrations.Migration):
    dependencies = [("bulletin", "0003_absent_and_recomputations")]

    operations = [
        migrations.AlterModelOptions("figure", {"ordering": ["issue", "line", "pk"]}),
        migrations.CreateModel(
            name="RowSet",
            fields=[
                ("hash", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("packed", models.BinaryField()),
            ],
        ),
        migrations.RunPython(keep_once, migrations.RunPython.noop, elidable=True),
        migrations.RunPython(tell_as_now, migrations.RunPython.noop, elidable=True),
        migrations.RemoveField("figure", "rows"),
        migrations.RemoveField("figure", "base_rows"),
        migrations.RenameField("figure", "rows_hash", "rows"),
        migrations.RenameField("figure", "base_rows_hash", "base_rows"),
        migrations.AlterField("figure", "rows", models.ForeignKey(**KEPT)),
        migrations.AlterField("figure", "base_rows", models.ForeignKey(**KEPT)),
    ]
