"""The clusters on the terminal."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from anlan.analysis.commands.clusters.files import summary
from anlan.analysis.commands.sites.table import WIDTH_WITHOUT_TERMINAL


def print_clusters(document: dict[str, Any], *, limit: int) -> None:
    """Print how much was read, the clusters by strength, and what a reader must know."""
    console = Console(highlight=False, markup=False)
    if not console.is_terminal:
        console = Console(highlight=False, markup=False, width=WIDTH_WITHOUT_TERMINAL)
    read, *found = summary(document)
    for line in (read, *document["input"]["notes"], *found):
        console.print(Text(line))
    clusters = document["clusters"]
    if clusters:
        console.print(_table(clusters[: limit or None]))
    if limit and len(clusters) > limit:
        console.print(Text(f"… and {len(clusters) - limit:,} more; --limit 0 prints all"))
    for note in document["notes"]:
        console.print(Text(note))


def _table(clusters: list[dict[str, Any]]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1))
    for name in ("Rank", "p", "Once in", "Cases", "Expected", "First", "Last", "Radius m", "Longitude",
                 "Latitude"):  # fmt: skip
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("Place words", overflow="ellipsis", no_wrap=True, max_width=26)
    for cluster in clusters:
        table.add_row(
            str(cluster["rank"]), f"{cluster['p_value']:.3f}", cluster["recurrence"] or "—", str(cluster["observed"]),
            f"{cluster['expected']:.2f}", cluster["first"], cluster["last"], f"{cluster['radius_m']:.0f}",
            f"{cluster['lon']:.5f}", f"{cluster['lat']:.5f}", Text(cluster["place_words"] or "—"),
        )  # fmt: skip
    return table
