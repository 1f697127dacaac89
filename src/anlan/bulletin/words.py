"""The words of bulletins: why something is refused, names, units, and how a value and its change are written."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, pgettext

from anlan.bulletin import rules
from anlan.bulletin.figures.drawn import TOTALS
from anlan.bulletin.figures.measure import Absent, Measure
from anlan.bulletin.models import Figure, Issue, Plan
from anlan.core import labels, refusals
from anlan.core.city.areas import local_day
from anlan.core.models import Organisation
from anlan.core.words import MISSING, in_chinese, listed

MINUS = "−"
GROUPS = ("intake", "triage", "dispatch", "hotspots", "prevention", "voice")  # the parts of a bulletin
refusals.words({
    "plan_ends_before_it_begins": gettext_noop("The period ends before it begins."),
    "measures_fixed_already": gettext_noop("The measures of this period are fixed already."),
    "no_measures_chosen": gettext_noop("Choose at least one measure."),
    "unknown_measures": gettext_noop("There is no measure %(codes)s."),
    "no_measures_fixed": gettext_noop("No measures were fixed for this period."),
    "period_not_over": gettext_noop("The period is not over yet."),
    "headline_missing": gettext_noop("Write a headline."),
    "print_too_long": gettext_noop("At most %(most)d characters are printed there; write less."),
    "unknown_estimate": gettext_noop("There is no such estimate."),
    "period_has_its_bulletin": gettext_noop("This period has its bulletin; correct that one."),
    "issue_not_correctable": gettext_noop("There is no such issue, or it was corrected already."),
    "revision_note_missing": gettext_noop("Write what was wrong and why."),
    "unknown_issuer": gettext_noop("Whoever publishes belongs to an organisation; ask the operator."),
})  # fmt: skip
labels.name_kinds({
    "bulletin.asked": gettext_noop("Bulletin asked for"),
    "bulletin.measures_fixed": gettext_noop("Plan of a bulletin fixed"),
    "bulletin.published": gettext_noop("Bulletin published"),
    "bulletin.recompute_asked": gettext_noop("Recomputing asked for"),
    "bulletin.recomputed": gettext_noop("Figures recomputed"),
})  # fmt: skip


def group_word(group: str) -> str:
    """Name a part of the bulletin."""
    return {"intake": _("Heard"), "triage": _("What it was and whose"), "dispatch": _("Who went"),
            "hotspots": _("Places that keep failing"), "prevention": pgettext("part of a bulletin", "Put right"),
            "voice": _("What the public says")}[group]  # fmt: skip


def name_of(of: Measure) -> str:
    """Name a measure in the page's language."""
    return of.name if in_chinese() else of.name_en


def unit_of(of: Measure) -> str:
    """Name a measure's unit in the page's language."""
    return of.unit if in_chinese() else of.unit_en


def says_of(figure: Figure) -> str:
    """Return the definition that was printed; the first issues kept none, and have today's words."""
    return (figure.says or figure.of.says) if in_chinese() else (figure.says_en or figure.of.says_en)


def organisation_name(organisation: Organisation) -> str:
    """Name an organisation in the page's language."""
    return organisation.name if in_chinese() else organisation.name_en


def headline_of(issue: Issue) -> str:
    """Return an issue's headline in the page's language; one without English words has its own."""
    return issue.headline if in_chinese() else (issue.headline_en or issue.headline)


def note_of(issue: Issue) -> str:
    """Return the note of a correction in the page's language, as a sentence; an old one may have no English words."""
    note = issue.note if in_chinese() else (issue.note_en or issue.note)
    return note if note.endswith(tuple(".。!！?？")) else note + ("。" if in_chinese() else ".")


def afterwards_of(plan: Plan) -> str:
    """Say of a plan that was fixed too late to be blind that it was; nothing of another."""
    if not plan.is_afterwards:
        return ""
    words = _("Compiled afterwards: the measures were fixed on %(day)s, when the period was over or on its last day.")
    return words % {"day": local_day(plan.fixed_at)}


def fixed_of(plan: Plan) -> str:
    """Say when the measures of a plan were fixed, and that they stayed."""
    before = _("The measures were fixed on %(day)s, before the period ended, and none was added or taken away; those"
               " that got worse are printed too.")  # fmt: skip
    after = _("The measures were fixed on %(day)s, when it could be known how they came out; none was added or taken"
              " away since, and those that got worse are printed too.")  # fmt: skip
    return (after if plan.is_afterwards else before) % {"day": local_day(plan.fixed_at)}


def number(of: Measure, value: float | None) -> str:
    """Write a value: whole for counts, one decimal else, a missing one as a dash."""
    if value is None:
        return MISSING
    text = f"{value:,.0f}" if of.aggregate in TOTALS else f"{value:,.1f}"
    return text.replace("-", MINUS)


def plain(of: Measure, value: float | None) -> float | int | None:
    """Return a value as a file holds it: whole for counts, else by at most two digits more than are printed."""
    if value is None:
        return None
    return int(value) if of.aggregate in TOTALS else round(value, 3)


def change(of: Measure, value: float | None, base: float | None) -> str:
    """Write how it stands to its base; a manifold prints both numbers."""
    found = rules.change(of.aggregate, value, base)
    if found.amount is None:
        return MISSING
    if found.kind == "times":
        numbers = {"times": f"{found.amount:.1f}".removesuffix(".0"), "from": number(of, base), "to": number(of, value)}
        return _("×%(times)s, from %(from)s to %(to)s") % numbers
    text = "0.0" if abs(found.amount) < 0.05 else f"{found.amount:+.1f}".replace("-", MINUS)
    return _("%(n)s points") % {"n": text} if found.kind == "points" else f"{text}%"


def why(absent: str) -> str:
    """Say in words why there is no figure."""
    return str(Absent(absent).label) if absent else ""


def faults_in_words(codes: list[str]) -> str:
    """Name what of a figure its stored rows do not give."""
    names = {"rows": _("the stored rows are changed or gone"), "value": _("value"), "base": _("base"), "n": "n",
             "interval": _("interval"), "districts": _("its districts do not make it up")}  # fmt: skip
    return _(", ").join(names[code] for code in codes)


def what_became_of(row: dict[str, Any]) -> str:
    """Say what became of a row of a figure, and which entries of the ledger are about it."""
    how = {"entered": pgettext("row of a figure", "entered"), "left": pgettext("row of a figure", "left"),
           "revalued": _("counted differently"), "gone": _("is no longer stored"), "": ""}[row["how"]]  # fmt: skip
    entries = listed(map(labels.label_of, row["entries"])) or (_("no entry about it") if how else "")
    return _(", ").join(part for part in (how, entries) if part)
