"""The examples of docs/reference/api.md are what the server does."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from django.test import Client

from anlan.core.refusals import headline, known_codes
from anlan.core.time.clock import frozen
from anlan.intake.rules.reports import FIELDS
from tests import make

TEXT = (Path(__file__).parents[2] / "docs" / "reference" / "api.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)

pytestmark = pytest.mark.django_db


def post(path, body, kind, key):
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": "example"}
    with frozen(make.AT):
        return Client(headers=headers).post(path, body, content_type=kind)


def test_the_examples_of_the_page_hold():
    """One report, a refusal, many reports; the tracking code differs each time."""
    make.city()
    key = make.partner()[1]
    one, created, refused, many, summary = EXAMPLES[:5]
    answer = post("/api/reports", one, "application/json", key)
    assert answer.status_code == 201
    assert answer.json() | {"tracking_code": ""} == json.loads(created) | {"tracking_code": ""}
    told = json.loads(one) | {"category": "flood"}
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": "other"}
    with frozen(make.AT):
        failed = Client(headers=headers).post("/api/reports", told, content_type="application/json")
    assert failed.json() == json.loads(refused)
    assert post("/api/reports/bulk", many, "application/x-ndjson", key).json() == json.loads(summary)


def test_every_field_has_a_line():
    """A field that a partner may send is described, except the source, which is the partner itself."""
    assert [name for name in sorted(FIELDS - {"source"}) if f"`{name}`" not in TEXT] == []


def test_every_reason_has_words_that_say_what_to_change():
    """No reason that the page names is a bare statement that something is wrong."""
    documented = [code for code in known_codes() if f"`{code}`" in TEXT]
    assert len(documented) > 4
    assert [code for code in documented if len(headline(code)) < 15] == []
