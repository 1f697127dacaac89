"""Whether sealed content is still what the ledger committed to; nobody reads it, so it is no opening."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Sequence
from typing import Any

from PIL import Image, UnidentifiedImageError

from anlan.core.sealed.models import SealedFile, SealedPiece, SealedWords
from anlan.core.sealed.salts import commitment

UNREADABLE = "-"  # no commitment: the row holds something that content never is


def words_kept(model: type[SealedWords], owners: Iterable[int]) -> dict[int, str]:
    """Return the commitment to what is kept of each record, by its id; what was erased is not there."""
    rows: Any = model._base_manager.filter(**{f"{model.OWNER}__in": list(owners)})
    found = rows.values_list(model.OWNER, "salt", *model.CONTENT)
    return {owner: _commitment(salt, model.CONTENT, content) for owner, salt, *content in found}


def files_kept(model: type[SealedFile], owner: str, owners: Iterable[int]) -> dict[int, set[int]]:
    """Return which files are kept of each record; their bytes stay where they are."""
    kept: dict[int, set[int]] = {}
    for pk, of in model._base_manager.filter(**{f"{owner}__in": list(owners)}).values_list("pk", owner):
        kept.setdefault(of, set()).add(pk)
    return kept


def differs(model: type[SealedFile | SealedPiece], pk: int, committed: str) -> list[str]:
    """Return which columns of one file are not as it was kept; one file is read at a time."""
    row: Any = model._base_manager.get(pk=pk)
    if _commitment(row.salt, model.CONTENT, [getattr(row, name) for name in model.CONTENT]) != committed:
        return ["jpeg or salt"]
    shown = {"sha256": hashlib.sha256(row.jpeg).hexdigest()} | _size(bytes(row.jpeg))
    return [name for name, value in shown.items() if getattr(row, name) != value]


def is_empty(model: type[SealedPiece], pk: int) -> bool:
    """Whether nothing is left of a photo, or there never was one."""
    return model._base_manager.filter(pk=pk, **model.EMPTY).exists()


def _size(jpeg: bytes) -> dict[str, int]:
    try:
        width, height = Image.open(io.BytesIO(jpeg)).size
    except UnidentifiedImageError:  # committed to all the same: a test's own bytes, or an earlier version's
        return {}
    return {"width": width, "height": height}


def _commitment(salt: Any, names: Sequence[str], content: Sequence[Any]) -> str:
    try:
        return commitment(bytes(salt), dict(zip(names, content, strict=True)))
    except (TypeError, ValueError, AttributeError):
        return UNREADABLE
