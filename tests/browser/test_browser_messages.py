"""The list of messages and a contact's page, on a telephone and on a desk, in both languages."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from anlan.core import jobs
from anlan.core.messages.contacts import withdraw_consent
from anlan.core.time.clock import frozen
from tests import make
from tests.make.contacts import ME, contact, message

pytestmark = pytest.mark.django_db(transaction=True)
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize(("width", "language"), [(360, "en"), (1440, "en"), (360, "zh-hans"), (1440, "zh-hans")])
def test_an_operator_reads_the_list_and_opens_an_address(
    width: int, language: str, page_at: Any, shot: Any, settings: Any, tmp_path: Path
) -> None:
    """Nothing runs over; the address shows after a purpose was chosen."""
    settings.DATA_DIR = tmp_path
    make.city()
    with frozen(make.AT):
        first, second = contact(address="13951230001"), contact("mail", "duty@example.org", to="control")
        message(first)
        jobs.drain()
        message(second)
        withdraw_consent(contact_id=second, actor=ME, at=make.AT)
        jobs.drain()
        message(first, at=make.AT + dt.timedelta(minutes=1))
        page = page_at(f"/messages/?lang={language}", width, cookies=make.cookies(make.person("operator")))
        page.locator("tbody tr").nth(2).wait_for()
        assert page.evaluate(OVERFLOW) == 0
        shot(page, f"messages-{width}-{language}")
        page.locator(f"a[href$='/contacts/{first}']").first.click()
        page.select_option("#purpose", "failure")
        page.locator("button[data-key=o]").click()
        page.get_by_text("13951230001").wait_for()
        assert page.evaluate(OVERFLOW) == 0
        shot(page, f"contact-{width}-{language}")
