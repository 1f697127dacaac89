"""The faults of the ledger in the reader's language, and where each lies: a position, or a record by its number."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

RECORDS: Final = {
    "report": _("Report %(record)s: %(what)s"),
    "task": _("Task %(record)s: %(what)s"),
    "evidence": _("Evidence %(record)s: %(what)s"),
    "contact": _("Contact %(record)s: %(what)s"),
    "satisfaction": _("Answer about satisfaction %(record)s: %(what)s"),
    "sign-in": _("Sign-in %(record)s: %(what)s"),
    "clock": _("Clock %(record)s: %(what)s"),
}
LEADS: Final = {"report": "report", "task": "task", "contact": "contact"}  # what entries call the record
FAULTS: Final = (
    _("the head kept at %(at)s, position %(position)s: %(what)s"),
    _("the head %(head)s is no seal of this chain: its end was cut off, or it was written anew"),
    _("no seal of this chain: its end was cut off, or it was written anew"),
    _("its time stamp cannot be read"),
    _("line %(line)s of the kept heads cannot be read"),
    _("the file of kept heads is gone"),
    _("the seal of positions %(first)s-%(last)s is of an older kind than the one before it"),
    _("the seal of positions %(first)s-%(last)s does not follow the one before it"),
    _("the seal of positions %(first)s-%(last)s names an algorithm that is not known"),
    _("the seal of positions %(first)s-%(last)s does not fit what it covers"),
    _("the marks of the seal of positions %(first)s-%(last)s were changed"),
    _("the seals leave out or repeat positions %(first)s-%(last)s"),
    _("positions %(first)s-%(last)s are sealed and missing"),
    _("positions %(first)s-%(last)s are missing"),
    _("the entry at position %(position)s was changed"),
    _("position %(position)s has lost its entry %(entry)s"),
    _("an entry between positions %(first)s and %(last)s cannot be read: %(error)s"),
    _("entry %(entry)s has no position: it was not appended by Anlan"),
    _("%(what)s cannot be read to the end: %(error)s"),
    _("the ledger"),
    _("the rows of %(table)s"),
    _("kind %(kind)s: its number is another one's"),
    _("trigger %(trigger)s is missing"),
    _("trigger %(trigger)s was changed or disabled"),
    _("its row is gone"),
    _("no entry says that it was received"),
    _("no entry says that it was added"),
    _("no entry says that it was asked"),
    _("validity is not as it was set last"),
    _("its words are gone"),
    _("its words are not as they were received"),
    _("its photo %(photo)s is gone"),
    _("its photo %(photo)s was never kept, or was erased"),
    _("its photo %(photo)s: %(column)s is not as it was kept"),
    _("its later answers are not as they were given"),
    _("its additions are not as they were received"),
    _("its erasure is not as its entry says"),
    _("there is a photo that was never kept, or what was erased"),
    _("its address is gone"),
    _("its address is not as it was added"),
    _("from where it came was erased and is there"),
    _("from where it came is gone"),
    _("from where it came is not as it was sealed"),
    _("a change of its time is gone, or was changed"),
    _("no entry says that its time was changed so"),
    _("the changes of its time do not hold in the order of their entries"),
    _("a column is not as its entry says"),
    _("%(column)s is not as it was kept"),
    _("%(column)s is not as its entry says"),
)  # fmt: skip
RECORD: Final = re.compile(
    rf"(?P<noun>{'|'.join(RECORDS)}) (?P<record>\S+?)(?:, evidence (?P<piece>\d+))?: (?P<what>.+)"
)
HOLE: Final = re.compile(r"%\\\((\w+)\\\)s|%\((\w+)\)s")


@dataclass(frozen=True)
class Fault:
    """A fault as a page says it; `looks_for` finds the entries that it is about, `number` the record."""

    words: str
    looks_for: str = ""
    number: str = ""


def fault_of(text: str) -> Fault:
    """Read a fault as the verification wrote it; one that this version does not know stands as it is."""
    if record := RECORD.fullmatch(text):
        noun, number, what = record["noun"], record["record"], _said(record["what"])[0]
        where = f"{number} · {record['piece']}" if record["piece"] else number
        words = gettext(RECORDS[noun]) % {"record": where, "what": what}
        return Fault(words, f"{LEADS[noun]}:{number}" if noun in LEADS else "", number)
    words, limits = _said(text)
    return Fault(words, limits.get("position") or limits.get("first", ""))


def is_known(text: str) -> bool:
    """Whether there are words for a fault."""
    record = RECORD.fullmatch(text)
    return any(pattern.fullmatch(record["what"] if record else text) for pattern, _words in _patterns())


def _said(text: str) -> tuple[str, dict[str, str]]:
    for pattern, words in _patterns():
        if match := pattern.fullmatch(text):
            limits = match.groupdict()
            inner = {"what": _said(limits["what"])[0]} if "what" in limits else {}
            return gettext(words) % (limits | inner), limits
    return text, {}


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    return [(re.compile(HOLE.sub(lambda hole: f"(?P<{hole[1] or hole[2]}>.+?)", re.escape(words))), words)
            for words in FAULTS]  # fmt: skip
