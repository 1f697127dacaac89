"""The ledger as an auditor reads it: its entries with whose post left them, openings of personal content, seals."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from django.apps import apps
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from anlan.core.models import ApiClient, LedgerEntry, LedgerSeal, Membership
from anlan.core.pages import Reader
from anlan.core.people.actors import Actor
from anlan.core.people.roles import Role
from anlan.core.sealed.purposes import ErasureReason, Purpose, Seal
from anlan.core.words import MISSING, area_label

NOUNS: Final = ("incident", "report", "problem", "task", "list", "bulletin", "plan", "unit", "assignment", "study",
                "contact", "estimate")  # fmt: skip


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
        fields = self.payload.get("fields")
        return ", ".join(fields) if fields else _("photo")


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


def found_by(rows: QuerySet[LedgerEntry], words: str) -> QuerySet[LedgerEntry]:
    """Return what was done with a number, what is of a kind, or the entry at a position."""
    if words.isdecimal():
        return rows.filter(placed__position=int(words)) if len(words) < 19 else rows.none()
    subjects = [words, *(f"{noun}:{words.upper()}" for noun in NOUNS)]
    return rows.filter(Q(subject__in=subjects) | Q(kind__startswith=words.lower()))


def with_posts(entries: Sequence[LedgerEntry], reader: Reader) -> Iterable[Left]:
    """Give each entry with the post that left it: role and organisation, never a name."""
    names = {entry.actor for entry in entries}
    people, clients = (_keys(names, kind) for kind in ("person", "client"))
    posts: dict[str, list[str]] = {}
    for held in Membership.objects.filter(person_id__in=people).select_related("organisation").order_by("pk"):
        words = f"{area_label(held.organisation)} · {Role(held.role).label}"
        posts.setdefault(f"person:{held.person_id}", []).append(words)
    for client in ApiClient.objects.filter(pk__in=clients).select_related("organisation"):
        posts[f"client:{client.pk}"] = [area_label(client.organisation)]
    return [Left(entry, ", ".join(posts.get(entry.actor, [])) or _by(entry.actor)) for entry in entries]


def _keys(names: set[str], kind: str) -> set[int]:
    return {int(key) for known, _colon, key in (name.partition(":") for name in names) if known == kind}


def _by(name: str) -> str:
    if name.startswith("system:"):
        return _("Anlan itself")
    return _("the public") if name == "public" else MISSING
