"""What can be wrong with a mapping, in words: English at the terminal, the reader's language on the page."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any, Final

from anlan.core.marked import noop

FAULTS: Final = {
    "unread": noop("%(path)s: %(why)s"),
    "toml_line": noop("line %(line)s is no TOML: %(why)s"),
    "toml": noop("this is no TOML: %(why)s"),
    "key_unknown": noop("%(key)s: there is no such key"),
    "key_missing": noop("%(key)s: this key is missing"),
    "value_unknown": noop("%(key)s: '%(value)s' is none of these"),
    "column_unknown": noop("%(key)s: the file has no column '%(value)s'"),
    "code_unknown": noop("%(key)s: '%(value)s' is not known here"),
    "code_twice": noop("%(key)s: the same code stands twice, with another meaning"),
    "unit_code": noop("units.codes: '%(value)s' is no unit's code; at most 32 characters, and never a person's"),
    "no_table": noop("%(key)s: write a table, [%(key)s]"),
    "no_pairs": noop('%(key)s: write a table, theirs = "ours"'),
    "no_text": noop("%(key)s: write a text in quotation marks"),
    "no_texts": noop("%(key)s: write a text, or a list of texts"),
    "no_flag": noop("%(key)s: write true or false"),
    "no_place": noop("report: name the columns of lon and lat, or of the place in words"),
    "no_category": noop("category: name its column, or say a default"),
    "no_disposal": noop("disposal: what is resolved or closed has one; name its column, or say a default"),
    "shared_apart": noop("units.shared: only where units.separator parts several units in one cell"),
    "units_twice": noop("units.separator: either one cell for all units, or columns counted by {n}"),
    "zone_unknown": noop("tz: '%(value)s' is no time zone; write one such as Asia/Shanghai"),
    "crs_unknown": noop("crs: '%(value)s' is no coordinate system; write EPSG:4326, GCJ-02, BD-09 or another"),
}
CLOSE: Final = noop("did you mean '%(close)s'? (known are: %(known)s)")
KNOWN: Final = noop("known are: %(known)s")


class MappingError(ValueError):
    """The mapping cannot be used; the words name the key and what to change."""

    exit_status = 2

    def __init__(self, code: str, *, near: tuple[str, Iterable[str]] | None = None, **limits: Any) -> None:
        """Keep words and limits apart; `near` is what was written and what is known, to say what was meant."""
        words = [FAULTS[code]]
        if near:
            hint, more = _hint(*near)
            words, limits = [*words, hint], limits | more
        super().__init__("; ".join(part % limits for part in words))
        self.code, self.words, self.limits = code, words, limits


def _hint(word: str, known: Iterable[str]) -> tuple[str, dict[str, str]]:
    """Say which of the known words is likeliest, and all of them."""
    names = list(known)
    plain = {name.casefold(): name for name in reversed(names)}
    close = get_close_matches(word.casefold(), plain, n=1, cutoff=0.5)
    listed = {"known": ", ".join(names)}
    return (CLOSE, listed | {"close": plain[close[0]]}) if close else (KNOWN, listed)
