"""Opening and erasing personal content, inside a stage's verbs: every opening is an entry with its purpose."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import QuerySet

from anlan.core import ledger
from anlan.core.ledger import canonical
from anlan.core.ledger.verbs import forget
from anlan.core.people.actors import Actor, NotAllowed
from anlan.core.sealed.models import Sealed, SealedFile, SealedPiece, SealedWords
from anlan.core.sealed.salts import commitment
from anlan.core.sealed.scrub import note_residue


def open_words(
    model: type[SealedWords],
    subjects: Mapping[int, str],
    *,
    fields: Sequence[str],
    purpose: str,
    actor: Actor,
    at: dt.datetime,
) -> dict[int, dict[str, str]]:
    """Return words of many records, by id; `subjects` are what the entries call them, one entry for each opening.

    The caller has looked up which records the actor may see. Where words were erased or never given they are empty.
    """
    require_opening(model, purpose, actor)
    if unknown := set(fields) - set(model.CONTENT):
        raise ValueError(f"fields: no {', '.join(sorted(unknown))}")
    rows: QuerySet[Any] = model._base_manager.filter(**{f"{model.OWNER}__in": list(subjects)})
    found = {getattr(row, model.OWNER): row for row in rows}
    payload = canonical({"fields": sorted(fields), "purpose": str(purpose)})
    kind = model.SEAL.words_read
    ledger.append_rows([ledger.row_of(kind, actor, at, subject, payload) for subject in subjects.values()])
    return {pk: {name: getattr(found[pk], name) if pk in found else "" for name in fields} for pk in subjects}


def use_words(model: type[SealedWords], owner: int, field: str, *, purpose: str, actor: Actor) -> str | None:
    """Return a word for Anlan itself to pass on, which it shows to nobody; None once it is erased."""
    if not actor.is_system or purpose not in model.SEAL.by_system:
        raise NotAllowed(f"{actor.name} may not use {field} to {purpose}")
    row = model._base_manager.filter(**{model.OWNER: owner}).first()
    return None if row is None else str(getattr(row, field))


def open_file(file: SealedFile | SealedPiece, subject: str, *, purpose: str, actor: Actor, at: dt.datetime) -> bytes:
    """Return the bytes of one file that the actor may see; the opening is an entry with its purpose."""
    require_opening(type(file), purpose, actor)
    if file.jpeg is None:
        raise ValueError(f"{subject}: no file, or it was erased")
    payload = {file.SEAL.file_key: file.pk, "purpose": str(purpose)}
    ledger.append(file.SEAL.file_read, actor=actor, at=at, subject=subject, payload=payload)
    return bytes(file.jpeg)


def require_opening(model: type[Sealed], purpose: str, actor: Actor) -> None:
    """Refuse whoever opens no such content, and an opening for nothing."""
    actor.require(*model.SEAL.opens)
    model.SEAL.require_purpose(purpose)


def find_same(model: type[SealedWords], owners: Iterable[int], content: Mapping[str, str]) -> int | None:
    """Return which of these records has just this content, told by commitments: nobody reads it, and none is opened."""
    rows = model._default_manager.filter(**{f"{model.OWNER}__in": list(owners)})
    return next(
        (getattr(row, model.OWNER) for row in rows if row.commitment() == commitment(bytes(row.salt), content)), None
    )


def same_words(model: type[SealedWords], pairs: Sequence[tuple[int, Mapping[str, str]]]) -> list[bool | None]:
    """Say of each record, told with words, whether they are its own, by commitments; None where it keeps none."""
    rows = model._default_manager.filter(**{f"{model.OWNER}__in": {owner for owner, _ in pairs}})
    kept = {getattr(row, model.OWNER): (row.commitment(), bytes(row.salt)) for row in rows}
    return [kept[owner][0] == commitment(kept[owner][1], words) if owner in kept else None for owner, words in pairs]


def erase(*kinds: QuerySet[Any], at: dt.datetime) -> list[int]:
    """Destroy the content of rows with their salts, and what was kept to know it again; return of how many of each.

    The verb says who may and why, and leaves the entry. The worker clears the bytes out of the files once it is
    committed; until then `is_leaving` says so.
    """
    forget(scope for rows in kinds for scope in rows.values_list("verb_key", flat=True) if scope)
    counts = [rows.model.destroy(rows, at) for rows in kinds]
    if any(counts):
        note_residue(at)
    return counts
