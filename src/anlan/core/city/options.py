"""What each value of city.toml may be, checked before anything of the folder is stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from django.utils.translation import gettext_noop as _

from anlan.core import ledger
from anlan.core.city.faults import Place, together
from anlan.core.models import City

Check = Callable[[Place, str, Any], None]
COLUMNS: Final = ("code", "name", "name_en", "zone", "language", "default_crs", "synthetic")  # of the city's table
NAMES: Final = "emergency_names"


def check_options(path: Path, found: Mapping[str, Any]) -> None:
    """Refuse every value that has another shape than its readers count on, and a column's that is too long."""
    at = Place(path)
    checks = [(OPTIONS.get(name, _plain), name, value) for name, value in found.items()]
    together([lambda check=check, name=name, value=value: check(at, name, value) for check, name, value in checks])  # type: ignore[misc]
    if len(found.get(NAMES, [])) > len(City(settings=ledger.canonical(dict(found))).emergency_numbers):
        raise at.wrong(_("%(name)s has more names than there are emergency_numbers"), NAMES, name=NAMES)
    at.fit(City(**{name: found[name] for name in COLUMNS if name in found}))


def _plain(at: Place, name: str, value: Any) -> None:
    try:
        ledger.canonical(value)
    except (TypeError, ValueError) as error:
        raise at.wrong(_("%(name)s cannot be kept: write it in quotes"), name, name=name) from error


def _filled(at: Place, name: str, value: Any) -> None:
    _words(at, name, value)
    if not value.strip():
        raise at.wrong(_("write %(name)s as words in quotes, not %(value)s"), name, name=name, value='""')


def _words(at: Place, name: str, value: Any) -> None:
    if not isinstance(value, str):
        raise at.wrong(_("write %(name)s as words in quotes, not %(value)s"), name, name=name, value=value)


def _yes_or_no(at: Place, name: str, value: Any) -> None:
    if type(value) is not bool:
        raise at.wrong(_("write %(name)s as true or false, not %(value)s"), name, name=name, value=value)


def _number(least: int, most: int) -> Check:
    def check(at: Place, name: str, value: Any) -> None:
        if type(value) is not int or not least <= value <= most:
            words = _("write %(name)s as a whole number from %(least)s to %(most)s, not %(value)s")
            raise at.wrong(words, name, name=name, least=least, most=most, value=value)

    return check


def _contact(at: Place, name: str, value: Any) -> None:
    if not _is_telephone(value):
        _words(at, name, value)


def _telephones(at: Place, name: str, value: Any) -> None:
    if not (isinstance(value, list) and all(_is_telephone(number) for number in value)):
        words = _('write %(name)s as a list such as ["110", "119"], not %(value)s')
        raise at.wrong(words, name, name=name, value=value)


def _is_telephone(value: Any) -> bool:
    """Older folders leave out the quotes."""
    return (type(value) is int and value > 0) or (isinstance(value, str) and bool(value.strip()))


def _pairs(at: Place, name: str, value: Any) -> None:
    if not (isinstance(value, list) and all(_is_pair(pair) for pair in value)):
        words = _('write %(name)s as a list of names in both languages, such as [["火警", "Fire"]], not %(value)s')
        raise at.wrong(words, name, name=name, value=value)


def _is_pair(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(isinstance(word, str) for word in value)


def _bounds(at: Place, name: str, value: Any) -> None:
    if isinstance(value, list) and len(value) == 4 and all(type(bound) in {int, float} for bound in value):
        west, south, east, north = value
        if -180 <= west < east <= 180 and -90 <= south < north <= 90:
            return
    raise at.wrong(_("write bounds = [west, south, east, north] in degrees"), name)


OPTIONS: Final[Mapping[str, Check]] = {
    "code": _filled,
    "name": _filled,
    "name_en": _filled,
    "zone": _filled,
    "bounds": _bounds,
    "language": _filled,
    "default_crs": _filled,
    "synthetic": _yes_or_no,
    "attribution": _words,
    "bulletin_contact": _contact,
    "hotline": _contact,
    "emergency_numbers": _telephones,
    NAMES: _pairs,
    "satisfaction_one_in": _number(0, 1_000_000),
    "returns_allowed": _number(0, 1000),
    "objection_days": _number(0, 3650),
    "first_look_minutes": _number(1, 525_600),
    "ladder": _plain,  # prevention holds it to its own steps and to acts.csv
}
