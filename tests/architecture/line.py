"""The line that is not crossed (CONTEXT.md, last section): its words, and the names that are read for them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Final

from django.apps import apps
from django.db import models
from django.urls import URLPattern, URLResolver, get_resolver

if TYPE_CHECKING:
    from anlan.bulletin.figures.measure import Measure

# Who names something that only looks refused writes an ADR that names it: {identifier: "ADR number: reason"}.
EXCEPTIONS: Final[dict[str, str]] = {}

# Words and sequences of words, in the singular; each is also found written as one word, and in the plural.
ENGLISH: Final = """
watch list, black list, key person, key people, risk score, person score, credit score, suspect, suspected, informant,
ethnic, ethnicity, nation, nationality, religion, religious, native place, resident id, id card,
face, facial, gait, trajectory, track person, patrol score, repeat caller, serial complainer, serial complainant,
serial complaint, mental illness, mental health, mentally ill, drug user,
predict crime, predicted crime, predictive crime, predict offence, predicted offence, predictive offence
"""
CHINESE: Final = re.compile(
    "重点人员|高危人员|籍贯|民族|宗教|积分|画像|信用分|轨迹|布控|人脸|步态|犯罪预测|特情|耳目|线人|维稳|缠访|闹访|精神病|吸毒|舆情|身份证|黑名单|末位淘汰|零发案"
)
WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def words(text: str) -> list[str]:
    """Split snake_case, CamelCase and digits into words, in small letters and in the singular."""
    return [_singular(word.lower()) for word in WORD.findall(text)]


def refused(text: str, exceptions: Iterable[str] = EXCEPTIONS) -> list[str]:
    """Return what a name or a text says that Anlan refuses, but for identifiers that are named as exceptions."""
    for name in exceptions:
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", " ", text)
    said = words(text)
    english = [" ".join(sequence) for sequence in _sequences() if _stands_in(sequence, said)]
    return english + CHINESE.findall(text)


def own_models() -> list[type[models.Model]]:
    """Return every table of Anlan."""
    return [model for model in apps.get_models() if model.__module__.startswith("anlan.")]


def names_of_tables() -> list[str]:
    """Return every table, field and choice."""
    named: list[str] = []
    for model in own_models():
        named.append(model.__name__)
        for field in model._meta.get_fields():
            named.append(field.name)
            named += [str(value) for value, _ in getattr(field, "choices", None) or []]
    return named


def names_outside() -> list[str]:
    """Return the reference city's folder, every address, and every export's columns."""
    from anlan.city.town.folder import TABLES
    from anlan.hotspots.export import COLUMNS

    tables = [TABLES / "categories.csv", TABLES / "organisations.csv"]
    words = [word for table in tables for word in table.read_text(encoding="utf-8").split()]
    return [*words, *COLUMNS, *(address for address, _ in addresses())]


def names_of_measures() -> list[str]:
    """Return each measure's code and words."""
    from anlan.bulletin.figures.measure import MEASURES

    return [text for measure in MEASURES.values() for text in words_of_measure(measure)]


def words_of_measure(measure: Measure) -> tuple[str, ...]:
    """Return what a measure is called and what it says, in both languages."""
    return measure.code, measure.name, measure.name_en, measure.says, measure.says_en


def addresses(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Yield every address with its pattern."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            if pattern.app_name != "admin":  # Django's own pages: the middleware lets in operators only
                yield from addresses(pattern, prefix + str(pattern.pattern))
        else:
            yield prefix + str(pattern.pattern), pattern


@cache
def _sequences() -> list[tuple[str, ...]]:
    return [tuple(words(phrase)) for phrase in ENGLISH.split(",")]


def _stands_in(sequence: tuple[str, ...], said: list[str]) -> bool:
    size = len(sequence)
    return "".join(sequence) in said or any(tuple(said[n : n + size]) == sequence for n in range(len(said)))


def _singular(word: str) -> str:
    if word.endswith("ies"):
        return word.removesuffix("ies") + "y"
    return word if word.endswith("ss") else word.removesuffix("s")
