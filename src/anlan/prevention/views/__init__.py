"""Pages of prevention."""

from __future__ import annotations

PAGE = 50  # rows on one page of a list
