"""A page as tests compare it, however its template is broken into lines."""

from __future__ import annotations

import re
from typing import Any


def flat(answer: Any) -> str:
    """Return an answer's HTML with no white space beside a tag and single spaces elsewhere."""
    text = " ".join(answer.content.decode().split())
    return re.sub(r" ?(<[^>]*?) ?> ?", r"\1>", text)
