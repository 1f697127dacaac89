"""Today's offenders, which may only become fewer: {name: how many}; a file is named by its stage and stem."""

from __future__ import annotations

# Modules outside templates that import template tags.
TAG_IMPORTERS: dict[str, int] = {}

# Modules whose name ends in -ing and is no noun.
GERUNDS: dict[str, int] = {}

# Functions past 50 lines without a line "Long because".
LONG_FUNCTIONS: dict[str, int] = {
    "benchmarks/ledger.measured": 1,
}

# Folders with more than 20 files side by side.
FULL_FOLDERS: dict[str, int] = {}

# Locals and parameters called `told` or `one`, by stage.
FILLER_NAMES: dict[str, int] = {}

# Loops of templates over `told` or `one`, by stage.
FILLER_LOOPS: dict[str, int] = {}

# Keys `told` or `one` of dicts, such as what a view hands to its page, by stage.
FILLER_KEYS: dict[str, int] = {}
