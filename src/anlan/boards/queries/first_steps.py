"""How far a new city is on its way to its first bulletin: each step as what is there says, ticked by nobody."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from django.db.models import Max, Min, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from shapely.geometry import box, shape

from anlan.bulletin.access import DESK
from anlan.bulletin.models import Issue, Plan
from anlan.core.city.areas import local_day
from anlan.core.city.current import city, city_zone
from anlan.core.models import AreaVersion, City, ClockRule, Job, Membership, Organisation
from anlan.core.models.city import ANYWHERE
from anlan.core.people.roles import Role
from anlan.core.time.calendar import years_without_holidays
from anlan.core.time.clock import now
from anlan.core.words import area_label, listed
from anlan.hotspots.access import WRITES
from anlan.hotspots.models import Study
from anlan.intake.access import IMPORTS
from anlan.intake.models import Category, ImportRun, Report

NEEDED: Final = (IMPORTS, WRITES, DESK)  # whose work the first bulletin is
LATER: Final = (Role.CALL_TAKER, Role.DISPATCHER, Role.OFFICER, Role.VERIFIER, Role.SUPERVISOR, Role.LEADER,
                Role.AUDITOR)  # fmt: skip


@dataclass(frozen=True)
class Step:
    """One step: whether it is done, what is there, what is still to be seen to, who does it and where."""

    title: str
    done: bool
    found: list[str]
    warnings: list[str]
    roles: tuple[str, ...]
    press: str = ""
    address: str = ""
    mark: str = "idle"  # done, warn: the next one, idle: after it
    then: str = ""  # the step that follows

    @property
    def doers(self) -> str:
        """Name the roles whose step it is."""
        return listed(str(Role(role).label) for role in self.roles)


def is_begun() -> bool:
    """Whether a first bulletin is published: the way there has come to its end."""
    return Issue.objects.exists()


def steps() -> list[Step]:
    """Return all steps in their order, with the first that is not done marked as the next."""
    found = list(_steps())
    following = next((n for n, step in enumerate(found) if not step.done), len(found))
    marks = ["done" if step.done else "warn" if n == following else "idle" for n, step in enumerate(found)]
    titles = [step.title for step in found[1:]] + [""]
    return [replace(step, mark=mark, then=then) for step, mark, then in zip(found, marks, titles, strict=True)]


def _steps() -> Iterator[Step]:
    here = city()
    if here is not None:
        yield _folder(here)
    yield _people()
    yield _second()
    yield _reports()
    yield _study()
    yield _adoption()
    yield _plan()
    yield _issue()


def _folder(here: City) -> Step:
    areas, bodies = list(AreaVersion.objects.filter(valid_to=None)), Organisation.objects.filter(active=True).count()
    kinds, clocks = Category.objects.filter(active=True).count(), ClockRule.objects.filter(active=True).count()
    warnings = []
    bounds = box(here.west, here.south, here.east, here.north)
    if len(areas) == 1 and shape(json.loads(areas[0].geometry)).equals(bounds):
        warnings.append(_("areas.geojson holds only the rectangle of the bounds: put the city's outline there."))
    if here.emergency_numbers == list(ANYWHERE):
        warnings.append(_("The first page tells people in danger to telephone 112: make sure that it holds here."))
    if not kinds:
        warnings.append(_("categories.csv holds none: nothing can be reported."))
    if unknown := years_without_holidays(local_day(now())):
        words = _("holidays.csv has none for %(years)s: what is counted in working days falls due too early.")
        warnings.append(words % {"years": listed(map(str, unknown))})
    found = [
        f"{area_label(here)} · {here.zone}",
        ngettext("%(n)s area", "%(n)s areas", len(areas)) % {"n": len(areas)},
        ngettext("%(n)s organisation", "%(n)s organisations", bodies) % {"n": bodies},
        ngettext("%(n)s category", "%(n)s categories", kinds) % {"n": kinds},
        ngettext("%(n)s clock", "%(n)s clocks", clocks) % {"n": clocks},
    ]
    return Step(_("Load the city's folder"), bool(areas and bodies and kinds and clocks), found, warnings,
                (Role.OPERATOR,), _("Open the city folder"), reverse("core:operator_city"))  # fmt: skip


def _people() -> Step:
    held = set(_let_in().values_list("role", flat=True))
    found = [str(Role(role).label) for role in Role.values if role in held]
    lacks = [str(Role(role).label) for role in LATER if role not in held]
    warnings = [_("Before calls and works come in, also: %(roles)s.") % {"roles": listed(lacks)}] if lacks else []
    done = all(held.intersection(roles) for roles in NEEDED)
    return Step(_("Add who studies and who publishes"), done, found, warnings, (Role.OPERATOR,),
                _("Add somebody"), reverse("core:person_new"))  # fmt: skip


def _second() -> Step:
    study, publish = (_let_in().filter(role__in=roles).values_list("person", flat=True) for roles in (WRITES, DESK))
    both = {*study, *publish}
    done = bool(study and publish and len(both) > 1)
    found = [ngettext("%(n)s person", "%(n)s people", len(both)) % {"n": len(both)}] if both else []
    warnings = []
    if _let_in().filter(role=Role.OPERATOR).values("person").distinct().count() < 2:
        warnings.append(_("There is one operator only: nobody stands in."))
    return Step(_("Have two people: who publishes is not alone with the figures"), done, found, warnings,
                (Role.OPERATOR,), _("Add somebody"), reverse("core:person_new"))  # fmt: skip


def _reports() -> Step:
    heard = Report.objects.aggregate(first=Min("received_at"), last=Max("received_at"))
    found, warnings, n = [], [], Report.objects.count()
    if n:
        days = {"n": f"{n:,}", "first": local_day(heard["first"]), "last": local_day(heard["last"])}
        found = [_("%(n)s reports, %(first)s to %(last)s") % days]
    elif ImportRun.objects.filter(state__in=[ImportRun.State.UPLOADED, ImportRun.State.STARTED]).exists():
        warnings = [_("A file is uploaded and not yet taken in.")]
    return Step(_("Bring in the reports of the past"), n > 0, found, warnings, IMPORTS,
                _("Import a list"), reverse("intake:imports"))  # fmt: skip


def _study() -> Step:
    ended = Study.objects.filter(state=Study.State.FINISHED).order_by("pk").last()
    other = Study.objects.exclude(state=Study.State.FINISHED).order_by("pk").last()
    found = [_period(ended)] if ended else []
    warnings = []
    if ended is None and other is not None:
        failed = other.state == Study.State.FAILED
        warnings = [_("The last one failed.") if failed else _("One is being computed.")]
    return Step(_("Study which places keep failing"), ended is not None, found, warnings, WRITES,
                _("Ask for a study"), reverse("hotspots:new"))  # fmt: skip


def _adoption() -> Step:
    adopted = Study.objects.filter(adopted_at__isnull=False).order_by("pk").last()
    waits = Study.objects.filter(state=Study.State.FINISHED, adopted_at=None).order_by("pk").last()
    address = reverse("hotspots:study", args=[waits.pk]) if waits else reverse("hotspots:studies")
    found = [_period(adopted)] if adopted else []
    return Step(_("Adopt the study: its places become sites"), adopted is not None, found, [], WRITES,
                _("Look and adopt"), address)  # fmt: skip


def _period(study: Study) -> str:
    n = study.sites or 0
    words = ngettext("%(since)s to %(until)s, %(n)s place", "%(since)s to %(until)s, %(n)s places", n)
    return words % {"since": study.since, "until": study.until, "n": f"{n:,}"}


def _plan() -> Step:
    plans = list(Plan.objects.order_by("until"))
    found = [_("%(since)s to %(until)s") % {"since": plan.since, "until": plan.until} for plan in plans[:2]]
    return Step(_("Fix what the first bulletin prints"), bool(plans), found, [], DESK, _("Fix measures"),
                reverse("bulletin:plan"))  # fmt: skip


def _issue() -> Step:
    issue, warnings = Issue.objects.order_by("pk").first(), []
    first = Plan.objects.order_by("until").first()
    if issue is None and first is not None and first.until >= local_day(now()):
        words = _("Its period ends on %(day)s. A period that is over can be published now; its bulletin says that it"
                  " was compiled afterwards.")  # fmt: skip
        warnings = [words % {"day": first.until}]
    elif issue is None and Plan.objects.filter(job__state=Job.State.READY).exists():
        warnings = [_("Its figures are being drawn.")]
    found = [f"{issue.number} · {issue.published_at.astimezone(city_zone()):%Y-%m-%d}"] if issue else []
    return Step(_("Publish the first bulletin"), issue is not None, found, warnings, DESK, _("Publish it"),
                reverse("bulletin:desk"))  # fmt: skip


def _let_in() -> QuerySet[Membership]:
    """Return the roles of those who can sign in."""
    return Membership.objects.filter(person__is_active=True)
