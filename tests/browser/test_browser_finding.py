"""A report without a point is brought to its incident by keyboard, and its words stand there in place."""

from __future__ import annotations

from typing import Any

import pytest

from anlan.core.time.clock import now
from anlan.triage.models import Incident
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("width", [1440, 360])
def test_a_report_without_a_point_is_found_its_incident_by_keyboard(
    page_at: Any, signed_in: Any, shot: Any, width: int
) -> None:
    """`f`, the last digits, Enter, Escape, `l`: then address and words stand on the incident's page."""
    make.city()
    number = make.incident(at=now())
    report = make.report(at=now(), lon=None, lat=None, place_words="third floor", words="a child at the window")
    page = page_at(f"/reports/{report.number}/", width, cookies=signed_in("dispatcher"))
    keys = page.keyboard
    keys.press("f")
    keys.type(number[-4:])
    keys.press("Enter")
    page.locator(f"#tells-of button[value='{number}']").wait_for()
    assert number not in page.url
    shot(page, f"report-finding-{width}-en-light")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    keys.press("Escape")
    keys.press("l")
    page.wait_for_url("**/incidents/E-**")
    page.locator("#in-place").get_by_text("a child at the window").wait_for()
    shot(page, f"incident-words-{width}-en-light")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert Incident.objects.get(number=number).links.count() == 2
