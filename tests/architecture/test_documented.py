"""What people read of the code is written down: words, settings, commands."""

from __future__ import annotations

import re

from tests.architecture.source import ROOT, code_files

NOUNS = ("Report", "Study", "Site", "Organisation", "Area", "Role", "Attachment", "Job", "LedgerEntry", "Episode")


def test_every_word_of_the_code_that_people_read_stands_in_the_glossary() -> None:
    """The nouns that pages show have a line in CONTEXT.md."""
    glossary = (ROOT / "CONTEXT.md").read_text(encoding="utf-8")
    assert not [noun for noun in NOUNS if f"`{noun}`" not in glossary]


def test_every_setting_has_a_line_of_documentation() -> None:
    """Every ANLAN_ variable that the code reads stands on the page of settings."""
    page = (ROOT / "docs/reference/settings.md").read_text(encoding="utf-8")
    texts = [path.read_text(encoding="utf-8") for path in code_files()]
    names = {name for text in texts for name in re.findall(r'"(ANLAN_[A-Z_]+)"', text)}
    assert len(names) >= 8
    assert not [name for name in names if f"`{name}`" not in page]


def test_the_page_of_commands_is_up_to_date() -> None:
    """`make docs` would change nothing."""
    from anlan.core.operator.command_pages import page

    assert (ROOT / "docs/reference/commands.md").read_text(encoding="utf-8") == page()
