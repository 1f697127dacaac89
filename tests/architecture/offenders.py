"""Today's offenders, which may only become fewer: {name: how many}; a file is named by its stage and stem."""

from __future__ import annotations

# Modules outside templates that import template tags.
TAG_IMPORTERS: dict[str, int] = {
    "boards/teams": 1,
    "boards/views": 1,
    "dispatch/chosen": 1,
    "dispatch/forms": 1,
    "dispatch/places": 1,
    "intake/desk": 2,
    "intake/history": 1,
    "intake/reports": 1,
    "intake/tracking": 1,
    "prevention/sources": 1,
    "prevention/steps": 1,
    "prevention/tracking": 1,
    "triage/incidents": 1,
    "triage/tracking": 1,
}

# Modules whose name ends in -ing and is no noun.
GERUNDS: dict[str, int] = {}

# Functions past 50 lines without a line "Long because".
LONG_FUNCTIONS: dict[str, int] = {
    "benchmarks/ledger.measured": 1,
    "city/flood._told": 1,
    "intake/reports.receive_report": 1,
}

# Folders with more than 20 files side by side.
FULL_FOLDERS: dict[str, int] = {}

# Locals and parameters called `told` or `one`, by stage.
FILLER_NAMES: dict[str, int] = {
    "api": 5,
    "boards": 14,
    "bulletin": 168,
    "city": 68,
    "dispatch": 140,
    "effect": 20,
    "hotspots": 36,
    "intake": 50,
    "prevention": 146,
    "triage": 55,
    "voice": 4,
}
