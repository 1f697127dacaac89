"""The city's clocks: how long each allows, from which step to which; another time is looked at before it is saved."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from anlan.core.city.areas import local_day
from anlan.core.models import ClockRule, ClockTarget, Organisation, Timing
from anlan.core.models.clock import REASON
from anlan.core.operator.views.frame import page, tab
from anlan.core.pages.answers import CONFLICT, WRONG, answer
from anlan.core.pages.forms import StepForm
from anlan.core.people.roles import Role
from anlan.core.refusals import Refused
from anlan.core.time import targets, vocabulary
from anlan.core.time.clock import now
from anlan.core.time.rules import DAY_S, Counting
from anlan.core.time.vocabulary import Use
from anlan.core.web.access import roles
from anlan.core.web.fields import day_field
from anlan.core.words import area_label, in_chinese, listed

HERE: Final = "core:operator_clocks"
UNIT_S: Final = {Counting.HOURS: 60, Counting.DAYS: DAY_S, Counting.WORKING: DAY_S}  # of what is typed
UNITS: Final = {Counting.HOURS: pgettext_lazy("a clock", "min"), Counting.DAYS: pgettext_lazy("a clock", "days"),
                Counting.WORKING: pgettext_lazy("a clock", "working days")}  # fmt: skip
tab(20, pgettext_lazy("operator", "Clocks"), HERE)


class TimesForm(StepForm):
    """How long some clocks allow, each in its unit, and from which day on."""

    valid_from = day_field(_("From the beginning of"))

    def __init__(
        self, *args: Any, rules: Sequence[ClockRule], shows: bool = True, day: dt.date | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.rules = {targets.field_of(rule.code): rule for rule in rules}
        day = day or local_day(now()) + dt.timedelta(days=1)
        self.fields["valid_from"].initial = day
        for name, rule in self.rules.items():
            timing = rule.timing(targets.begin_of(day))
            self.fields[name] = forms.DecimalField(
                label=area_label(rule), initial=_typed(timing), show_hidden_initial=shows, max_digits=10,
                decimal_places=2 if timing.counting == Counting.HOURS else 0,
                widget=forms.TextInput({"inputmode": "decimal", "size": 6, "autocomplete": "off"}),
            )  # fmt: skip

    def asked(self) -> dict[str, Any]:
        """Return the day and the times in seconds, of those clocks alone whose time was typed anew."""
        day = self.cleaned_data["valid_from"]
        changed = [name for name in self.changed_data if name in self.rules]
        return {"valid_from": day, "targets": {self.rules[name].code: self._seconds(name, day) for name in changed}}

    def _seconds(self, name: str, day: dt.date) -> int:
        counting = self.rules[name].timing(targets.begin_of(day)).counting
        typed: Decimal = self.cleaned_data[name]
        return round(typed * UNIT_S[Counting(counting)])


class SaveForm(TimesForm):
    """The same, looked at, with the reason."""

    reason = forms.CharField(max_length=REASON, required=False, label=_("Reason in Chinese, beside the figures"))
    reason_en = forms.CharField(
        max_length=REASON, required=False, label=_("Reason in English (optional; else the Chinese one is printed)")
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_seen(self) -> dict[str, tuple[int, str]]:
        """Return what the page showed as the times before; what cannot be read was never shown."""
        try:
            return {code: (int(target_s), str(counting)) for code, target_s, counting in json.loads(
                self.cleaned_data["seen"])}  # fmt: skip
        except (ValueError, TypeError):
            return {}

    def asked(self) -> dict[str, Any]:
        """Return what the verb takes: each time on the page is one that was typed anew."""
        day = self.cleaned_data["valid_from"]
        times = {rule.code: self._seconds(name, day) for name, rule in self.rules.items()}
        rest = {name: self.cleaned_data[name] for name in ("reason", "reason_en", "seen")}
        return {"valid_from": day, "targets": times, **rest}


@dataclass(frozen=True)
class Row:
    """One clock as the table shows it."""

    rule: ClockRule
    field: forms.BoundField | None  # none: its time is not set here
    unit: Any
    steps: tuple[str, ...]
    scope: str
    owner: Organisation | None
    running: int | None  # none: it never runs
    uses: Sequence[Use]
    to_come: ClockTarget | None
    today: str  # the time that holds now, where another one is to come
    in_folder: str  # what clocks.csv says, where that is another time

    @property
    def figures(self) -> str:
        """The figures that rest on it."""
        return listed(use.name for use in self.uses)

    @property
    def coming(self) -> str:
        """The time that holds from a later day on."""
        return _words(self.to_come.after) if self.to_come else ""


@require_safe
@never_cache
@roles(Role.OPERATOR)
def show(request: HttpRequest) -> HttpResponse:
    """Show every clock as it is from tomorrow on, or from the day that is asked for, and take other times."""
    try:
        day = day_field("").to_python(request.GET.get("from"))
    except forms.ValidationError:
        day = None
    return _table(request, TimesForm(rules=targets.settable(), day=day))


@require_http_methods(["GET", "HEAD", "POST"])
@roles(Role.OPERATOR)
def change(request: HttpRequest) -> HttpResponse:
    """Show what other times would change before they are saved, or why they cannot be."""
    if request.method != "POST":
        return redirect(HERE)
    table = TimesForm(_whole(request.POST), rules=targets.settable())
    return _table(request, table) if "back" in request.POST else _preview(request, table)


@require_http_methods(["GET", "HEAD", "POST"])
@roles(Role.OPERATOR)
def save(request: HttpRequest) -> HttpResponse:
    """Save what was looked at, with its reason."""
    if request.method != "POST":
        return redirect(HERE)
    rules = [rule for rule in targets.settable() if targets.field_of(rule.code) in request.POST]
    form = SaveForm(request.POST, rules=rules, shows=False)
    return answer(
        request, form, targets.set_targets, done=lambda made: _saved(request, form),
        page=lambda status: _preview(request, TimesForm(_whole(request.POST), rules=targets.settable()), form, status),
    )  # fmt: skip


def _saved(request: HttpRequest, form: SaveForm) -> HttpResponse:
    """Say on the table that the times are saved, and from when on they hold."""
    messages.success(
        request, gettext("Saved: the new times hold from %(day)s on.") % {"day": form.cleaned_data["valid_from"]}
    )
    return redirect(HERE)


def _preview(request: HttpRequest, table: TimesForm, form: SaveForm | None = None, status: int = 200) -> HttpResponse:
    """Show the page before saving; what cannot be looked at is shown in the table, with nothing lost."""
    if not table.is_valid():
        return _table(request, table, WRONG)
    asked = table.asked()
    try:
        changes = targets.changes_of(**asked, at=now())
    except Refused as refused:
        field = table.field_of(refused.field)
        table.add_error(field, str(refused))
        return _table(request, table, WRONG if field else CONFLICT)
    used, names = vocabulary.uses_by_clock(), [targets.field_of(each.rule.code) for each in changes]
    typed = [(sent, table.data[sent]) for name in names for sent in (name, f"initial-{name}")]
    context = {
        "form": form or SaveForm(rules=[], shows=False), "typed": typed,
        "day": asked["valid_from"], "moment": targets.begin_of(asked["valid_from"]),
        "seen": json.dumps([(each.rule.code, *each.before) for each in changes]),
        "changes": [(each, _words(each.before), _words(each.after)) for each in changes],
        "longer": any(each.is_longer for each in changes),
        "broken": _names(changes, used, judged=True), "kept": _names(changes, used, judged=False),
    }  # fmt: skip
    return page(request, "core/operator/clocks_change.html", HERE, context, status)


def _names(changes: Sequence[targets.Change], used: Mapping[str, list[Use]], *, judged: bool) -> list[str]:
    return sorted({use.name for each in changes for use in used.get(each.rule.code, ()) if use.judges == judged})


def _table(request: HttpRequest, form: TimesForm, status: int = 200) -> HttpResponse:
    at, used, running = now(), vocabulary.uses_by_clock(), targets.running_by_clock()
    bodies = {body.code: body for body in Organisation.objects.all()}
    apart = {rule.pk for rule, _held in targets.apart(at)}
    rules = sorted(
        ClockRule.objects.prefetch_related("targets"), key=lambda rule: (not rule.active, not rule.start, rule.code)
    )
    rows = [_row(rule, form, at, used, running, bodies.get(rule.owner), apart) for rule in rules]
    context = {"form": form, "rows": rows, "kinds": vocabulary.heard().items()}
    return page(request, "core/operator/clocks.html", HERE, context, status)


def _row(
    rule: ClockRule, form: TimesForm, at: dt.datetime, used: Mapping[str, list[Use]], running: Mapping[int, int],
    owner: Organisation | None, apart: set[int],
) -> Row:  # fmt: skip
    name = targets.field_of(rule.code)
    to_come = targets.next_of(rule, at)
    return Row(
        rule=rule, field=form[name] if name in form.fields else None, unit=UNITS[Counting(rule.timing(at).counting)],
        steps=vocabulary.steps_of(rule), scope=vocabulary.scope_words(rule), owner=owner,
        running=None if rule.code in vocabulary.DAYS else running.get(rule.pk, 0),
        uses=used.get(rule.code, ()), to_come=to_come,
        today=_words(rule.timing(at)) if to_come else "",
        in_folder=_words(Timing(rule.target_s, rule.counting)) if rule.pk in apart else "",
    )  # fmt: skip


def _whole(sent: Any) -> Any:
    """Return what was sent with the times of the other clocks as they stand, so that the whole table can be shown."""
    data = sent.copy()
    for name, field in TimesForm(rules=targets.settable()).fields.items():
        if name != "valid_from":
            data.setdefault(name, str(field.initial))
            data.setdefault(f"initial-{name}", str(field.initial))
    return data


def _typed(timing: Timing) -> str:
    """Write a time as it is typed: minutes, or days."""
    typed = Decimal(timing.target_s) / UNIT_S[Counting(timing.counting)]
    return f"{typed.quantize(Decimal('0.01')).normalize():f}"


def _words(timing: Timing) -> str:
    chinese, english = vocabulary.spelled(timing)
    return chinese if in_chinese() else english


urlpatterns = [
    path("operator/clocks/", show, name="operator_clocks"),
    path("operator/clocks/change", change, name="operator_clocks_change"),
    path("operator/clocks/save", save, name="operator_clocks_save"),
]
