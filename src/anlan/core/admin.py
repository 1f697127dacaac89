"""The city's data for operators: every edit is one write and leaves a ledger entry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import urlencode

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.core import ledger
from anlan.core.admin_words import name_core
from anlan.core.city.current import forget_city
from anlan.core.ledger.writes import write
from anlan.core.messages.purposes import PURPOSES
from anlan.core.models import (
    ApiClient,
    Area,
    AreaVersion,
    City,
    ClockRule,
    Cursor,
    Holiday,
    Job,
    LegalAct,
    Membership,
    Organisation,
    Person,
    QuietHours,
)
from anlan.core.people.roles import Role
from anlan.core.people.sign_ins import close_listed, end_sessions
from anlan.core.people.views.door import logout
from anlan.core.time.clock import now
from anlan.core.web.middleware.access import actor_of_request
from anlan.core.words import area_label, listed

if TYPE_CHECKING:  # Django's own classes take no parameters when they run
    ModelAdmin = admin.ModelAdmin[Any]
    MembershipRows = admin.TabularInline[Membership, Person]
    QuietForm = forms.ModelForm[QuietHours]
    PersonFields = forms.ModelForm[Person]
else:
    ModelAdmin, MembershipRows = admin.ModelAdmin, admin.TabularInline
    QuietForm = PersonFields = forms.ModelForm

admin.site.site_header = admin.site.site_title = "Anlan 安澜"
name_core()
admin.site.index_title = cast(str, _("The city's data"))
# Django's and allauth's own: what is changed there would leave no entry, and ours do
for kept in (Group, Authenticator, EmailAddress, SocialAccount, SocialApp, SocialToken):
    admin.site.unregister(kept)


def to_login(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """Lead to the one door, and from there on to where somebody wanted to go."""
    target = request.GET.get("next") or reverse("admin:index")
    return redirect(f"{reverse('core:login')}?{urlencode({'next': target})}")


def to_password(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """Lead to the one page where a password is changed."""
    return redirect("own_password")


admin.site.login = to_login  # type: ignore[method-assign]
admin.site.logout = logout  # type: ignore[method-assign, assignment]
admin.site.password_change = to_password  # type: ignore[method-assign, assignment]


ASKED: Final = ("exact", "isnull", "id__exact", "year", "month", "day")  # how the filters beside a list ask


class AdminBase(ModelAdmin):
    """Base of every admin page of ours; `shown_values = False` keeps what was typed out of the ledger."""

    actions = None
    shown_values = True

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Filter by what the page offers alone: any other field, such as a password's hash, could be guessed by it."""
        offered = [*self.get_list_filter(request), *filter(None, [self.date_hierarchy])]
        return any(lookup in {name, *(f"{name}__{how}" for how in ASKED)} for name in offered)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Store a form as one write."""
        if request.method != "POST":
            return super().changeform_view(request, *args, **kwargs)
        with write():
            return super().changeform_view(request, *args, **kwargs)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Delete as one write."""
        if request.method != "POST":
            return super().delete_view(request, *args, **kwargs)
        with write():
            return super().delete_view(request, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: models.Model, form: forms.ModelForm[Any], change: bool) -> None:
        """Store, and say in the ledger which fields were changed."""
        super().save_model(request, obj, form, change)
        self._tell(request, obj, "edited" if change else "added", form)
        forget_city()

    def delete_model(self, request: HttpRequest, obj: models.Model) -> None:
        """Delete, and say so in the ledger."""
        self._tell(request, obj, "deleted", None)
        super().delete_model(request, obj)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Store the rows of an inline, each with its entry."""
        for row in formset.deleted_forms:
            if row.instance.pk:
                self._tell(request, row.instance, "deleted", None)
        super().save_formset(request, form, formset, change)
        for row in formset.forms:
            if row.has_changed() and row.instance.pk and row not in formset.deleted_forms:
                self._tell(request, row.instance, "edited", row)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Leave Django's own log empty: the ledger is ours."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Leave Django's own log empty."""

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        """Leave Django's own log empty."""

    def _tell(self, request: HttpRequest, obj: models.Model, what: str, form: Any) -> None:
        fields = sorted(form.changed_data) if form is not None else []
        payload: dict[str, Any] = {"fields": fields}
        if self.shown_values and form is not None:
            payload["values"] = {name: str(form.cleaned_data.get(name, ""))[:200] for name in fields}
        name = obj._meta.model_name
        ledger.append(
            f"{obj._meta.app_label}.{name}_{what}",
            actor=actor_of_request(request),
            at=now(),
            subject=f"{name}:{obj.pk}",
            payload=payload,
        )


@admin.register(City)
class CityAdmin(AdminBase):
    """The city itself; it comes from its folder."""

    list_display = ["code", "name", "name_en", "zone"]
    readonly_fields = ["code", "folder_hash"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse: one city per data directory."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: everything rests on it."""
        return False


@admin.register(Holiday)
class HolidayAdmin(AdminBase):
    """Days that differ from the week's habit."""

    list_display = ["date", "kind", "name"]
    list_filter = ["kind"]
    date_hierarchy = "date"


@admin.register(ClockRule)
class ClockRuleAdmin(AdminBase):
    """How long what may take; the folder's clocks.csv is the other way in."""

    list_display = ["code", "name", "target_s", "counting", "owner", "scope", "ladder", "effect", "active"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Keep the code of a rule that is there: verbs, entries and runs know it by that.

        Its time is set on the page of clocks, which says from when on and why, or by the folder.
        """
        return ["code", "target_s", "counting"] if obj else []


@admin.register(LegalAct)
class LegalActAdmin(AdminBase):
    """Versions of acts of law; the folder's acts.csv is the other way in."""

    list_display = ["code", "name", "name_en", "kind", "in_force_from", "until"]


class QuietHoursForm(QuietForm):
    """Offers the purposes that are there."""

    purpose = forms.ChoiceField(
        label=pgettext_lazy("admin", "purpose"),
        choices=lambda: [(known.code, known.label) for known in PURPOSES.values()],
    )


@admin.register(QuietHours)
class QuietHoursAdmin(AdminBase):
    """When nothing of a purpose is sent; without a row from 21:00 to 8:00."""

    form = QuietHoursForm
    list_display = ["purpose", "begins", "ends"]


@admin.register(Area)
class AreaAdmin(AdminBase):
    """Areas by code."""

    list_display = ["code", "kind"]
    list_filter = ["kind"]
    search_fields = ["code", "versions__name", "versions__name_en"]


@admin.register(AreaVersion)
class AreaVersionAdmin(AdminBase):
    """Name, dates and predecessors of an area; outlines come from the city's folder."""

    list_display = ["name", "name_en", "area", "valid_from", "valid_to", "population"]
    readonly_fields = ["geometry", "west", "south", "east", "north"]
    autocomplete_fields = ["area"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse: a version needs an outline, which the city's folder brings."""
        return False


@admin.register(Organisation)
class OrganisationAdmin(AdminBase):
    """Bodies that can hold work."""

    list_display = ["code", "name", "name_en", "kind", "parent", "active"]
    search_fields = ["code", "name", "name_en"]


class MembershipInline(MembershipRows):
    """A person's roles."""

    model = Membership
    extra = 0


class PersonForm(PersonFields):
    """Takes a new password beside the rest, by the same rules as the command line."""

    password = forms.CharField(
        label=_("New password"), required=False, strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("Left empty it stays as it is; somebody new cannot sign in before one is set here or with"
                    " `anlan user password`. Sessions opened with the old one end."),
    )  # fmt: skip

    def clean_password(self) -> str:
        """Refuse a password that is guessed easily."""
        typed = str(self.cleaned_data.get("password", ""))
        if typed:
            validate_password(typed)
        return typed


@admin.register(Person)
class PersonAdmin(AdminBase):
    """Who signs in, as what in which organisation; `anlan user` is the other way in."""

    form = PersonForm
    shown_values = False
    list_display = ["username", "held", "is_active", "last_login"]
    list_filter = ["memberships__role", "is_active"]
    fields = ["username", "name", "language", "is_active", "password"]
    search_fields = ["username"]
    inlines = [MembershipInline]

    @admin.display(description=_("Roles"))
    def held(self, person: Person) -> str:
        """List a person's roles, each with the organisation."""
        held = person.memberships.select_related("organisation").order_by("role", "organisation__code")
        return listed(f"{Role(row.role).label} ({area_label(row.organisation)})" for row in held)

    def save_model(self, request: HttpRequest, obj: Any, form: forms.ModelForm[Any], change: bool) -> None:
        """Set the password that was typed; without one somebody new has none, and who is there keeps theirs."""
        typed = form.cleaned_data["password"]
        if change:  # what became of it since the form was read stays
            kept = Person.objects.select_for_update().get(pk=obj.pk)
            obj.password, obj.sessions_ended, obj.last_login = kept.password, kept.sessions_ended, kept.last_login
        if typed:
            obj.set_password(typed)
        elif not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
        if change and typed:
            close_listed(obj.pk, keep="", at=now())
        if change and not obj.is_active and "is_active" in form.changed_data:
            end_sessions(person_id=obj.pk, actor=actor_of_request(request), at=now())

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: the ledger names people by number; switch them off instead."""
        return False


@admin.register(ApiClient)
class ApiClientAdmin(AdminBase):
    """Partner systems; keys are made with `anlan user key`."""

    list_display = ["name", "organisation", "channel", "active", "created_at"]
    fields = ["name", "organisation", "channel", "active"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse: a key is shown once, on the command line."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: switch it off instead."""
        return False


class ReadOnly(AdminBase):
    """What operators may look at."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False


@admin.register(Job)
class JobAdmin(ReadOnly):
    """Jobs, the dead ones among them."""

    list_display = ["id", "name", "state", "attempts", "done", "total", "run_after", "error"]
    list_filter = ["state", "name"]


@admin.register(Cursor)
class CursorAdmin(ReadOnly):
    """Followers, and where one has stopped."""

    list_display = ["name", "position", "stopped_at", "error"]
