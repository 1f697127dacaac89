"""The operator's people: who signs in, as what in which organisation; every press is a verb."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from allauth.mfa.models import Authenticator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anlan.core.models import Membership, Person
from anlan.core.operator.views.frame import framed, tab
from anlan.core.pages import Column, Empty, Filter, Link, ListPage, StepForm, Tab, Typed, answer, containing
from anlan.core.people.actions import add_person, grant, revoke, switch_off, switch_on
from anlan.core.people.actors import Actor
from anlan.core.people.factors import FACTORS, has_factor, remove_factors
from anlan.core.people.passwords import make_reset_link
from anlan.core.people.roles import MAY, Role
from anlan.core.people.roster.forms import NewPersonForm, RoleForm
from anlan.core.people.sign_ins import end_sessions, sessions_of
from anlan.core.web.access import roles
from anlan.core.words import area_label, listed

NEW: Final = Link(_("Add somebody"), "core:person_new", "c", [Role.OPERATOR], primary=True)


def people_of(actor: Actor) -> QuerySet[Person]:
    """Return everybody who has a log-in; the page is open to operators only."""
    return Person.objects.prefetch_related("memberships__organisation").order_by("username")


def _held(person: Person) -> str:
    return listed(f"{Role(row.role).label} · {area_label(row.organisation)}" for row in person.memberships.all())


def _with_factor(rows: QuerySet[Person], asked: str, reader: Any) -> QuerySet[Person]:
    held = Q(pk__in=Authenticator.objects.filter(type__in=FACTORS).values("user"))
    return rows.filter(held if asked == "yes" else ~held)


PEOPLE = ListPage(
    pgettext_lazy("rail", "People"), people_of,
    [Column(_("Log-in name"), lambda person: Typed(person.username), head=True, sort="username",
            link=lambda person: reverse("core:person", args=[person.pk]), under=lambda person: person.name),
     Column(_("Roles"), _held),
     Column(_("Last signed in"), lambda person: person.last_login, "num nowrap", sort="last_login")],
    Empty(_("Nobody is here. Add who takes calls, sends crews and mends places."), _("Nobody yet"), NEW),
    tabs=[Tab("in", pgettext_lazy("people", "Can sign in"), Q(is_active=True)),
          Tab("off", pgettext_lazy("people", "Switched off"), Q(is_active=False))],
    filters=[Filter("role", _("Role"), _("All roles"), lambda reader: Role.choices,
                    narrow=lambda rows, asked, reader: rows.filter(memberships__role=asked).distinct()),
             Filter("factor", _("Second factor"), _("With and without"),
                    lambda reader: [("yes", _("With one")), ("no", _("Without"))], narrow=_with_factor)],
    search=containing("username", "name"), hint=_("Log-in or name"), links=[NEW],
    personal="core.people_downloaded",
)  # fmt: skip
tab(40, pgettext_lazy("rail", "People"), "core:people")
STEPS: Final[dict[str, Callable[..., Any]]] = {  # what is pressed without a word beside it
    "off": switch_off, "on": switch_on, "sessions": end_sessions, "factors": remove_factors, "link": make_reset_link,
}  # fmt: skip


@roles(Role.OPERATOR)
@never_cache
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """List who signs in."""
    return PEOPLE.answer(request, "core/people/list.html", **framed("core:people"))


@require_http_methods(["GET", "HEAD", "POST"])
@roles(Role.OPERATOR)
def new(request: HttpRequest) -> HttpResponse:
    """Add somebody with a first role."""
    form = NewPersonForm(request.POST or None)
    return answer(
        request, form, _unkeyed(add_person), done=lambda pk: redirect("core:person", pk),
        page=lambda status: render(request, "core/people/new.html", {"form": form, "may": _may()}, status=status),
    )  # fmt: skip


@require_safe
@never_cache
@roles(Role.OPERATOR)
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one person with roles and sessions."""
    return _page(request, pk)


@require_POST
@roles(Role.OPERATOR)
def step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Switch off or on, end sessions, take factors away, or make a link that sets a password; it is shown once."""
    act, form = STEPS.get(name), StepForm(request.POST)
    if act is None:
        raise Http404
    _person(pk)
    return answer(
        request, form, _unkeyed(act, person_id=pk),
        done=lambda made: _page(request, pk, link=made) if name == "link" else redirect("core:person", pk),
        page=lambda status: _page(request, pk, status, sent=form),
    )  # fmt: skip


@require_POST
@roles(Role.OPERATOR)
def give(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a role in an organisation."""
    _person(pk)
    form = RoleForm(request.POST)
    return answer(
        request, form, _unkeyed(grant, person_id=pk), done=lambda made: redirect("core:person", pk),
        page=lambda status: _page(request, pk, status, role_form=form),
    )  # fmt: skip


@require_POST
@roles(Role.OPERATOR)
def take(request: HttpRequest, pk: int, held: int) -> HttpResponse:
    """Take a role away."""
    row = Membership.objects.filter(person=_person(pk), pk=held).select_related("organisation").first()
    if row is None:  # somebody took it away meanwhile
        return redirect("core:person", pk)
    form = StepForm(request.POST)
    return answer(
        request, form, _unkeyed(revoke, person_id=pk, role=row.role, organisation=row.organisation.code),
        done=lambda made: redirect("core:person", pk), page=lambda status: _page(request, pk, status, sent=form),
    )  # fmt: skip


def _unkeyed(act: Callable[..., Any], **known: Any) -> Callable[..., Any]:
    """Call a verb that takes no key: pressed twice it changes nothing more."""
    return lambda key, **asked: act(**known, **asked)


def _may() -> list[tuple[str, str]]:
    """Return the roles, each with what it may do."""
    return [(str(role.label), gettext(words)) for role, words in MAY.items()]


def _person(pk: int) -> Person:
    found = Person.objects.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _page(
    request: HttpRequest, pk: int, status: int = 200, *, link: str = "", sent: StepForm | None = None,
    role_form: RoleForm | None = None,
) -> HttpResponse:  # fmt: skip
    shown = _person(pk)
    context = {
        "person": shown, "held": shown.memberships.select_related("organisation").order_by("role", "organisation"),
        "sessions": sessions_of(pk), "has_factor": has_factor(shown), "sent": sent,
        "form": role_form or RoleForm(), "may": _may(), "link": request.build_absolute_uri(link) if link else "",
    }  # fmt: skip
    response = render(request, "core/people/person.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


urlpatterns = [
    path("people/", people, name="people"),
    path("people/new", new, name="person_new"),
    path("people/<int:pk>/", person, name="person"),
    path("people/<int:pk>/roles", give, name="person_role"),
    path("people/<int:pk>/roles/<int:held>/away", take, name="person_role_away"),
    path("people/<int:pk>/<slug:name>", step, name="person_step"),
]
