"""One self-contained page: map, ranked table, watch list, episodes, parameters, and what was left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from anlan import __version__
from anlan.analysis.commands.sites.document import Found
from anlan.analysis.commands.sites.map import NUMBERED, drawing
from anlan.analysis.commands.sites.style import STYLE
from anlan.analysis.commands.sites.table import summary

MOST_REFUSED = 200


def html(found: Found) -> str:
    """Return the page; every text of the input is escaped, and the page may load and run nothing."""
    document = found.document
    name = document["input"]["file"]
    recurrent = document["parameters"]["min_episodes"] > 1
    read, places, *chance = summary(document)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<title>{"Recurrent places" if recurrent else "Dense places"}: {escape(name)}</title>
<style>{STYLE}</style>
</head>
<body>
<header>
<p class="mark">Anlan 安澜</p>
<h1>{escape(places.split(":")[0])}</h1>
<p class="lede">{escape(places.split(": ", 1)[1][:1].upper() + places.split(": ", 1)[1][1:])}.</p>
<p>{escape(read)}.</p>
{"".join(f"<p>{escape(note)}</p>" for note in document["input"]["notes"])}
{"".join(f"<p>{escape(note)}</p>" for note in chance)}
{"".join(f'<p class="note"><b>▲</b> {escape(note.replace("`", ""))}</p>' for note in document["notes"])}
{"".join(f'<p class="note"><b>▲</b> {escape(note)}</p>' for note in document["input"]["warnings"])}
</header>
<main>
<section class="wide"><h2>Map</h2>
<div class="scroll" tabindex="0">{drawing(found)}</div>{_legend(document, recurrent)}</section>
{_sites("Ranked places", document["sites"], "No place was found.")}
{_sites("Watch: dense in one episode only, not recurrent", document["watch"], "") if document["watch"] else ""}
{_episodes(document["episodes"])}
<section><h2>How this was found</h2>{list_of(_parameters(document))}</section>
{refused_of(document)}
</main>
<footer>Anlan {escape(__version__)}. Input SHA-256 <code>{escape(document["input"]["sha256"])}</code></footer>
</body>
</html>
"""


def _legend(document: dict[str, Any], recurrent: bool) -> str:
    name = "recurrent place" if recurrent else "dense place"
    items = [
        f'<li><svg viewBox="0 0 24 24"><g class="site"><circle class="badge" cx="12" cy="12" r="10"/>'
        f'<text x="12" y="16">1</text></g></svg>{name}; number = rank, 1 to {NUMBERED}</li>',
        f'<li><svg viewBox="0 0 24 24"><g class="site"><circle class="true" cx="12" cy="12" r="5"/></g></svg>'
        f"{name}, true to its radius, never smaller than this</li>",
        '<li><svg viewBox="0 0 24 24"><path class="reports" d="M12 12h0"/></svg>report</li>',
    ]
    if not document["sites"]:
        items = items[2:]
    if document["watch"]:
        items.append(
            '<li><svg viewBox="0 0 24 24"><g class="watch"><circle cx="12" cy="12" r="6"/></g></svg>'
            "watch: one episode only</li>"
        )
    items.append("<li>tinted: convex hull of the reports; north is up</li>")
    return f'<ul class="legend">{"".join(items)}</ul>'


def _sites(title: str, sites: Sequence[dict[str, Any]], empty: str) -> str:
    if not sites:
        return f'<section class="wide"><h2>{title}</h2><p>{empty}</p></section>' if empty else ""
    rows = (
        (site["rank"], site["place_words"] or "—", site["episodes"], site["reports"], f"{site['radius_m']:.0f}",
         site["first"][:10], site["last"][:10], f"{site['lon']:.6f}", f"{site['lat']:.6f}")
        for site in sites
    )  # fmt: skip
    head = ("Rank", "Place words", "Episodes", "Reports", "Radius, m", "First", "Last", "Longitude", "Latitude")
    return f'<section class="wide"><h2>{escape(title)}</h2>{table_of(head, rows, {1, 5, 6})}</section>'


def _episodes(episodes: Sequence[dict[str, Any]]) -> str:
    named = any(episode["name"] for episode in episodes)
    head = ("Episode", "First report", "Last report", "Reports", *(["Name"] if named else []))
    rows = (
        (
            episode["number"],
            _minute(episode["first"]),
            _minute(episode["last"]),
            episode["reports"],
            *([episode["name"]] if named else []),
        )
        for episode in episodes
    )
    title = f"{len(episodes)} {'episode' if len(episodes) == 1 else 'episodes'}"
    return f"<section><h2>{title}</h2>{table_of(head, rows, {1, 2, 4})}</section>"


def _minute(moment: str) -> str:
    return moment[:16].replace("T", " ")


def _parameters(document: dict[str, Any]) -> Iterable[tuple[str, str]]:
    asked, left = document["parameters"], document["left_out"]
    columns = ", ".join(f"{key} = {value}" for key, value in asked["columns"].items() if value)
    yield "Method", f"{asked['method']}, revision {asked['revision']}"
    least = f"at least {asked['min_episodes']} episodes, {asked['min_reports_used']} reports"
    yield "Place", f"within {asked['radius_m']:g} m, {least}"
    if asked["columns"]["episode"]:
        yield "Episode", f"named by the column {asked['columns']['episode']}"
    else:
        yield "Episode", f"a new one after more than {asked['episode_gap_h']:g} h without a report"
    yield "Columns", columns
    plane = asked["plane"]
    yield "Coordinates", f"{asked['crs']}; distances in a {plane['projection']} plane at {plane['lon']}, {plane['lat']}"
    yield "Time zone", asked["tz"]
    for key in ("where", "since", "until"):
        if asked[key]:
            yield key.capitalize(), "; ".join(asked[key]) if key == "where" else asked[key]
    yield (
        "Left out",
        "; ".join(f"{count:,} reports {name.replace('_', ' ')}" for name, count in left.items()) or "nothing",
    )


def refused_of(document: dict[str, Any]) -> str:
    """Return the section of the rows that could not be used."""
    refused = document["input"]["refused"]
    if not refused:
        return "<section><h2>Refused rows</h2><p>None: every row that was asked for could be used.</p></section>"
    rows = (
        (refusal["record"], refusal["line"] or "—", refusal["field"], refusal["reason"])
        for refusal in refused[:MOST_REFUSED]
    )
    more = len(refused) - MOST_REFUSED
    rest = f"<p>And {more:,} more; --json lists all.</p>" if more > 0 else ""
    table = table_of(("Record", "Line", "Column", "Reason"), rows, {2, 3})
    return f"<section><h2>{len(refused):,} refused rows</h2>{table}{rest}</section>"


def list_of(pairs: Iterable[tuple[str, str]]) -> str:
    """Return names and values as a list."""
    return "<dl>" + "".join(f"<dt>{escape(key)}</dt><dd>{escape(str(value))}</dd>" for key, value in pairs) + "</dl>"


def table_of(head: Sequence[str], rows: Iterable[Sequence[Any]], words: set[int]) -> str:
    """Return a table; columns in `words` hold words, the others numbers."""

    def line(tag: str, cells: Sequence[Any]) -> str:
        kinds = ("" if n in words else ' class="n"' for n in range(len(cells)))
        return "<tr>" + "".join(
            f"<{tag}{kind}>{escape(str(cell))}</{tag}>" for cell, kind in zip(cells, kinds, strict=True)
        ) + "</tr>"  # fmt: skip

    body = "".join(line("td", row) for row in rows)
    return (
        f'<div class="scroll" tabindex="0"><table><thead>{line("th", head)}</thead><tbody>{body}</tbody></table></div>'
    )
