"""What a clock rule has to be before it is stored: the same whether it comes from the city's folder or the admin."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.apps import apps
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from anlan.core.models import ClockRule, Organisation
from anlan.core.models.clock import kinds_of
from anlan.core.time.deadlines import shipped
from anlan.core.time.expiry import EXPIRIES
from anlan.core.time.rules import DAY_S, Counting
from anlan.core.time.vocabulary import KINDS
from anlan.core.words import listed

LONGEST_S: Final = 3_653 * DAY_S  # ten years: a longer target leaves the calendar
BY_VERBS: Final = ("start", "stop", "scope", "effect")  # what a rule that verbs ask for by name leaves empty


def require_fit(rule: ClockRule) -> None:
    """Refuse a rule on which a later move would fail, in words at each field to change."""
    wrong = dict([*_target(rule), *_scope(rule), *_names(rule), *_kinds(rule), *_ends(rule), *_always(rule)])
    if wrong:
        raise ValidationError(wrong)


def scope_names() -> list[str]:
    """Return what the stages tell clocks of a matter, which is what a scope may ask for."""
    return sorted({name for app in apps.get_app_configs() for name in getattr(app, "facts", ())})


def _target(rule: ClockRule) -> Iterator[tuple[str, str]]:
    if rule.target_s is None:  # said at its field already
        return
    if not 0 <= rule.target_s <= LONGEST_S:
        yield "target_s", _("A target is from 0 to %(most)d seconds, ten years.") % {"most": LONGEST_S}
    elif rule.counting != Counting.HOURS and rule.target_s % DAY_S:
        yield "target_s", _("A target in days or working days is whole days (86400, 172800, ...).")


def _ends(rule: ClockRule) -> Iterator[tuple[str, str]]:
    if rule.code in shipped():
        words = _("Verbs start and end %(code)s: leave start, stop, scope and effect empty.") % {"code": rule.code}
        yield from ((name, words) for name in BY_VERBS if getattr(rule, name))
    elif not (rule.stop or rule.effect):
        yield "stop", _("A clock needs a stop, or an effect that ends it.")


def _kinds(rule: ClockRule) -> Iterator[tuple[str, str]]:
    for name in ("start", "stop") if rule.code not in shipped() else ():
        if unknown := sorted(kind for kind in kinds_of(getattr(rule, name)) if kind not in KINDS):
            words = _("No entry is called %(kinds)s; `anlan city kinds` prints all at which clocks start and stop.")
            yield name, words % {"kinds": listed(unknown)}


def _always(rule: ClockRule) -> Iterator[tuple[str, str]]:
    if not rule.active and rule.code in {code for app in apps.get_app_configs() for code in getattr(app, "always", ())}:
        words = _("%(code)s stays on: without it nobody would find what waits. Give it more time instead.")
        yield "active", words % {"code": rule.code}


def _scope(rule: ClockRule) -> Iterator[tuple[str, str]]:
    known = scope_names()
    for part in rule.scope.split():
        name, _sign, value = part.partition("=")
        if not (name and value):
            yield "scope", _("Write scope as name=value, such as unit_kind=mobile category=fire.")
        elif name not in known:
            words = _("No clock is told of '%(name)s'; a scope may ask for: %(known)s")
            yield "scope", words % {"name": name, "known": ", ".join(known)}


def _names(rule: ClockRule) -> Iterator[tuple[str, str]]:
    if rule.effect and rule.effect not in EXPIRIES:
        known = ", ".join(sorted(EXPIRIES)) or "—"
        yield "effect", _("There is no effect '%(effect)s'; known: %(known)s") % {"effect": rule.effect, "known": known}
    if rule.owner and not Organisation.objects.filter(code=rule.owner).exists():
        yield "owner", _("There is no organisation '%(code)s'.") % {"code": rule.owner}
