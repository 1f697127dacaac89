"""What of the city stands in its folder's tables, and what is open at each."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from anlan.core.time.clock import frozen
from tests import make
from tests.make import AT
from tests.make.problems import hazard_task

pytestmark = pytest.mark.django_db
PAGE = "/operator/city/"


@pytest.fixture
def operator() -> Client:
    make.city()
    return make.browser(make.person("operator"))


def test_tables_tell_what_is_open_at_each(operator: Client) -> None:
    """Organisations with their people and clocks, categories with this year's reports."""
    officer = make.person("officer", at="drains")
    make.report(category="theft")
    make.report(category="noise", at=AT - dt.timedelta(days=400))
    hazard_task("drains", at=AT)
    with frozen(AT):
        organisations = {row["cells"][0]: row for row in rows(operator, "organisations")}
        categories = {row["cells"][0]: row for row in rows(operator, "categories")}
    assert organisations["drains"]["People"] == len({officer.pk})
    assert organisations["drains"]["Open tasks"] == 1
    assert organisations["drains"]["Running clocks"] >= 1
    assert categories["theft"]["Reports this year"] == 1
    assert categories["noise"]["Reports this year"] == 0
    assert operator.get(f"{PAGE}nothing/").status_code == 404


def rows(operator: Client, name: str) -> list[dict[str, Any]]:
    listing = operator.get(f"{PAGE}{name}/").context["listing"]
    columns = [column for column in listing.columns if column.value]
    return [{"cells": [column.value(row) for column in columns]} | {
        str(column.label): column.value(row) for column in columns} for row in listing.shown]  # fmt: skip
