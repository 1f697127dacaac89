"""The ground of these tests: a page may ask while the test writes."""

from __future__ import annotations

import threading
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from anlan.core.ledger.writes import write
from anlan.core.models import City
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_page_that_asks_while_the_test_writes_waits_for_its_turn(live_server):
    """It is answered once the write has ended, and no locked table makes it a 503."""
    make.city()
    codes: list[int] = []

    def ask() -> None:
        try:
            with urlopen(f"{live_server.url}/map/areas.geojson", timeout=30) as answer:
                codes.append(answer.status)
        except HTTPError as error:
            codes.append(error.code)

    asking = threading.Thread(target=ask)
    with write():
        City.objects.update(name="改名市")
        asking.start()
        asking.join(0.5)  # it would be answered by then, with what it cannot read
        assert not codes
    asking.join()
    assert codes == [200]
