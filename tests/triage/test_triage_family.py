"""What came under one tracking code is found by it, and not by reading every report."""

from __future__ import annotations

import pytest

from anlan.intake.models import Report
from anlan.triage.queries.followed import family_of, kin
from tests import make

pytestmark = pytest.mark.django_db


@pytest.mark.only_on("sqlite", because="its plan says in words that a table is read from end to end")
def test_a_step_of_the_desk_reads_no_report_but_those_of_its_code() -> None:
    """Opening and linking ask for the family of one report: of a million others none is looked at."""
    make.city()
    report = make.report()
    for asked in (Report.objects.filter(family_of(report.pk)), kin(report)):
        assert "SCAN intake_report" not in asked.explain()
    assert list(Report.objects.filter(family_of(report.pk))) == [report]
