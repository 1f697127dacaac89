"""The list of reports that an address asks for: every filter stands in the query string."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from anlan.core.city.current import city_zone
from anlan.core.people.actors import Actor
from anlan.intake.channels import Channel
from anlan.intake.models import Report
from anlan.intake.models.report import ReportQuerySet
from anlan.intake.states import Validity

PER_PAGE = 50
NAMES = ("q", "category", "channel", "validity", "since", "until")
CAN_BE_WRONG = {
    "channel": gettext_lazy("Channel"),
    "validity": gettext_lazy("Validity"),
    "since": pgettext_lazy("day", "From"),
    "until": pgettext_lazy("day", "To"),
}


@dataclass(frozen=True)
class Filters:
    """What the address asks for; values that mean nothing are left out, and named in `ignored`."""

    q: str = ""
    category: str = ""
    channel: str = ""
    validity: str = ""
    since: str = ""
    until: str = ""
    ignored: tuple[str, ...] = ()

    @property
    def query(self) -> str:
        """The filters as a query string, to pass on to the next address."""
        return urlencode({name: getattr(self, name) for name in NAMES if getattr(self, name)})

    @property
    def any(self) -> bool:
        """Whether anything is filtered."""
        return bool(self.query)

    @property
    def left_out(self) -> str:
        """What was not understood, by its names on the page."""
        return _(", ").join(str(name) for key, name in CAN_BE_WRONG.items() if key in self.ignored)


def read_filters(asked: QueryDict) -> Filters:
    """Read the filters; a value that cannot be meant is ignored and named."""
    values = {name: asked.get(name, "").strip()[:40].replace("\0", "") for name in NAMES}
    wrong = [name for name in ("since", "until") if values[name] and _day(values[name]) is None]
    wrong += ["channel"] if values["channel"] and values["channel"] not in Channel.values else []
    wrong += ["validity"] if values["validity"] and values["validity"] not in Validity.values else []
    return Filters(**{name: value for name, value in values.items() if name not in wrong}, ignored=tuple(wrong))


def reports_like(filters: Filters, actor: Actor) -> ReportQuerySet:
    """Return the reports that the filters name and the actor may see, the latest first."""
    found = Report.objects.visible_to(actor).select_related("category", "erasure").order_by("-received_at", "-pk")
    if filters.q:
        found = found.filter(number__icontains=filters.q)
    if filters.category:
        found = found.filter(category__code=filters.category)
    if filters.channel:
        found = found.filter(channel=filters.channel)
    if filters.validity:
        found = found.filter(validity=filters.validity)
    zone = city_zone()
    if since := _day(filters.since):
        found = found.filter(received_at__gte=dt.datetime.combine(since, dt.time(), zone))
    if until := _day(filters.until):
        found = found.filter(received_at__lt=dt.datetime.combine(until + dt.timedelta(days=1), dt.time(), zone))
    return found


def page_of(found: ReportQuerySet, number: str) -> Page[Report]:
    """Return one page of the list."""
    return Paginator(found, PER_PAGE).get_page(number)


def _day(text: str) -> dt.date | None:
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1900 < day.year < 9000 else None
