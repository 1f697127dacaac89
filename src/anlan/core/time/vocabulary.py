"""What clocks are told, in words: at which entries they start and stop, for what, how long, which figures rest on them.

Core knows none of it: each stage says its own part, from its `words.py` or `slots.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from anlan.core.labels import label_of
from anlan.core.models import ClockRule, Timing
from anlan.core.models.clock import kinds_of
from anlan.core.time.rules import DAY_S, Counting
from anlan.core.words import listed

Words = str | Promise
Values = Callable[[], Mapping[str, Words]]


class Fact(NamedTuple):
    """What a scope may ask for, and how its values are called."""

    label: Words
    values: Values


class Use(NamedTuple):
    """A figure that rests on a clock; `judges` where another time makes it another figure of the same work."""

    clock: str
    name: str
    judges: bool


KINDS: Final[set[str]] = set()
NAMED: Final[dict[str, tuple[Words, Words]]] = {}
DAYS: Final[dict[str, Words]] = {}
FACTS: Final[dict[str, Fact]] = {}
USES: Final[list[Callable[[], Iterable[Use]]]] = []
UNITS: Final[Mapping[str, tuple[str, str]]] = {
    Counting.DAYS: ("{n}日", "{n} days"), Counting.WORKING: ("{n}个工作日", "{n} working days"),
}  # fmt: skip


def hears(kinds: Iterable[str]) -> None:
    """Say at which kinds of entries clocks can start and stop; they are called what every page calls them."""
    KINDS.update(kinds)


def heard() -> dict[str, str]:
    """Return the kinds at which clocks can start and stop, with their words in the reader's language."""
    return {kind: label_of(kind) for kind in sorted(KINDS)}


def runs_between(steps: Mapping[str, tuple[Words, Words]]) -> None:
    """Say from what to what the clocks run that verbs ask for by name."""
    NAMED.update(steps)


def gives_a_day(said: Mapping[str, Words]) -> None:
    """Say for what a day is asked of clocks that never run."""
    DAYS.update(said)


def asks_for(name: str, label: Words, values: Values) -> None:
    """Say what a fact that scopes ask for is called, and its values."""
    FACTS[name] = Fact(label, values)


def uses(read: Callable[[], Iterable[Use]]) -> Callable[[], Iterable[Use]]:
    """Register what tells which figures rest on clocks."""
    USES.append(read)
    return read


def uses_by_clock() -> dict[str, list[Use]]:
    """Return the figures that rest on each clock."""
    found: dict[str, list[Use]] = {}
    for read in USES:
        for use in read():
            found.setdefault(use.clock, []).append(use)
    return found


def steps_of(rule: ClockRule) -> tuple[str, ...]:
    """Say from which step to which one a clock runs; of one that never runs what its day is for."""
    if rule.code in DAYS:
        return (str(DAYS[rule.code]),)
    if rule.code in NAMED:
        begins, ends = NAMED[rule.code]
        return str(begins), str(ends)
    begun = _any_of(rule.start) or pgettext("a clock", "a person chooses the day")
    return begun, _any_of(rule.stop) or pgettext("a clock", "it ends by itself")


def _any_of(joined: str) -> str:
    kinds = sorted(kinds_of(joined), key=joined.index)
    unknown = _("an entry that no stage leaves")
    return pgettext("a clock", " or ").join(label_of(kind) if kind in KINDS else unknown for kind in kinds)


def scope_words(rule: ClockRule) -> str:
    """Say for what a clock runs."""
    parts = (part.partition("=")[::2] for part in rule.scope.split())
    return "; ".join(_asked(name, wanted.split(",")) for name, wanted in parts) or pgettext("a clock", "all")


def _asked(name: str, wanted: Iterable[str]) -> str:
    fact = FACTS[name]
    known = fact.values()
    return _("%(fact)s: %(values)s") % {"fact": fact.label, "values": listed(str(known.get(v, v)) for v in wanted)}


def spelled(timing: Timing) -> tuple[str, str]:
    """Write how long a clock allows, in Chinese and in English."""
    target_s, counting = timing
    if counting != Counting.HOURS:
        n = target_s // DAY_S
        chinese, english = UNITS[counting]
        return chinese.format(n=n), english.format(n=n).removesuffix("s" if n == 1 else "\0")
    if target_s % 60:
        return f"{target_s}秒", f"{target_s} s"
    return f"{target_s // 60}分钟", f"{target_s // 60} min"
