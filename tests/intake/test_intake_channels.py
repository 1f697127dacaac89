"""One table of channels: what is stored, and what each stage asks of it."""

from __future__ import annotations

from anlan.intake.channels import Channel
from anlan.intake.models import Report
from anlan.intake.states import CARRIES_NOTHING, COUNTED, Validity


def test_what_is_stored_of_a_channel_stays() -> None:
    """Years of reports carry these."""
    assert Channel.values == [
        "phone_110", "hotline_12345", "app", "web", "grid_worker", "sensor", "partner", "import",
    ]  # fmt: skip


def test_the_table_says_how_a_channel_comes_about() -> None:
    """Heard on the telephone, typed by a person, offered at the desk, open to citizens without an account."""
    assert Channel.heard() == ("phone_110", "hotline_12345")
    assert Channel.typed() == ("phone_110", "hotline_12345", "grid_worker")
    assert Channel.at_desk() == ("phone_110", "hotline_12345", "grid_worker", "partner")
    assert Channel.open() == ("app", "web")


def test_a_new_channel_needs_no_migration() -> None:
    """The column asks the table, so its migration names no channel."""
    _name, _path, _args, options = Report._meta.get_field("channel").deconstruct()
    assert callable(options["choices"])


def test_valid_and_repeat_count_and_the_others_carry_nothing() -> None:
    """Every validity is one or the other, and what is stored is found in the set."""
    assert {"valid", "repeat"} == COUNTED
    assert set(Validity.values) == COUNTED | CARRIES_NOTHING
    assert "repeat" in COUNTED
