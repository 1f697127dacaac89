from django.db import migrations

from anlan.core.city.revision import TABLE, make_table


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0015_moments"),
    ]

    operations = [
        migrations.RunPython(
            lambda _apps, editor: make_table(editor), lambda _apps, editor: editor.execute(f"DROP TABLE {TABLE}")
        ),
    ]
