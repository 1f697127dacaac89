"""By which keyed call words and photos came; and what was erased before can be guessed no more."""

import json

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

CHUNK = 500


def forget_what_was_erased(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Erase fingerprints and content hashes of reports whose words were erased already."""
    erased = set(apps.get_model("intake", "Erasure").objects.values_list("report_id", flat=True))
    if not erased:
        return
    keys = apps.get_model("core", "VerbKey").objects
    answers = keys.filter(result__contains='"report_id').values_list("key", "result")
    found = [key for key, text in answers.iterator() if erased & _named(json.loads(text))]
    for start in range(0, len(found), CHUNK):
        keys.filter(pk__in=found[start : start + CHUNK]).update(fingerprint="")
    reports, wanted = apps.get_model("intake", "Report").objects, sorted(erased)
    for start in range(0, len(wanted), CHUNK):
        reports.filter(pk__in=wanted[start : start + CHUNK]).update(content_hash=None)


def _named(answer: object) -> set[int]:
    if not isinstance(answer, dict):
        return set()
    received = {answer.get("report_id")} if "entered_at" in answer else set()  # others took no words in
    return {*received, *(answer.get("report_ids") or ())}


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0010_guards"),
        ("core", "0014_verb_keys_of_sealed"),
    ]

    operations = [
        migrations.AddField(
            model_name="reportpersonal",
            name="verb_key",
            field=models.TextField(null=True),
        ),
        migrations.AddField(
            model_name="attachment",
            name="verb_key",
            field=models.TextField(null=True),
        ),
        migrations.RunPython(forget_what_was_erased, migrations.RunPython.noop, elidable=False),
    ]
