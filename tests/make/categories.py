"""Categories that the small town does not have."""

from __future__ import annotations

from typing import Any

from anlan.intake.models import Category

WORDLESS = {"kind": "alarm", "group": "calls", "urgency": 2, "needs_place": False, "sort": 40}
KNOWN: dict[str, dict[str, Any]] = {
    "fire": {"name": "火警", "name_en": "Fire", "kind": "alarm", "group": "fire", "urgency": 1, "sort": 4},
    "silent_call": {"name": "无声电话", "name_en": "Silent call", "call_key": "F8", **WORDLESS},
    "dropped_call": {"name": "通话中断", "name_en": "Dropped call", "call_key": "F7", **WORDLESS},
}


def category(code: str, **values: Any) -> Category:
    """Return a category as the reference city has it, but for what is told."""
    return Category.objects.update_or_create(code=code, defaults=KNOWN[code] | values)[0]
