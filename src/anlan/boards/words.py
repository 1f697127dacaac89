"""The states of the overview's bars, in the order and with the marks in which they are drawn."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import pgettext as p

from anlan.prevention.spans import Part, bar

States = Mapping[str, int]
WIDE = 736  # a bar as wide as two cards


def problem_bar(states: States) -> list[Part]:
    """Problems, as the inbox marks them."""
    return _bar(states, [("done", _("Struck off"), "struck_off"), ("calm", _("In hand, in time"), "in_hand"),
                         ("idle", _("To sign for"), "to_sign"), ("warn", _("Due soon"), "soon"),
                         ("late", _("Late"), "late")])  # fmt: skip


def task_bar(states: States) -> list[Part]:
    """Lines of task lists by lateness."""
    return _bar(states, [("done", _("Done on time"), "done"), ("calm", _("Open, in time"), "open"),
                         ("warn", _("Extended"), "extended"), ("late", _("Late"), "late")], length=WIDE)  # fmt: skip


def site_bar(states: States) -> list[Part]:
    """Sites by how far they are mended."""
    return _bar(states, [("done", _("Passed the rain"), "proven"), ("calm", _("Accepted, waiting for rain"), "waiting"),
                         ("warn", _("Interim only"), "interim"),
                         ("late", _("Not mended yet"), "nothing")])  # fmt: skip


def key_area_bar(states: States) -> list[Part]:
    """Key areas that a superior listed."""
    return _bar(states, [("done", _("Struck off"), "struck_off"), ("calm", p("key area", "In hand"), "in_hand"),
                         ("late", _("Failed again afterwards"), "again")])  # fmt: skip


def _bar(states: States, order: list[tuple[str, str, str]], length: int = 400) -> list[Part]:
    return bar([(mark, words, states.get(name, 0)) for mark, words, name in order], length)
