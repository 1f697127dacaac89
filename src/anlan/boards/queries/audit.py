"""The ledger as an auditor reads it: its entries with whose post left them, openings of personal content, seals."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from django.apps import apps
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from anlan.core.city.current import city_zone
from anlan.core.labels import label_of
from anlan.core.models import ApiClient, LedgerEntry, LedgerKind, LedgerSeal, Membership
from anlan.core.pages import Reader
from anlan.core.pages.forms import Choices
from anlan.core.pages.lists import DOWNLOADS
from anlan.core.people.actors import Actor
from anlan.core.people.roles import Role
from anlan.core.sealed.purposes import ErasureReason, Purpose, Seal
from anlan.core.time.clock import stamp
from anlan.core.words import MISSING, area_label, listed

NOUNS: Final = {  # what entries call the records, and what pages call them
    "incident": noop("Incident"), "report": noop("Report"), "problem": noop("Problem"), "task": noop("Task"),
    "list": noop("List"), "bulletin": noop("Bulletin"), "plan": noop("Plan of a bulletin"), "unit": noop("Unit"),
    "assignment": noop("Sending"), "study": noop("Study"), "contact": noop("Contact"), "estimate": noop("Estimate"),
    "analysis": noop("Analysis report"), "storm": noop("Storm"), "satisfaction": noop("Question after closing"),
    "import": noop("Import"), "person": noop("Person"), "client": noop("Partner system"), "message": noop("Message"),
    "job": noop("Background job"), "city": noop("City"), "ledger": noop("Ledger"), "caller": noop("Caller"),
    "sign_in": noop("Sign-in"), "extension": noop("Extension"), "shift": noop("Shift"), "site": noop("Site"),
    "category": noop("Category"), "organisation": noop("Organisation"),
}  # fmt: skip
WHOLE: Final = {"ledger:verification": noop("Ledger"), "ledger:head": noop("Ledger"), "city:time": noop("City")}
CONTENT: Final = {
    "place_words": noop("place as it was told"), "words": noop("words of the report"), "contact": noop("telephone"),
    "name": noop("name of a reporter"), "address": noop("address"), "agent": noop("browser"), "photo": noop("photo"),
}  # fmt: skip
LONGEST: Final = 200  # entries of a way back
ACTOR: Final = re.compile(r"(person|client):\d{1,18}|system:[a-z_]{1,40}")


@dataclass(frozen=True)
class Left:
    """One entry, and the post of whoever left it."""

    entry: LedgerEntry
    by: str

    @property
    def position(self) -> int | None:
        """Its place in the ledger."""
        placed = getattr(self.entry, "placed", None)
        return placed.position if placed else None

    @property
    def cause(self) -> int | None:
        """The place of the entry that it follows from."""
        caused = self.entry.cause
        placed = getattr(caused, "placed", None) if caused else None
        return placed.position if placed else None

    @property
    def at(self) -> dt.datetime:
        """When it was left."""
        return dt.datetime.fromisoformat(self.entry.at)

    @property
    def payload(self) -> dict[str, Any]:
        """What it says."""
        return dict(json.loads(self.entry.payload))

    @property
    def record(self) -> tuple[str, str]:
        """What pages call the record, and its number, where it has one."""
        if self.entry.subject in WHOLE:
            return _(WHOLE[self.entry.subject]), ""
        noun, _colon, number = self.entry.subject.partition(":")
        return (_(NOUNS[noun]) if noun in NOUNS else noun), number

    @property
    def purpose(self) -> str:
        """For what personal content was opened."""
        said = self.payload.get("purpose", "")
        return str(Purpose(said).label) if said in Purpose.values else said or MISSING

    @property
    def reason(self) -> str:
        """For what reason personal content was erased."""
        said = self.payload.get("reason", "")
        return str(ErasureReason(said).label) if said in ErasureReason.values else said or MISSING

    @property
    def opened(self) -> str:
        """Which parts of it were opened."""
        return listed(_(CONTENT.get(name, name)) for name in self.payload.get("fields", ["photo"]))

    @property
    def rows(self) -> int | None:
        """How many rows a download had; entries of earlier versions do not say."""
        return self.payload.get("rows")

    @property
    def digest(self) -> str:
        """The digest of the file that went out."""
        return str(self.payload.get("sha256", ""))

    @property
    def narrowed(self) -> str:
        """By what a list was narrowed before its download."""
        asked = {name: value for name, value in self.payload.items() if name not in {"rows", "sha256"}}
        return listed(f"{name}={value}" for name, value in asked.items())


def entries_of(actor: Actor) -> QuerySet[LedgerEntry]:
    """Return every entry, the newest first; the page is open to auditors only."""
    return LedgerEntry.objects.select_related("placed", "cause__placed").order_by("-pk")


def seals_of(actor: Actor) -> QuerySet[LedgerSeal]:
    """Return every seal, the newest first."""
    return LedgerSeal.objects.defer("marks").order_by("-last")


@cache
def _seals() -> list[Seal]:
    """Return how each kind of personal content is opened and erased, in whichever stage."""
    seals = [getattr(model, "SEAL", None) for model in apps.get_models()]
    return [seal for seal in seals if isinstance(seal, Seal)]


def openings() -> Q:
    """Ask for openings of personal content."""
    return Q(kind__in={kind for seal in _seals() for kind in (seal.words_read, seal.file_read) if kind})


def erasings() -> Q:
    """Ask for erasings of personal content."""
    return Q(kind__in={seal.erased for seal in _seals() if seal.erased})


def exports() -> Q:
    """Ask for lists with personal content that somebody downloaded."""
    return Q(kind__in=DOWNLOADS)


def kinds(reader: Reader) -> Choices:
    """Return every kind of which there is an entry, by what pages call it."""
    names = LedgerKind.objects.values_list("name", flat=True)
    return sorted(((name, label_of(name)) for name in names), key=lambda choice: str(choice[1]))


def posts(reader: Reader) -> Choices:
    """Return the posts that leave entries: role and organisation, partner systems, the public, Anlan; never a name."""
    held = Membership.objects.select_related("organisation").order_by("organisation__code", "role")
    of_people = {f"{member.organisation.code}/{member.role}": _post(member) for member in held}
    clients = {f"client:{client.pk}": client.name for client in ApiClient.objects.order_by("name")}
    others = {"public": _by("public"), "system": _by("system:")}
    asked = reader.asked.get("by", "")
    actor = {asked: _numbered(asked)} if ACTOR.fullmatch(asked) else {}
    return list((actor | others | of_people | clients).items())


def left_by(rows: QuerySet[LedgerEntry], by: str, reader: Reader) -> QuerySet[LedgerEntry]:
    """Return what one post left, or one actor as entries name it."""
    if by in {"public", "system"}:
        return rows.filter(actor="public") if by == "public" else rows.filter(actor__startswith="system:")
    if ACTOR.fullmatch(by):
        return rows.filter(actor=by)
    organisation, _slash, role = by.rpartition("/")
    people = Membership.objects.filter(organisation__code=organisation, role=role).values_list("person_id", flat=True)
    return rows.filter(actor__in=[f"person:{pk}" for pk in people])


def since(rows: QuerySet[LedgerEntry], day: str, reader: Reader) -> QuerySet[LedgerEntry]:
    """Return what was done on a day of the city or later; a text that is no day fits nothing."""
    begins = _midnight(day, 0)
    return rows.filter(at__gte=begins) if begins else rows.none()


def until(rows: QuerySet[LedgerEntry], day: str, reader: Reader) -> QuerySet[LedgerEntry]:
    """Return what was done on a day of the city or before."""
    ends = _midnight(day, 1)
    return rows.filter(at__lt=ends) if ends else rows.none()


def _midnight(day: str, after: int) -> str:
    try:
        return stamp(dt.datetime.combine(dt.date.fromisoformat(day) + dt.timedelta(days=after), dt.time(), city_zone()))
    except (ValueError, OverflowError):
        return ""


def way_back(rows: QuerySet[LedgerEntry], position: str, reader: Reader) -> QuerySet[LedgerEntry]:
    """Return an entry with those that it follows from, one from the other, up to the first."""
    if not position.isdecimal() or len(position) > 18:
        return rows.none()
    entry = LedgerEntry.objects.filter(placed__position=int(position)).values_list("pk", "cause_id").first()
    way: list[int] = []
    while entry and len(way) < LONGEST:
        way.append(entry[0])
        entry = LedgerEntry.objects.filter(pk=entry[1]).values_list("pk", "cause_id").first() if entry[1] else None
    return rows.filter(pk__in=way)


def found_by(rows: QuerySet[LedgerEntry], words: str) -> QuerySet[LedgerEntry]:
    """Return what was done with a number, what is of a kind, or the entry at a position."""
    if words.isdecimal():
        return rows.filter(placed__position=int(words)) if len(words) < 19 else rows.none()
    subjects = [words, *(f"{noun}:{words.upper()}" for noun in NOUNS)]
    return rows.filter(Q(subject__in=subjects) | Q(kind__startswith=words.lower()))


def with_posts(entries: Sequence[LedgerEntry], reader: Reader) -> Iterable[Left]:
    """Give each entry with the post that left it: role and organisation, never a name."""
    posts = _posts_of({entry.actor for entry in entries})
    return [Left(entry, posts[entry.actor]) for entry in entries]


def _posts_of(names: set[str]) -> dict[str, str]:
    people, clients = (_keys(names, kind) for kind in ("person", "client"))
    posts: dict[str, list[str]] = {}
    for held in Membership.objects.filter(person_id__in=people).select_related("organisation").order_by("pk"):
        posts.setdefault(f"person:{held.person_id}", []).append(_post(held))
    for client in ApiClient.objects.filter(pk__in=clients).select_related("organisation"):
        posts[f"client:{client.pk}"] = [area_label(client.organisation)]
    return {name: listed(posts.get(name, [])) or _by(name) for name in names}


def _numbered(name: str) -> str:
    """Say one actor as the lines of the ledger do: by the post, and by which of those who hold it."""
    kind, _colon, number = name.partition(":")
    which = number if kind == "system" else _("No. %(number)s") % {"number": number}
    return f"{_posts_of({name})[name]} · {which}"


def _post(held: Membership) -> str:
    return f"{area_label(held.organisation)} · {Role(held.role).label}"


def _keys(names: set[str], kind: str) -> set[int]:
    return {int(key) for known, _colon, key in (name.partition(":") for name in names) if known == kind}


def _by(name: str) -> str:
    if name.startswith("system:"):
        return _("Anlan itself")
    return _("the public") if name == "public" else MISSING
