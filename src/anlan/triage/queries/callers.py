"""A caller's own open matters and those of the last 72 hours; nothing older, no count, no flag.

No stored key joins the calls of a person. The number is compared with the contacts of these few reports and of no
others, so nothing older can be found, and nothing is left of a contact that was erased.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Final

from anlan.core.people.actors import Actor
from anlan.intake.models import Report
from anlan.intake.public.timeline import Standing, tell
from anlan.intake.rules.values import FULL_WIDTH_DIGITS
from anlan.intake.states import COUNTED
from anlan.triage.models import OPEN, Incident, IncidentReport

RECENT: Final = dt.timedelta(hours=72)
SHOWN: Final = 8
SHORTEST: Final = 7  # digits; fewer are no number of one caller
NO_DIGITS: Final = re.compile("[^0-9]+")
COUNTRY: Final = ("0086", "86")


@dataclass(frozen=True)
class Matter:
    """One of the caller's matters, the incident that it tells of, and how it stands."""

    report: Report
    incident: Incident | None
    standing: Standing


def dialled(contact: str) -> str:
    """Return a number as it is dialled here: digits alone, without the country's; nothing where it is too short."""
    digits = NO_DIGITS.sub("", contact.translate(FULL_WIDTH_DIGITS))
    for code in COUNTRY:
        if len(digits) - len(code) >= 11:
            digits = digits.removeprefix(code)
    return digits if len(digits) >= SHORTEST else ""


def reports_of_caller(contact: str, actor: Actor, at: dt.datetime) -> list[int]:
    """Return the reports under a number that may be shown, open ones first."""
    number = dialled(contact)
    if not number:
        return []
    return [pk for pk, other in _contacts(actor, at) if dialled(other) == number][:SHOWN]


def matters(report_ids: list[int], at: dt.datetime) -> list[Matter]:
    """Return each report with where it stands and who holds it."""
    found = Report.objects.select_related("category").in_bulk(report_ids)
    links = IncidentReport.objects.filter(report__in=report_ids, unlinked_at=None).select_related("incident__owner")
    told_of = {link.report_id: link.incident for link in links}
    return [Matter(found[pk], told_of.get(pk), tell(found[pk], at)[0]) for pk in report_ids]


def _contacts(actor: Actor, at: dt.datetime) -> list[tuple[int, str]]:
    """Return the contacts of open matters and of the last 72 hours; a misdial or nuisance call is nobody's matter."""
    seen = Report.objects.visible_to(actor).filter(validity__in=COUNTED, personal__contact__gt="")
    is_open = seen.filter(links__unlinked_at=None, links__incident__state__in=OPEN)
    recent = seen.filter(received_at__gt=at - RECENT, received_at__lte=at)
    found: dict[int, str] = {}
    for reports in (is_open, recent):
        found |= dict(reports.order_by("-received_at", "-pk").values_list("pk", "personal__contact"))
    return list(found.items())
