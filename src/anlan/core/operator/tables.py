"""The tables of a new database: made at once as this version has them, instead of by one migration after the other."""

from __future__ import annotations

from django.apps import apps
from django.core.management.sql import emit_post_migrate_signal
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ProjectState

from anlan.core.city import revision


def are_absent(connection: BaseDatabaseWrapper) -> bool:
    """Whether a database holds no table at all."""
    return not connection.introspection.table_names()


def make(connection: BaseDatabaseWrapper) -> None:
    """Make every table and record every migration as applied, all or nothing; then do what follows every migration."""
    loader, recorder = MigrationLoader(None), MigrationRecorder(connection)
    with connection.schema_editor(atomic=True) as editor:
        editor.create_model(recorder.Migration)
        for model in ProjectState.from_apps(apps).apps.get_models():  # as migrations have them: keys as settings say
            if model._meta.can_migrate(connection):
                editor.create_model(model)
        revision.make_table(editor)  # no model's
        applied = [recorder.Migration(app=app, name=name) for app, name in _in_order(loader)]
        recorder.migration_qs.bulk_create(applied)
    emit_post_migrate_signal(0, False, connection.alias)


def _in_order(loader: MigrationLoader) -> list[tuple[str, str]]:
    """Return the migrations in the order in which they would be walked."""
    walked: dict[tuple[str, str], None] = {}
    for leaf in loader.graph.leaf_nodes():
        walked |= dict.fromkeys(loader.graph.forwards_plan(leaf))
    return list(walked)
