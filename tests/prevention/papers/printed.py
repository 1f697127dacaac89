"""A paper as somebody gets it, and what it says."""

from __future__ import annotations

import io
from typing import Any

from pypdf import PdfReader

from anlan.core.people.actors import Actor
from tests import make
from tests.core.print.test_print import kinds_of


def printed(actor: Actor, address: str, language: str = "en") -> Any:
    """Return what somebody gets at an address."""
    return make.browser(actor).get(f"{address}?lang={language}", follow=True)


def pages_of(answer: Any) -> list[str]:
    """Return what each page of a PDF says."""
    assert answer["Content-Type"] == "application/pdf", answer.content[:200]
    return [page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages]


def words_of(answer: Any) -> str:
    """Return what a PDF says, without white space."""
    return "".join("".join(pages_of(answer)).split())


def tags_of(answer: Any) -> list[str]:
    """Return the tags of a PDF, in their order."""
    return kinds_of(PdfReader(io.BytesIO(answer.content)).trailer["/Root"]["/StructTreeRoot"])
