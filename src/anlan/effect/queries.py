"""What the pages of estimates show."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from anlan.core.pages import Column, Facts, tabulated, written
from anlan.core.words import typed
from anlan.effect.intervals import Drawn, drawn
from anlan.effect.models import Estimate
from anlan.effect.words import MARKS, sentence, side_word, warnings
from anlan.hotspots.computation import parsed


@dataclass(frozen=True)
class Shown:
    """An estimate as a page shows it."""

    estimate: Estimate
    sentence: str
    mark: str
    drawn: Drawn


def shown(estimate: Estimate) -> Shown:
    """Return an estimate with its sentence in the reader's language and its drawing."""
    interval = drawn(estimate.ratio, estimate.low, estimate.high)
    return Shown(estimate, sentence(estimate), MARKS[estimate.verdict], interval)


STORMS = [
    Column(_("First report"), lambda storm: parsed(storm["first"]), "num", head=True),
    Column(_("Last report"), lambda storm: parsed(storm["last"]), "num"),
    Column(_("Side"), lambda storm: side_word(storm["when"])),
]


def facts(estimate: Estimate) -> Facts:
    """Return what an estimate rests on."""
    study = format_html('<a href="{}">{}</a>', reverse("hotspots:study", args=[estimate.study_id]),
                        typed(estimate.study.name))  # fmt: skip
    return [
        (_("Study"), study),
        (_("Works before"), estimate.measure_at),
        (_("Reports"), (estimate.reports, f"{estimate.since} – {estimate.until}")),
        (_("Made"), estimate.made_at),
        (_("Method"), f"{estimate.method} r{estimate.revision}"),
        (_("Position"), estimate.position),
        (_("Frozen"), estimate.content_hash[:12]),
    ]


def details(estimate: Estimate) -> dict[str, object]:
    """Return the storms, the sites of both sides and the warnings of an estimate."""
    sides = {name: [f"{site:03d}" for site in estimate.listed(name)] for name in ("treated", "controls", "later")}
    return {"storms": tabulated(STORMS, estimate.listed("storms")), "sides": sides, "warnings": warnings(estimate),
            "facts": written(facts(estimate))}  # fmt: skip
