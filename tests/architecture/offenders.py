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
    "analysis/_ground.list_near": 1,
    "analysis/_lanes.look_closer": 1,
    "analysis/_lanes.simulate_lanes": 1,
    "analysis/_model.model_of": 1,
    "analysis/_plain.best_of_circles": 1,
    "analysis/_plain.pick_apart": 1,
    "analysis/_series.look_closer": 1,
    "analysis/_series.observe_series": 1,
    "analysis/_series.simulate_series": 1,
    "analysis/_vectors.code": 2,
    "analysis/_vectors.sweep": 1,
    "analysis/_vectors.sweep_days": 1,
    "analysis/density.density_clusters": 1,
    "analysis/effect.effect": 1,
    "analysis/effect.estimated": 1,
    "analysis/estimate.before_after": 1,
    "analysis/matching.match_places": 1,
    "analysis/near_repeat.counted": 1,
    "analysis/near_repeat.near_repeat": 1,
    "analysis/pairs.near_repeat": 1,
    "analysis/recurrent.recurrent_places": 1,
    "analysis/scan.scan": 1,
    "analysis/space_time.space_time_scan": 1,
    "analysis/spots.spots": 1,
    "benchmarks/ledger.measured": 1,
    "city/flood._told": 1,
    "intake/reports.receive_report": 1,
    "tables/_location.require_fitting": 1,
}

# Folders with more than 20 files side by side.
FULL_FOLDERS: dict[str, int] = {}

# Locals and parameters called `told` or `one`, by stage.
FILLER_NAMES: dict[str, int] = {
    "analysis": 90,
    "api": 5,
    "boards": 14,
    "bulletin": 168,
    "city": 68,
    "core": 16,
    "dispatch": 140,
    "effect": 20,
    "geo": 2,
    "hotspots": 36,
    "intake": 50,
    "prevention": 146,
    "tables": 21,
    "triage": 55,
    "voice": 4,
}
