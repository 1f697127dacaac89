"""A report is evidence."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from anlan.core.people.actors import PUBLIC
from anlan.core.people.members import actor_of_client
from anlan.intake.models import Report
from anlan.intake.models.report import ReportIsEvidence
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def report():
    make.city()
    return make.report(words="deep")


def test_a_stored_report_is_neither_saved_nor_deleted(report):
    """The model refuses before the database does."""
    with pytest.raises(ReportIsEvidence):
        report.save()
    with pytest.raises(ReportIsEvidence):
        report.delete()


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE intake_report SET lon = 119.98",
        "UPDATE intake_report SET received_at = entered_at, number = 'R-1'",
        "DELETE FROM intake_report",
    ],
)
def test_the_database_refuses_to_change_a_report(report, sql):
    """Whoever writes past the verbs is stopped by a trigger."""
    with pytest.raises(DatabaseError, match="evidence"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert Report.objects.values_list("lon", flat=True).get() == 119.97


def test_who_sees_which_reports(report):
    """City staff see all, an officer and a partner their own organisation's, the public none."""
    client, _ = make.partner(at="works")
    own = make.report(actor=actor_of_client(client), channel="partner")
    assert Report.objects.visible_to(make.actor("analyst")).count() == 2
    assert list(Report.objects.visible_to(actor_of_client(client))) == [own]
    assert list(Report.objects.visible_to(make.actor("officer", at="works"))) == [own]
    assert not Report.objects.visible_to(make.actor("publisher")).exists()
    assert not Report.objects.visible_to(PUBLIC).exists()
