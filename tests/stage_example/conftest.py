"""The tables of the toy stage, which no migration makes."""

from __future__ import annotations

import pytest
from django.db import connection

from anlan.core.people.actors import system
from tests import make
from tests.make.city import AT
from tests.stage_example import stage
from tests.stage_example.stage import Find, Line


@pytest.fixture
def find(db: None) -> str:
    """Something that the waterworks keep, in tables of its own."""
    make.city()
    editor = connection.schema_editor()
    editor.deferred_sql = []
    for model in (Find, Line):
        sql, parameters = editor.table_sql(model)
        with connection.cursor() as cursor:
            for statement in (sql, *map(str, editor.deferred_sql)):
                cursor.execute(statement, parameters or None)
        editor.deferred_sql = []
    number = stage.keep(number="F-1", keeper=make.organisation("drains"), actor=system("test"), at=AT)
    Find.objects.update(state=stage.State.KEPT)
    return number
