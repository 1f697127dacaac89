"""The lines of a study's list, each drawn in one piece: a city has hundreds of places."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from anlan.core.web.addresses import href
from anlan.core.words import MISSING, area_label, typed
from anlan.hotspots.models import Study
from anlan.hotspots.queries.studies import CHANGES, Line
from anlan.hotspots.words import change_word
from anlan.intake.words import degrees


def rows(lines: Sequence[Line], study: Study) -> SafeString:
    """Draw lines in the reader's language."""
    frame = _frame()
    words: dict[str, str] = {change: escape(change_word(change)) for change in CHANGES}
    words["new"] = f"<b>{words['new']}</b>"
    return mark_safe("\n".join(frame % _cells(line, study, words) for line in lines))  # noqa: S308  (cells are escaped)


def _frame() -> str:
    """Return what is the same in all lines."""
    rank, site, episodes, reports, change = (
        escape(words).replace("%", "%%")
        for words in (_("Rank"), _("Site"), _("Episodes"), _("Reports"), pgettext("of a figure", "Change"))
    )
    return (
        '<tr data-place="%(id)s">'
        f'<td data-th="{rank}" class="n">%(rank)s</td>'
        f'<td data-th="{site}" class="num"><a href="%(href)s">%(code)s</a></td>'
        '<th scope="row">%(label)s<small>%(where)s</small></th>'
        f'<td data-th="{episodes}" class="n">%(episodes)s</td>'
        f'<td data-th="{reports}" class="n">%(reports)s</td>'
        f'<td data-th="{change}">%(word)s</td></tr>'
    )


def _cells(line: Line, study: Study, words: dict[str, str]) -> dict[str, object]:
    place, gone = line.place, line.change == "gone"
    stands = study.adopted_at or line.number is None or not line.rank
    point = f"{degrees(place.lat)}, {degrees(place.lon)}"
    return {
        "id": line.id,
        "rank": line.rank or MISSING,
        "href": href("hotspots:place", study.pk, line.rank) if line.rank else href("hotspots:site", line.code),
        "code": line.code if stands else f"({line.code})",
        "label": f"{typed(place.label)} <br> " if place.label else "",
        "where": escape(area_label(line.areas[0])) if line.areas else point,
        "episodes": MISSING if gone else place.episodes,
        "reports": MISSING if gone else place.reports,
        "word": words[line.change],
    }
