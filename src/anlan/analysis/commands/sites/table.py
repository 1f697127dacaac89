"""The ranked table on the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

WIDTH_WITHOUT_TERMINAL = 140


def print_sites(document: dict[str, Any], *, limit: int) -> None:
    """Print what was found: how much was read, the ranked places, the watch list, what chance alone would make."""
    console = Console(highlight=False, markup=False)
    if not console.is_terminal:
        console = Console(highlight=False, markup=False, width=WIDTH_WITHOUT_TERMINAL)
    read, *found = summary(document)
    for line in (read, *document["input"]["notes"], *found):
        console.print(Text(line))
    _print_list(console, document["sites"], limit, title=None)
    if document["watch"]:
        console.print()
        _print_list(
            console,
            document["watch"],
            limit and min(limit, 10),
            title="Watch: dense in one episode only, not recurrent",
        )
    for note in document["notes"]:
        console.print(Text(note))


def summary(document: dict[str, Any]) -> list[str]:
    """Return the sentences that stand above the table."""
    reading, asked = document["input"], document["parameters"]
    read = f"{reading['file']}: {reading['rows_read']:,} rows read, {reading['rows_used']:,} used"
    read += "".join(f", {count:,} left out by --{name}" for name, count in reading["rows_left_out"].items())
    if reading["rows_refused"]:
        why = ", ".join(f"{count:,} {code.replace('_', ' ')}" for code, count in reading["reasons"].items())
        read += f", {reading['rows_refused']:,} refused ({why})"
    noun = "recurrent place" if asked["min_episodes"] > 1 else "dense place"
    count = len(document["sites"])
    episodes = len(document["episodes"])
    places = (
        f"{count:,} {_plural(count, noun)}: within {asked['radius_m']:g} m, reports in at least "
        f"{asked['min_episodes']} {_plural(asked['min_episodes'], 'episode')}; the file has {episodes:,}"
    )
    sentence = document["chance"]["sentence"]
    return [read, places, *([sentence] if sentence else [])]


def _plural(count: int, noun: str) -> str:
    return noun if count == 1 else noun + "s"


def _print_list(console: Console, sites: Sequence[dict[str, Any]], limit: int, *, title: str | None) -> None:
    if not sites:
        return
    table = Table(title=title, title_justify="left", box=None, pad_edge=False, padding=(0, 1))
    for name in ("Rank", "Episodes", "Reports", "Radius m", "Longitude", "Latitude"):
        table.add_column(name, justify="right", no_wrap=True)
    for name in ("First", "Last"):
        table.add_column(name, no_wrap=True)
    table.add_column("Place words", overflow="ellipsis", no_wrap=True)
    for site in sites[: limit or None]:
        table.add_row(
            str(site["rank"]), str(site["episodes"]), str(site["reports"]), f"{site['radius_m']:.0f}",
            f"{site['lon']:.5f}", f"{site['lat']:.5f}", site["first"][:10], site["last"][:10],
            Text(site["place_words"] or "—"),
        )  # fmt: skip
    console.print(table)
    if limit and len(sites) > limit:
        console.print(Text(f"… and {len(sites) - limit:,} more; --limit 0 prints all"))
