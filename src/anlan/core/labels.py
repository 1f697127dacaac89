"""What pages call each kind of entry: every stage says it of its own kinds, in its words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

EDITS: Final = {
    "added": _("%(record)s: added by the operator"),
    "edited": _("%(record)s: changed by the operator"),
    "deleted": _("%(record)s: deleted by the operator"),
}
_LABELS: dict[str, str] = {}
_RECORDS: dict[str, str] = {}


def name_kinds(labels: Mapping[str, str]) -> None:
    """Register what pages call the kinds of entries of a stage."""
    for kind, label in labels.items():
        if _LABELS.setdefault(kind, label) != label:
            raise ValueError(f"the kind {kind!r} has other words already")


def name_records(labels: Mapping[str, str]) -> None:
    """Register what pages call the records, by app and model, whose editing by an operator is an entry."""
    _RECORDS.update(labels)


def label_of(kind: str) -> str:
    """Return what pages call a kind; one that no stage of this version knows stands as it is."""
    if kind in _LABELS:
        return gettext(_LABELS[kind])
    record, _line, what = kind.rpartition("_")
    if record not in _RECORDS or what not in EDITS:
        return kind
    return gettext(EDITS[what]) % {"record": gettext(_RECORDS[record])}


def has_label(kind: str) -> bool:
    """Whether a stage says what pages call a kind."""
    return label_of(kind) != kind


def known_kinds() -> frozenset[str]:
    """Return every kind that a stage has words for."""
    return frozenset(_LABELS)
