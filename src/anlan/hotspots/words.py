"""Studies and sites in the reader's language: periods, what became of a site, and why a study was refused."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop
from django.utils.translation import pgettext as p

from anlan.core import labels, refusals
from anlan.hotspots.models import Study

refusals.words({
    "category_not_analysable": noop(
        "Places are studied for water, hazards, fire and traffic only, not for: %(refused)s."
    ),
    "period_reversed": noop("The period ends before it begins; exchange the two days."),
    "period_not_begun": noop("The period has not begun yet; choose an earlier first day."),
    "parameter_out_of_range": noop("Write a value from %(low)s to %(high)s."),
    "study_not_later": noop(
        "Sites are numbered in time order, and a study of %(since)s to %(until)s is adopted already."
    ),
    "study_not_finished": noop("only a finished study can be adopted"),
    "study_category_missing": noop("no category (none given); there are: %(known)s"),
    "unknown_study_category": noop("no category %(codes)s; there are: %(known)s"),
    "unknown_study_area": noop("no area %(code)s; there are: %(known)s"),
})  # fmt: skip
labels.name_kinds({
    "hotspots.study_adopted": noop("Study adopted"),
    "hotspots.study_failed": noop("Study failed"),
    "hotspots.study_finished": noop("Study finished"),
    "hotspots.study_started": noop("Study started"),
})  # fmt: skip


def change_word(change: str) -> str:
    """Name what became of a site."""
    return {
        "kept": _("kept"),
        "grown": _("grown"),
        "shrunk": _("shrunk"),
        "split": _("split"),
        "merged": _("merged"),
        "new": _("new"),
        "gone": p("a site", "gone"),
    }[change]


def state_word(study: Study) -> str:
    """Name how far a study is."""
    if study.adopted_at:
        return _("Adopted")
    return {"finished": _("Not adopted"), "failed": _("Failed")}.get(study.state, _("Running"))


def period(study: Study) -> str:
    """Name a study's period: a year where it is one."""
    whole = (study.since.month, study.since.day, study.until.month, study.until.day) == (1, 1, 12, 31)
    if whole and study.since.year == study.until.year:
        return str(study.since.year)
    return f"{study.since} – {study.until}"
