"""Addresses as rows write them: hundreds on one page, and the same ones on the next."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.urls import reverse


@lru_cache(maxsize=8192)
def href(name: str, *of: Any) -> str:
    """Return the address of that name; `of` are plain values, numbers and codes."""
    return reverse(name, args=of)
