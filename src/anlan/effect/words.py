"""An estimate in the reader's language: the sentence, the method's warnings, what verifying found."""

from __future__ import annotations

import re

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from anlan.effect.models import Estimate
from anlan.effect.verification import Checked

MARKS = {"fell": "done", "rose": "late", "unclear": "calm", "not_separable": "calm"}


def sentence(one: Estimate) -> str:
    """Return the estimate's sentence in the reader's language."""
    return one.sentence_en if (get_language() or "en").startswith("en") else one.sentence_zh


def warnings(one: Estimate) -> list[str]:
    """Return what to keep in mind; a sentence of the method that nobody has put into words here stays as it is."""
    told = [_warning(text) for text in one.told("warnings")]
    if later := len(one.told("later")):
        told.append(ngettext("%(n)d site was mended while these storms were counted; it is on neither side.",
                             "%(n)d sites were mended while these storms were counted; they are on neither side.",
                             later) % {"n": later})  # fmt: skip
    return told


def _warning(text: str) -> str:
    if found := re.fullmatch(r"(\d+) storm spans the day of the measure and is left out", text):
        return _("%(n)s storm spans the day of the measure and is left out.") % {"n": found[1]}
    if found := re.fullmatch(r"(\d+) treated places failed in fewer than two storms before .*", text):
        told = _("%(n)s mended places failed in fewer than two storms before and are not in the estimate.")
        return told % {"n": found[1]}
    if text.startswith("nearly all treated places failed just before"):
        return _("Nearly all mended places failed just before the measure; if rates drift, the interval is too short.")
    return text


def found_by(checked: Checked, one: Estimate) -> list[str]:
    """Say what verifying found: the same or not, then what happened to its reports since."""
    told = [_same(checked, one)]
    if checked.changed:
        n = len(checked.changed)
        told.append(ngettext("%(n)d report behind it was changed since.", "%(n)d reports behind it were changed since.",
                             n) % {"n": n})  # fmt: skip
    if checked.came:
        told.append(ngettext("%(n)d report of these days came later.", "%(n)d reports of these days came later.",
                             checked.came) % {"n": checked.came})  # fmt: skip
    return told


def _same(checked: Checked, one: Estimate) -> str:
    if checked.same:
        return _("Computed again from the ledger up to position %(position)d: the same.") % {"position": one.position}
    if checked.revision != one.revision:
        told = {"then": one.revision, "now": checked.revision}
        return _("The method changed from r%(then)d to r%(now)d; computed again it gives another answer.") % told
    return _("It does not hold: computed again with the same method it gives another answer.")
