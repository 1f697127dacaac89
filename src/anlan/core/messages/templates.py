"""Templates of messages as data: a code, a subject and a text as msgids, and the values that they need by name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils import translation
from django.utils.translation import gettext

PLACEHOLDER = re.compile(r"%\((\w+)\)s")


@dataclass(frozen=True)
class Template:
    """What a message says: msgids with placeholders such as %(number)s, and the names of all of them."""

    subject: str
    text: str
    needs: tuple[str, ...] = ()


TEMPLATES: dict[str, Template] = {}


def templates(texts: Mapping[str, Template]) -> None:
    """Register a stage's templates; a code stays, for it is stored with every message."""
    for code, template in texts.items():
        named = set(PLACEHOLDER.findall(template.subject + template.text))
        if named != set(template.needs):
            raise ValueError(f"the template {code!r} needs {sorted(named)}, and says {sorted(template.needs)}")
        if TEMPLATES.setdefault(code, template) != template:
            raise ValueError(f"the template {code!r} is registered already, and differs")


def rendered(code: str, values: Mapping[str, object], language: str) -> tuple[str, str]:
    """Return subject and text in a contact's language."""
    template = TEMPLATES[code]
    with translation.override(language):
        return gettext(template.subject) % values, gettext(template.text) % values
