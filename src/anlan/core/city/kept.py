"""What is kept of each file of the city's folder: read whole, so that two moments can be compared."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db import models

from anlan.core.ledger import head_position
from anlan.core.models import (
    AreaVersion,
    City,
    ClockRule,
    Holiday,
    LedgerEntry,
    LedgerPosition,
    LegalAct,
    Organisation,
)

Values = dict[str, Any]
Snapshot = dict[str, dict[str, Values]]
ON_PAGES: Final = ("_added", "_edited")  # how the kinds of entries end by which the admin changes a row
SHOWN: Final = frozenset({
    "code", "name", "name_en", "zone", "bounds", "language", "default_crs", "synthetic", "attribution",
    "satisfaction_one_in", "returns_allowed", "objection_days", "first_look_minutes",
})  # fmt: skip


@dataclass(frozen=True)
class Table:
    """Where rows of a file are kept: `columns` of the file and where each stands, the first `keyed` name a row."""

    file: str
    model: type[models.Model]
    columns: Mapping[str, str]
    keyed: int = 1
    more: Callable[[], dict[int, Values]] = dict  # further values of rows, by their id
    within: str = ""  # a relation to what holds some of the columns: edited and put back with the row

    def rows(self) -> Iterator[tuple[int, str, Values]]:
        """Yield each row: its id, the key by which the file names it, its values."""
        names, more = list(self.columns), self.more()
        for pk, *values in self.model._default_manager.order_by("pk").values_list("pk", *self.columns.values()):
            found = dict(zip(names, values, strict=True)) | more.get(pk, {})
            yield pk, " ".join(str(found[name]) for name in names[: self.keyed]), found


TABLES: list[Table] = []


def keeps(file: str, model: type[models.Model], columns: str | Mapping[str, str], **how: Any) -> None:
    """Register where a file's rows are kept; columns that stand under their own names are a list of words."""
    named = {name: name for name in columns.split()} if isinstance(columns, str) else columns
    TABLES.append(Table(file, model, named, **how))


def snapshot() -> Snapshot:
    """Return all rows of all files as they are kept now."""
    return {table.file: {key: values for _pk, key, values in table.rows()} for table in TABLES}


def edited() -> dict[tuple[str, str], models.Model]:
    """Return by file and key the rows that somebody changed on a page since the last load, or that were kept then."""
    last = LedgerEntry.objects.filter(kind="core.city_loaded").order_by("-id").first()
    kept = json.loads(last.payload).get("kept", {}) if last else {}
    found: dict[tuple[str, str], models.Model] = {}
    since = _position(last)
    for table in TABLES:
        ids, stay = _edited_ids(table, since), kept.get(table.file, [])
        if ids or stay:
            keys = {pk: key for pk, key, _values in table.rows() if pk in ids or key in stay}
            rows = table.model._default_manager.filter(pk__in=keys).select_related(*filter(None, [table.within]))
            found |= {(table.file, keys[row.pk]): row for row in rows}
    return found


def put_back(rows: Iterable[models.Model]) -> None:
    """Store rows as they were before the folder was loaded over them; of the city its folder's hash stays new."""
    within = {table.model: table.within for table in TABLES}
    for row in rows:
        _store(row)
        if name := within[type(row)]:
            _store(getattr(row, name))


def _store(row: models.Model) -> None:
    left = {"id", "folder_hash"}
    values = {key.attname: getattr(row, key.attname) for key in row._meta.concrete_fields if key.name not in left}
    type(row)._default_manager.update_or_create(pk=row.pk, defaults=values)


def _position(load: LedgerEntry | None) -> int:
    """Return where the load stands in the order of commit; what this transaction itself loaded has no place yet."""
    if load is None:
        return 0
    place = LedgerPosition.objects.filter(entry=load).values_list("position", flat=True).first()
    return head_position() if place is None else place


def _edited_ids(table: Table, since: int) -> set[int]:
    ids = _named(table.model, since)
    if table.within:
        holder: Any = table.model._meta.get_field(table.within).related_model
        held = {f"{table.within}__in": _named(holder, since)}
        ids.update(table.model._default_manager.filter(**held).values_list("pk", flat=True))
    return ids


def _named(model: type[models.Model], since: int) -> set[int]:
    """Return which rows entries tell of that were committed since; of clocks any does, of others a page's."""
    name = model._meta.model_name
    entries = LedgerEntry.objects.filter(placed__position__gt=since, subject__startswith=f"{name}:")
    found = entries.values_list("kind", "subject")
    numbers = [subject.partition(":")[2] for kind, subject in found if model is ClockRule or kind.endswith(ON_PAGES)]
    return {int(number) for number in numbers if number.isdecimal()}


def _settings() -> dict[int, Values]:
    """Return the rest of city.toml; of what is in no list, such as a telephone, only that it is given."""
    return {
        city.pk: {"bounds": list(city.bounds)} | {
            name: value if name in SHOWN else Given(value) for name, value in json.loads(city.settings).items()
        }
        for city in City.objects.all()
    }  # fmt: skip


def _outlines() -> dict[int, Values]:
    before: dict[int, list[str]] = {}
    pairs = AreaVersion.predecessors.through.objects.values_list(
        "from_areaversion", "to_areaversion__area__code", "to_areaversion__valid_from"
    )
    for pk, code, since in pairs:
        before.setdefault(pk, []).append(f"{code} {since}")
    found = AreaVersion.objects.values_list("pk", "geometry")
    return {pk: {"geometry": Given(text), "predecessors": sorted(before.get(pk, []))} for pk, text in found}


class Given(str):
    """Something of which pages say only whether it is there: what it is, is not shown."""

    __slots__ = ()

    def __new__(cls, value: Any) -> Given:
        """Keep a hash by which another value is told apart."""
        if value in (None, "", [], {}):
            return super().__new__(cls, "")
        return super().__new__(cls, hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest())


_CLOCK = "code name name_en start stop target_s counting owner scope ladder effect active"
keeps("city.toml", City, "code name name_en zone language default_crs synthetic", more=_settings)
keeps("areas.geojson", AreaVersion, {
    "code": "area__code", "valid_from": "valid_from", "kind": "area__kind", "name": "name", "name_en": "name_en",
    "parent": "parent__code", "valid_to": "valid_to", "population": "population",
}, keyed=2, more=_outlines, within="area")  # fmt: skip
keeps("organisations.csv", Organisation, {
    "code": "code", "name": "name", "name_en": "name_en", "kind": "kind", "parent": "parent__code",
    "area": "area__code", "active": "active",
})  # fmt: skip
keeps("holidays.csv", Holiday, "date kind name")
keeps("clocks.csv", ClockRule, _CLOCK)
keeps("acts.csv", LegalAct, "code in_force_from name name_en kind number until replaces source", keyed=2)
