"""The records behind a figure, as far as a reader may open them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from django.utils.translation import gettext as _

from anlan.bulletin.figures.kinds import KINDS, visible
from anlan.bulletin.models import Figure
from anlan.core.people.actors import Actor

PAGE = 100


@dataclass(frozen=True)
class Behind:
    """The records behind a figure, as far as this reader may open them."""

    total: int
    openable: list[tuple[str, str, str]]  # name, address, contribution
    closed: int  # counted, but not for this reader to open
    page: int
    pages: int


def behind(figure: Figure, actor: Actor, page: int, *, base: bool = False, most: bool = False) -> Behind:
    """Return a page of the records behind a figure or its base, in order of entry or what counts most first."""
    drawn, kind = (figure.base_rows if base else figure.rows).drawn(), KINDS[figure.of.of]
    pages = max(1, -(-drawn.n // PAGE))
    page = min(max(page, 1), pages)
    order = np.argsort(-drawn.values, kind="stable") if most else np.arange(drawn.n)
    here = order[(page - 1) * PAGE : page * PAGE]
    values = dict(zip(drawn.ids[here].tolist(), drawn.values[here].tolist(), strict=True))
    seen = dict(visible(kind, list(values), actor))
    openable = [(seen[pk], kind.link(seen[pk]) if kind.link else "", _contribution(figure, value))
            for pk, value in values.items() if pk in seen]  # fmt: skip
    return Behind(drawn.n, openable, len(values) - len(openable), page, pages)


def _contribution(figure: Figure, value: float) -> str:
    if figure.of.aggregate == "count":
        return ""
    if figure.of.aggregate == "sum":
        return f"{value:,.0f}"
    if figure.of.aggregate == "share":
        return _("yes") if value else _("no")
    return f"{value:,.1f}"
