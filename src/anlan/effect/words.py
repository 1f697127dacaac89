"""An estimate in the reader's language: its sentence, the method's warnings, what verifying found, why none is made."""

from __future__ import annotations

import re

from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from anlan.core import labels, refusals
from anlan.effect.models import Estimate
from anlan.effect.verification import Checked

refusals.words({
    "reports_begin_too_late": noop("The reports must begin before the day of the measure."),
    "reports_end_too_early": noop("The reports must go on after the day of the measure."),
    "last_day_ahead": noop("The last day has not come yet."),
    "sites_found_after_measure": noop(
        "The sites were found with reports from after that day. Choose an earlier study or a later day."
    ),
    "nothing_mended_before": noop("No site of this study had its works accepted before that day."),
    "nothing_to_compare": noop("Every site of this study was mended; nothing stands beside them."),
    "adopted_study_missing": noop("Choose an adopted study: its sites are compared."),
    "no_reports_in_days": noop("There are no reports of this kind in these days."),
})  # fmt: skip
labels.name_kinds({"effect.estimated": noop("Effect estimated")})
MARKS = {"fell": "done", "rose": "late", "unclear": "calm", "not_separable": "calm"}


def sentence(estimate: Estimate) -> str:
    """Return the estimate's sentence in the reader's language."""
    return estimate.sentence_en if (get_language() or "en").startswith("en") else estimate.sentence_zh


def warnings(estimate: Estimate) -> list[str]:
    """Return what to keep in mind; a sentence of the method that nobody has put into words here stays as it is."""
    found = [_warning(text) for text in estimate.listed("warnings")]
    if later := len(estimate.listed("later")):
        found.append(ngettext("%(n)d site was mended while these storms were counted; it is on neither side.",
                              "%(n)d sites were mended while these storms were counted; they are on neither side.",
                              later) % {"n": later})  # fmt: skip
    return found


def _warning(text: str) -> str:
    if found := re.fullmatch(r"(\d+) storm spans the day of the measure and is left out", text):
        return _("%(n)s storm spans the day of the measure and is left out.") % {"n": found[1]}
    if found := re.fullmatch(r"(\d+) treated places failed in fewer than two storms before .*", text):
        sparse = _("%(n)s mended places failed in fewer than two storms before and are not in the estimate.")
        return sparse % {"n": found[1]}
    if text.startswith("nearly all treated places failed just before"):
        return _("Nearly all mended places failed just before the measure; if rates drift, the interval is too short.")
    return text


def found_by(checked: Checked, estimate: Estimate) -> list[str]:
    """Say what verifying found: the same or not, then what happened to its reports since."""
    sentences = [_same(checked, estimate)]
    if n := len(checked.changed):
        changed = ngettext("%(n)d report behind it was changed since.",
                           "%(n)d reports behind it were changed since.", n)  # fmt: skip
        sentences.append(changed % {"n": n})
    if n := checked.came:
        came = ngettext("%(n)d report of these days came later.", "%(n)d reports of these days came later.", n)
        sentences.append(came % {"n": n})
    return sentences


def _same(checked: Checked, estimate: Estimate) -> str:
    if checked.same:
        return _("Computed again from the ledger up to position %(position)d: the same.") % {
            "position": estimate.position
        }
    if checked.revision != estimate.revision:
        revisions = {"then": estimate.revision, "now": checked.revision}
        return _("The method changed from r%(then)d to r%(now)d; computed again it gives another answer.") % revisions
    return _("It does not hold: computed again with the same method it gives another answer.")


def side_word(when: str) -> str:
    """Say on which side of the day of the works a storm lies."""
    sides = {"before": pgettext("a storm", "before"), "after": pgettext("a storm", "after")}
    return sides.get(when, _("left out: spans the day"))
