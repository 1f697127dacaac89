"""What a log and a stored error say of an error: never the row that PostgreSQL shows with it, which may hold words."""

from __future__ import annotations

import logging
import re
from typing import Any

ROW = re.compile(r"\nDETAIL:.*?(?=\n\n|\n[\w.]+(?:Error|Exception|Violation)\b|\Z)", re.DOTALL)


def brief(error: Exception) -> str:
    """Return an error's name and what it says, without the database's details, short enough to be kept."""
    return f"{type(error).__name__}: {ROW.sub('', str(error))}"[:2000]


class Line(logging.Formatter):
    """One line, and below it the trace of an error without its row."""

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the name that logging calls
        """Return the trace."""
        return ROW.sub("", super().formatException(ei))
