"""Words of every page: refusals of the operator's verbs, numbers, moments, and what is missing."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from typing import Any, Protocol, overload

from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext_noop as _

from anlan.core import labels, refusals
from anlan.core.city.current import city_zone

MISSING = "—"
HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff]")

refusals.words({
    "login_taken": _("there is a log-in '%(username)s' already"),
    "login_odd": _("A log-in name has letters, digits and . @ + - _ only, and no spaces."),
    "unknown_language": _("no language '%(language)s': %(known)s"),
    "organisation_missing": _("Name the organisation of this %(role)s (--organisation): %(known)s"),
    "unknown_role": _("no role '%(role)s': %(known)s"),
    "role_not_held": _("this person is not %(role)s in %(organisation)s"),
    "partner_taken": _("there is a partner system '%(name)s' already; `anlan user key --renew` gives it a new key"),
    "unknown_partner": _("no partner system '%(name)s'"),
    "unknown_organisation_code": _("no organisation '%(organisation)s': %(known)s"),
    "purpose_missing": _("Choose what you open it for"),
    "erasure_reason_missing": _("Choose why it is erased."),
    "no_organisations": _("no organisation '%(organisation)s': the city has none"),
    "clock_unknown": _("this city has no clock '%(code)s'; its clocks.csv names them"),
    "clock_paused": _("the time of '%(code)s' stands still: it can be put off once it is counted on"),
    "clock_runs": _("the time of '%(code)s' runs already, up to another moment: renew it"),
    "clock_lapsed": _("the time of '%(code)s' is up: it cannot be renewed, only begun anew"),
    "clock_day_begun": _("Choose a day from tomorrow on: what began today has its time already."),
    "clock_reason_missing": _("Write why: it is printed beside the figures."),
    "clock_reason_too_long": _("At most %(most)d characters are printed beside a figure; write less."),
    "clock_time_impossible": _("A time is more than nothing and at most ten years."),
    "clock_days_whole": _("Days are whole days."),
    "clocks_unchanged": _("No time was changed."),
    "clocks_set_meanwhile": _("Somebody changed these clocks meanwhile. Look at what would change now, then save."),
    "city_not_simulated": _("this is no simulated city, and a real one lives at no other time"),
    "renewal_not_later": _("this is no later than it is due already"),
    "due_missing": _("'%(code)s' has no target of its own: say by when"),
    "due_in_past": _("this moment is past"),
    "arbiter_has_decided": _("The arbiter has decided that it is yours; it cannot be returned again."),
    "last_operator": _("This is the last operator who can sign in; make another one first."),
    "nothing_sealed": _("Nothing is sealed yet; the worker seals within a minute."),
    "nothing_to_undo": _("There is nothing of yours to take back here."),
    "undo_too_late": _("It is too late to take this back; it stands."),
    "undo_overtaken": _("Something was done with it since; it cannot be taken back."),
    "stands_already": _("%(number)s is already '%(state)s'; look at it again."),
    "step_taken_meanwhile": _(
        "Somebody took a step with %(number)s meanwhile: it is '%(state)s' now. Look, then send again."
    ),
    "print_fonts_missing": _(
        "Nothing can be printed: the fonts or the typesetter are not installed. Whoever runs Anlan runs `make setup`,"
        " or installs `anlan[platform]` again."
    ),
    "papers_too_many": _("One file holds at most %(most)d sheets; take fewer at once."),
    "paper_too_long": _("A paper has at most %(most)d lines of tables; take fewer, or a file for a spreadsheet."),
    "download_too_long": _("A file holds at most %(most)d rows. Narrow the list first, by days, kind or number."),
    "not_unicode": _("This holds half a character (a lone surrogate), which is no text."),
    "not_an_object": _("Each line is one JSON object."),
    "not_json": _("This is not JSON."),
    "session_gone": _("This session is ended already, or it is not yours."),
    "person_off": _("This account is switched off; switch it on first."),
    "reset_link_spent": _("This link was used already, or it is older than a day. Ask the operator for another."),
    "sso_failed": _("The identity provider did not confirm who you are. Try again, or sign in with your password."),
    "sso_off": _("This account is switched off."),
    "sso_other_identity": _("Another identity of the provider stands behind this account. Ask the operator."),
    "sso_unknown": _("The provider knows you, but nobody here has this log-in name. The operator adds people."),
    "sso_unverified": _("The provider has not verified your e-mail address. Ask whoever runs it."),
    "city_folder_changed": _("The city folder was changed since this was shown. Nothing was loaded: look again."),
    "unfit": "%(reason)s",  # in Django's words, which have their language already
})  # fmt: skip
labels.name_kinds({
    "core.city_copied": _("Copied from another city"),
    "core.city_folder_asked": _("City folder: reading or loading asked for"),
    "core.city_loaded": _("City folder loaded"),
    "core.city_simulated": _("Simulated time set"),
    "core.clock_expired": _("Time is up"),
    "core.clocks_set": _("Clocks set by the operator"),
    "core.contact_added": _("Contact added"),
    "core.contact_consented": _("Contact agreed to messages"),
    "core.contact_erased": _("Contact erased"),
    "core.contact_read": _("Contact's address opened"),
    "core.contact_withdrawn": _("Contact withdrew its consent"),
    "core.erased_cleared": _("Erased content cleared from the files"),
    "core.factor_added": _("Second factor added"),
    "core.factor_removed": _("Second factor removed"),
    "core.factors_removed": _("Second factors taken away by the operator"),
    "core.follower_resumed": _("Follower of the ledger resumed"),
    "core.forgotten": _("What was kept long enough was erased"),
    "core.head_kept": _("Head kept elsewhere"),
    "core.head_taken": _("Head taken away by an auditor"),
    "core.identity_joined": _("Identity of the house's provider joined"),
    "core.job_resumed": _("Background job resumed"),
    "core.job_stopped": _("Background job stopped"),
    "core.ledger_verified": _("Ledger verified"),
    "core.logged_in": _("Signed in"),
    "core.logged_out": _("Signed out"),
    "core.login_failed": _("Sign-in failed"),
    "core.login_origin_read": _("Origin of a sign-in opened"),
    "core.login_origins_erased": _("Origins of sign-ins erased"),
    "core.message_answered": _("Message answered"),
    "core.message_asked": _("Message asked for"),
    "core.message_delivered": _("Message delivered"),
    "core.message_failed": _("Message failed"),
    "core.message_handed": _("Message given to the gateway"),
    "core.message_read": _("Message read"),
    "core.message_withheld": _("Message withheld"),
    "core.messages_downloaded": _("List of messages downloaded"),
    "core.partner_added": _("Partner system added"),
    "core.partner_key_renewed": _("Partner system got a new key"),
    "core.password_changed": _("Password changed"),
    "core.password_reset": _("Password set by a link"),
    "core.password_set": _("Password set by the operator"),
    "core.people_downloaded": _("List of people downloaded"),
    "core.person_added": _("Person added"),
    "core.person_switched_off": _("Person's account switched off"),
    "core.person_switched_on": _("Person's account switched on"),
    "core.reset_asked": _("New password asked for"),
    "core.reset_link_made": _("Link for a new password made"),
    "core.role_granted": _("Role given"),
    "core.role_revoked": _("Role taken away"),
    "core.session_ended": _("Session ended"),
    "core.sessions_ended": _("All sessions ended"),
    "core.verification_asked": _("Verification asked for"),
})  # fmt: skip
labels.name_records({
    "core.apiclient": _("Partner system"),
    "core.area": _("Area"),
    "core.areaversion": _("Version of an area"),
    "core.city": _("City"),
    "core.clockrule": _("Clock"),
    "core.holiday": _("Holiday"),
    "core.legalact": _("Legal act"),
    "core.membership": _("Role of a person"),
    "core.organisation": _("Organisation"),
    "core.person": _("Person"),
    "core.quiethours": _("Quiet hours"),
})  # fmt: skip


def figure(value: Any) -> str:
    """Write a number with thousands separators; a missing one as a dash, never as zero."""
    if value is None or value == "":
        return MISSING
    return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"


def missing(value: Any) -> Any:
    """Write a missing value as a dash."""
    return MISSING if value is None or value == "" else value


def typed(words: str | None) -> str:
    """Write words that somebody typed marked with their language, so that fonts and screen readers are right."""
    if not words:
        return ""
    return format_html('<span lang="{}">{}</span>', "zh" if HAN.search(words) else "en", words)


def in_chinese() -> bool:
    """Whether the page is written in Chinese."""
    return (get_language() or "").startswith("zh")


def listed(words: Iterable[str]) -> str:
    """Join words of the same rank as the page's language does."""
    return ("、" if in_chinese() else ", ").join(words)


class Named(Protocol):
    """Whatever has its name in both languages: an area, an organisation, a unit."""

    @property
    def name(self) -> str: ...
    @property
    def name_en(self) -> str: ...


def area_label(thing: Named) -> str:
    """Name an area, an organisation or a unit in the page's language."""
    return thing.name if in_chinese() else thing.name_en or thing.name


@overload
def local(value: dt.datetime) -> dt.datetime: ...
@overload
def local(value: None) -> None: ...
def local(value: dt.datetime | None) -> dt.datetime | None:
    """Move a moment to the city's zone; none stays none."""
    return value and value.astimezone(city_zone())


def day(value: dt.datetime) -> str:
    """Write the city's day of a moment; Django's own filter writes that of UTC."""
    return f"{local(value):%Y-%m-%d}"


def second(value: dt.datetime) -> str:
    """Write the city's time of day to the second."""
    return f"{local(value):%H:%M:%S}"


def minute(at: dt.datetime) -> str:
    """Write a moment in the city's own time, as plain words."""
    return f"{local(at):%Y-%m-%d %H:%M}"


def moment(value: dt.datetime | None) -> str:
    """Write a moment in the city's zone."""
    if value is None:
        return MISSING
    at = local(value)
    return format_html('<time datetime="{}">{}</time>', at.isoformat(), at.strftime("%Y-%m-%d %H:%M"))
