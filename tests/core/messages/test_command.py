"""`anlan contact`: an operator's way to contacts, whose address no list of processes shows."""

from __future__ import annotations

import json

from tests.conftest import Cli
from tests.make.city import CITIES


def test_a_contact_lives_from_adding_to_erasing(anlan: Cli) -> None:
    """The list never shows an address."""
    anlan("init", "--city", CITIES / "norfolk")
    added = anlan("contact", "add", "--kind", "sms", "--organisation", "stormwater", "--json", stdin="5550100\n")
    number = json.loads(added.stdout)["id"]
    anlan("contact", "consent", number, "--purpose", "ladder", "--how", "post")
    listed = anlan("contact", "list", "--json").stdout
    assert json.loads(listed)["contacts"][0]["purposes"] == ["ladder"]
    assert "5550100" not in listed
    assert "ladder" in anlan("contact", "withdraw", number).stdout
    assert "erased" in anlan("contact", "erase", number, "--reason", "asked").stdout
    anlan("contact", "erase", 99, "--reason", "asked", status=2)
