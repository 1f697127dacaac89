"""Dense places of one episode only: worth a look, never called recurrent."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from anlan.analysis.events import BoolArray, FloatArray, IntArray
from anlan.analysis.places._chance import ChanceOf, fit_each_episode, longest_list, simulate
from anlan.analysis.places._discs import assign_members, lay_discs
from anlan.analysis.places._mining import Found, Model, Reports, explained_by


def find_crowds(
    reports: Reports, loose: BoolArray, places: Found, model: Model, least: int, seed: int
) -> tuple[Found, FloatArray, IntArray, ChanceOf, float]:
    """Search each episode on its own among the reports that are in no recurrent place.

    Returns the places found, their centres, the member table over all reports, the chance and the least evidence.
    """
    model = replace(model, min_episodes=1, repeats=0.0)
    alone = Reports(reports.xy[loose], reports.episode[loose], reports.episode[loose])
    member_of = np.full(len(loose), -1, dtype=np.int64)
    nothing = ChanceOf(np.empty(0), np.empty(0, np.int64), 1, 0)
    if not loose.any():
        return places.take(np.empty(0, np.int64)), np.empty((0, 2)), member_of, nothing, np.inf
    explained = explained_by(places, reports, reports.tree(model.radius_m), model)[loose]
    fitted, by_episode = fit_each_episode(alone, explained, model)
    assigned = assign_members(fitted.found, fitted.found.xy, alone, model, 1)
    chance = simulate(alone, fitted, assigned, model, together=False, by_episode=by_episode, floor=0.0, seed=seed)
    enough = fitted.found.take(_with_reports(assigned, len(fitted.found), least))
    cut = longest_list(enough.evidence, chance)
    crowds = enough.take(enough.evidence >= cut)
    centres = np.round(lay_discs(crowds, alone, model), 3)
    member_of[loose] = assign_members(crowds, centres, alone, model, least)
    return crowds, centres, member_of, chance, cut


def _with_reports(member_of: IntArray, places: int, least: int) -> BoolArray:
    return np.asarray(np.bincount(member_of[member_of >= 0], minlength=places) >= least)
