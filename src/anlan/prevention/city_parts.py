"""Holds the table `ladder` of city.toml to what the ladder's papers need."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.utils.translation import gettext_noop as _

from anlan.core.city.faults import Place, together
from anlan.core.city.folder import city_part
from anlan.core.models import City, LegalAct
from anlan.prevention.models import Escalation
from anlan.prevention.queries.demands import OPTION

NEEDS = ("act", "article", "article_en")


@city_part("ladder")
def check_ladder(folder: Path, city: City) -> None:
    """Refuse an article of an act that the folder does not have, and a step that the ladder does not."""
    at, table = Place(folder / "city.toml"), city.option(OPTION, {})
    if not isinstance(table, dict):
        raise at.wrong(_("write [%(name)s] as a table"), OPTION, name=OPTION)
    articles = table.get("articles", [])
    if not isinstance(articles, list):
        raise at.wrong(_("write each article as a table [[%(name)s.articles]]"), OPTION, name=OPTION)
    acts = set(LegalAct.objects.values_list("code", flat=True))
    together([lambda article=article: _check(article, acts, at) for article in articles])  # type: ignore[misc]


def _check(article: Any, acts: set[str], at: Place) -> None:
    if not isinstance(article, dict) or not all(isinstance(article.get(name), str) for name in NEEDS):
        words = _("an article of [%(name)s] needs %(needed)s, not %(value)s")
        raise at.wrong(words, OPTION, name=OPTION, needed=", ".join(NEEDS), value=article)
    if article["act"] not in acts:
        raise at.wrong(_("acts.csv has no act %(code)s"), OPTION, code=article["act"])
    steps = article.get("steps", [])
    if not (isinstance(steps, list) and all(step in Escalation.Step.values for step in steps)):
        words = _("steps of the ladder are %(steps)s, not %(value)s")
        raise at.wrong(words, OPTION, steps=", ".join(Escalation.Step.values), value=steps)
