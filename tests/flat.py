"""A page as tests compare it, however its template is broken into lines."""

from __future__ import annotations

import re
from typing import Any


def flat(answer: Any) -> str:
    """Return the HTML of an answer, or of its text, with no white space beside a tag and single spaces elsewhere."""
    text = " ".join((answer if isinstance(answer, str) else answer.content.decode()).split())
    return re.sub(r" ?(<[^>]*?) ?> ?", r"\1>", text)
