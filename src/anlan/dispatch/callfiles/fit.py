"""Whether a mapping fits the file, and this city: asked before anything is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from zoneinfo import available_timezones

from anlan.core.city.current import city, city_zone
from anlan.core.models import Organisation
from anlan.dispatch.callfiles.faults import MappingError
from anlan.dispatch.callfiles.mapping import NUMBERED, CallMapping, Columns, Units
from anlan.dispatch.models import Unit
from anlan.geo import parse_crs
from anlan.intake.channels import Channel
from anlan.intake.files.chunks import category_names
from anlan.intake.models import Category
from anlan.intake.rules.resident_ids import is_resident_id
from anlan.intake.states import Validity
from anlan.triage.queries.organisations import control_room
from anlan.triage.rules import DISPOSALS, URGENCIES


@dataclass(frozen=True)
class Fitted:
    """What holds for one file and this city: our codes by every name that a cell may give them."""

    crs: str
    tz: str
    categories: Mapping[str, str]
    units: Mapping[str, str]
    organisations: frozenset[str]
    control_room: str


def fit(mapping: CallMapping, columns: Iterable[str]) -> Fitted:
    """Refuse a column that the file does not have, and a code that the city does not know."""
    _require_columns(mapping, list(columns))
    here = city()
    zone = mapping.tz or city_zone().key
    if zone not in available_timezones():
        raise MappingError("zone_unknown", value=zone)
    named = mapping.crs or (here.default_crs if here else "EPSG:4326")
    try:
        crs = str(parse_crs(named))
    except ValueError as error:
        raise MappingError("crs_unknown", value=named) from error
    organisations = frozenset(Organisation.objects.filter(active=True).values_list("code", flat=True))
    units = {code.casefold(): code for code in Unit.objects.values_list("code", flat=True)}
    _require_codes(mapping, organisations, units)
    return Fitted(crs, zone, category_names(), units, organisations, control_room().code)


def numbered(units: Units, columns: Iterable[str]) -> Iterator[tuple[Columns, Mapping[str, Columns]]]:
    """Yield the columns of the first unit, the second, and so on, as far as the file has them."""
    held = set(columns)
    for n in count(1):
        unit = _counted(units.column, n)
        if n > 1 and not held.issuperset(unit):
            return
        yield unit, {step: _counted(names, n) for step, names in units.steps.items()}


def _counted(names: Columns, n: int) -> Columns:
    return tuple(name.replace(NUMBERED, str(n)) for name in names)


def _require_columns(mapping: CallMapping, columns: list[str]) -> None:
    wanted = [(key, name) for key, names in mapping.columns().items() for name in names]
    if mapping.units and mapping.units.numbered:
        wanted = [(key, name) for key, name in wanted if not key.startswith("units.")]
        for unit, steps in numbered(mapping.units, columns):
            keys = {"column": unit, **steps}
            wanted += [(f"units.{key}", name) for key, names in keys.items() for name in names]
            if not set(columns).issuperset(unit):
                break
    for key, name in wanted:
        if name not in columns:
            raise MappingError("column_unknown", key=key, value=name, near=(name, columns))


def _require_codes(mapping: CallMapping, organisations: Iterable[str], units: Mapping[str, str]) -> None:
    known = {
        "category": list(Category.objects.filter(active=True).values_list("code", flat=True)),
        "channel": Channel.values,
        "validity": Validity.values,
        "urgency": [str(urgency) for urgency in URGENCIES],
        "disposal": DISPOSALS,
        "handover": sorted(organisations),
    }
    tables = dict(mapping.coded) | ({"handover": mapping.handover} if mapping.handover else {})
    for name, table in tables.items():
        codes = {f"{name}.codes.{theirs}": ours for theirs, ours in table.codes.items()}
        _require_ours(codes | ({f"{name}.default": table.default} if table.default else {}), known[name])
    if made := mapping.units and mapping.units.unknown:
        _require_ours({"units.unknown.organisation": made["organisation"]}, sorted(organisations))
        _require_ours({"units.unknown.kind": made["kind"]}, Unit.Kind.values)
    elif mapping.units:
        codes = {f"units.codes.{theirs}": ours for theirs, ours in mapping.units.codes.items()}
        _require_ours(codes, list(units.values()))
    for ours in mapping.units.codes.values() if mapping.units else ():
        require_unit_code(ours)


def require_unit_code(code: str) -> None:
    """Refuse a unit's code that is too long, or a person's number: it stands in the ledger for good."""
    if len(code) > 32 or is_resident_id(code):
        raise MappingError("unit_code", value=code[:32])


def _require_ours(codes: Mapping[str, str], known: Iterable[str]) -> None:
    for key, ours in codes.items():
        if ours not in known:
            raise MappingError("code_unknown", key=key, value=ours, near=(ours, known))
