"""How much the public pages weigh before anybody asks for the map."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from anlan.core.time.clock import frozen
from tests import make

LIMIT_BYTES = 100_000

pytestmark = pytest.mark.django_db


def transfer(page: bytes) -> dict[str, int]:
    """Return the bytes of a page and of its style sheets, scripts and pictures, uncompressed."""
    html = page.decode()
    sizes = {"page": len(page)}
    for address in re.findall(r'(?:href|src)="/static/([^"?]+\.(?:css|js|svg|png|woff2))"', html):
        found = finders.find(re.sub(r"\.[0-9a-f]{12}(?=\.\w+$)", "", address))
        assert found, address
        sizes[address] = Path(str(found)).stat().st_size
    return sizes


@pytest.mark.parametrize("address", ["/report/", "/track/", "/report/who-reads/"])
def test_a_public_page_weighs_less_than_100_kb(client, address):
    """Page, styles and scripts together, uncompressed, before the map."""
    make.city()
    with frozen(make.AT):
        sizes = transfer(client.get(address).content)
    print(address, sum(sizes.values()), sizes)  # noqa: T201
    assert sum(sizes.values()) <= LIMIT_BYTES, sizes


def test_a_tracking_page_weighs_less_than_100_kb(client):
    """With all that it can say."""
    make.city()
    make.report(channel="web", tracking_code="7KQ4M2XD9TFWHB6R")
    assert sum(transfer(client.get("/track/7KQ4M2XD9TFWHB6R/").content).values()) <= LIMIT_BYTES


@pytest.mark.parametrize("address", ["/report/", "/track/"])
def test_who_reads_a_report_and_what_is_published_is_one_step_away(client, address):
    """Under every page for citizens, and both open without an account."""
    make.city()
    page = client.get(address).content.decode()
    for there in ("/report/who-reads/", "/bulletins/"):
        assert f'href="{there}"' in page
        assert client.get(there).status_code == 200
