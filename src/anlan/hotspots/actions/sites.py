"""The city's sites: an adopted study makes its places sites and gives them numbers."""

from __future__ import annotations

import datetime as dt
from typing import Any

from anlan.core import ledger
from anlan.core.ledger.verbs import verb
from anlan.core.models import City
from anlan.core.people.actors import Actor
from anlan.core.refusals import Refused
from anlan.core.series import Series
from anlan.hotspots import rules
from anlan.hotspots.access import WRITES
from anlan.hotspots.models import Site, SiteVersion, Study
from anlan.hotspots.queries.numbers import last_adopted, proposed


@verb("hotspots.adopt_study")
def adopt_study(*, study_id: int, actor: Actor, at: dt.datetime, key: str | None = None) -> dict[str, Any]:
    """Make a study's places the city's sites and give them numbers; what was adopted stays."""
    actor.require(*WRITES)
    list(City.objects.select_for_update(no_key=True).all())  # one adoption at a time, the first too
    study = Study.objects.select_for_update(no_key=True).get(pk=study_id)
    if study.adopted_at is not None:
        return _adopted(study)
    if study.state != Study.State.FINISHED:
        raise Refused("study_not_finished")
    last = last_adopted(study)
    rules.require_adoptable(study.since, study.until, (last.since, last.until) if last else None)
    numbering = proposed(study)
    _give_numbers(study, numbering)
    study.adopted_at = at
    study.save(update_fields=["adopted_at"])
    payload = {"content": study.content_hash, "changes": numbering.counts()}
    ledger.append("hotspots.study_adopted", actor=actor, at=at, subject=f"study:{study.pk}", payload=payload)
    return _adopted(study)


def _adopted(study: Study) -> dict[str, Any]:
    changes = list(study.site_versions.values_list("change", flat=True))
    return {
        "study": study.pk,
        "sites": study.sites,
        "changes": {name: changes.count(name) for name in sorted(set(changes))},
    }


def _give_numbers(study: Study, numbering: rules.Numbering) -> None:
    sites = {site.number: site for site in Site.objects.filter(subject=study.subject)}
    following = iter(Series("S").take(sum(1 for number, _ in numbering.of_place.values() if number is None)))
    versions, site_of = [], {}
    for place in study.places.order_by("rank"):
        number, change = numbering.of_place[place.rank]
        if number is None:
            number = next(following)
            sites[number] = Site.objects.create(number=number, subject=study.subject)
        site_of[place.rank] = sites[number]
        versions.append(SiteVersion(site=sites[number], study=study, place=place, change=change))
    for number, (change, heir) in numbering.of_site.items():
        versions.append(SiteVersion(site=sites[number], study=study, place=None, change=change))
        if change == "merged" and heir is not None:
            Site.objects.filter(pk=sites[number].pk).update(merged_into=sites[heir])
    SiteVersion.objects.bulk_create(versions)
