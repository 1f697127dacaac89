"""The verb of estimates: compute once, freeze what was asked and what came of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Min

from anlan.core import ledger
from anlan.core.city.areas import local_day
from anlan.core.ledger import canonical
from anlan.core.ledger.verbs import verb
from anlan.core.people.actors import Actor
from anlan.core.refusals import Refused
from anlan.core.series import Series
from anlan.effect import rules
from anlan.effect.access import WRITES
from anlan.effect.computation import Question, compute
from anlan.effect.models import Estimate
from anlan.effect.rules import Sides
from anlan.hotspots.models import SiteVersion, Study
from anlan.prevention.models import Move

LISTS = ("storms", "warnings")


@dataclass(frozen=True)
class Computed:
    """A question with its answer, which is stored as it is."""

    question: Question
    content: dict[str, Any]

    def __str__(self) -> str:
        """Name what was asked: a press that comes twice is known by it, whatever was received in between."""
        asked = self.question
        return f"{asked.study} {asked.since} {asked.until} {asked.measure_at} {asked.seed}"


def estimate(
    *,
    study: int,
    since: dt.date,
    until: dt.date,
    measure_at: dt.date,
    seed: int = 0,
    actor: Actor,
    at: dt.datetime,
    key: str | None = None,
) -> dict[str, Any]:
    """Estimate what works changed at a study's sites: mended before `measure_at` beside those that were not.

    The mended are the sites whose works were accepted before that day, by the first acceptance, so that a place that
    failed again afterwards stays among them. Sites mended while the storms after are counted are on neither side.
    It is computed before anything is written, so that no call waits for it.
    """
    actor.require(*WRITES)
    rules.require_days(since, measure_at, until, local_day(at))
    rules.require_chosen_before(_adopted(study).until, measure_at)
    sides = _sides(study, measure_at, until)
    rules.require_sides(sides)
    question = Question(study, since, until, measure_at, sides, seed, ledger.head_position())
    return keep_estimate(computed=Computed(question, compute(question)), actor=actor, at=at, key=key)


@verb("effect.keep_estimate")
def keep_estimate(*, computed: Computed, actor: Actor, at: dt.datetime, key: str | None = None) -> dict[str, Any]:
    """Store an estimate under its number and hash, with its entry."""
    actor.require(*WRITES)
    question, content = computed.question, computed.content
    sides = {name: canonical(getattr(question.sides, name)) for name in ("treated", "controls", "later")}
    found = Estimate.objects.create(
        number=Series("V", local_day(at).year, 3).next(), made_at=at, study_id=question.study,
        since=question.since, until=question.until, measure_at=question.measure_at, seed=question.seed,
        position=question.position, **sides,
        **{name: canonical(value) if name in LISTS else value for name, value in content.items()},
    )  # fmt: skip
    payload = {"study": question.study, "measure_at": str(question.measure_at), "verdict": found.verdict,
               "ratio": found.ratio, "low": found.low, "high": found.high, "revision": found.revision,
               "position": found.position, "content": found.content_hash}  # fmt: skip
    ledger.append("effect.estimated", actor=actor, at=at, subject=f"estimate:{found.number}", payload=payload)
    return {"estimate": found.number, "verdict": found.verdict, "content_hash": found.content_hash}


def _adopted(study: int) -> Study:
    found = Study.objects.adopted().filter(pk=study).first()
    if found is None:
        raise Refused("adopted_study_missing", "study")
    return found


def _sides(study: int, measure_at: dt.date, until: dt.date) -> Sides:
    placed = SiteVersion.objects.filter(study_id=study, place__isnull=False)
    sites = set(placed.values_list("site__number", flat=True))
    return rules.sides(sites, first_accepted(sites), measure_at, until)


def first_accepted(sites: set[int]) -> dict[int, dt.date]:
    """Return the local day on which the works at each site were first accepted, however often they were since."""
    moves = Move.objects.filter(verb="accept", problem__site__isnull=False).order_by()
    first = moves.values_list("problem__site__number").annotate(at=Min("at"))
    return {number: local_day(at) for number, at in first if number in sites}
