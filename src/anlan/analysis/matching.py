"""What became of the places of one study in the next, by the overlap of their circles."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
from scipy.spatial import cKDTree

from anlan.analysis._given import FARTHEST_M, metres
from anlan.analysis._result import Result
from anlan.analysis.revisions import REVISIONS

Kind = Literal["kept", "grown", "shrunk", "split", "merged", "new", "gone"]
Id = int | str


@dataclass(frozen=True)
class Outline:
    """A place as a circle.

    Attributes
    ----------
    id : int or str
        Its name in its own study; unique there, all of one type.
    x, y : float
        Centre in metres, in the same system for both studies.
    radius_m : float
        Radius in metres.
    weight : float
        Its size where sizes are compared (reports, say); equal weights fall back on the circle's area.
    """

    id: Id
    x: float
    y: float
    radius_m: float
    weight: float = 0.0


@dataclass(frozen=True)
class Relation:
    """One thing that happened to places between two studies.

    Attributes
    ----------
    kind : str
        kept, grown, shrunk (one old, one new), split (one old, several new), merged (several old, one new),
        new (no old) or gone (no new).
    old, new : tuple of int or str
        The places in it, the largest part first.
    """

    kind: Kind
    old: tuple[Id, ...]
    new: tuple[Id, ...]


@dataclass(frozen=True, eq=False)
class Matching(Result, rows_in="relations"):
    """Every old and every new place, each in exactly one relation.

    Attributes
    ----------
    relations : tuple of Relation
        Those with old places first, by id; then the new ones, by id.
    number_from : mapping of new id to old id or None
        Whose number each new place carries on: the largest part of a split keeps the number, a merged place has that
        of its largest part; None where a new number is due.
    successor_of : mapping of old id to new id or None
        The new place to which each old one points: itself under its number, the largest part of its split, or the
        place it was merged into; None where it is gone.
    parameters : dict
        What the matching was asked with, and the revision of the method.
    """

    relations: tuple[Relation, ...]
    number_from: Mapping[Id, Id | None]
    successor_of: Mapping[Id, Id | None]
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def kind_of_new(self, new: Id) -> Kind:
        """Return how a new place came about."""
        return next(relation.kind for relation in self.relations if new in relation.new)

    def counts(self) -> dict[Kind, int]:
        """Return how many relations there are of each kind."""
        kinds: tuple[Kind, ...] = ("kept", "grown", "shrunk", "split", "merged", "new", "gone")
        return {kind: sum(relation.kind == kind for relation in self.relations) for kind in kinds}


def match_places(
    old: Iterable[Outline],
    new: Iterable[Outline],
    *,
    min_overlap: float = 0.25,
    min_radius_m: float = 50.0,
    growth: float = 1.25,
) -> Matching:
    """Match the places of two studies by the overlap of their circles.

    Two places touch where their circles share at least `min_overlap` of the smaller circle. The strongest overlaps are
    joined first, as long as no place stands in two relations: an old place may have several new ones (split) or a new
    place several old ones (merged), never both.

    Long because its parameters are documented here, with an example.

    Parameters
    ----------
    old, new : iterable of Outline
        The circles of either study; their order does not matter.
    min_overlap : float
        Share of the smaller circle's area, above 0 and at most 1.
    min_radius_m : float
        Smaller circles are drawn this large before they are laid over each other, so that a place does not get lost
        because its reports lie on one point a few metres away.
    growth : float
        A place whose radius is more than this many times the old one has grown, or shrunk the other way round.

    Returns
    -------
    Matching

    Raises
    ------
    ValueError
        If ids come twice or are of two kinds, a circle is not finite, or a share or growth cannot be.

    Examples
    --------
    >>> from anlan.analysis import Outline, match_places
    >>> old = [Outline("P-1", 0, 0, 80), Outline("P-2", 900, 0, 80)]
    >>> new = [Outline(1, 10, 0, 85), Outline(2, 400, 0, 60)]
    >>> [(relation.kind, relation.old, relation.new) for relation in match_places(old, new).relations]
    [('kept', ('P-1',), (1,)), ('gone', ('P-2',), ()), ('new', (), (2,))]
    """
    if not 0 < min_overlap <= 1:
        raise ValueError(f"min_overlap must be above 0 and at most 1, not {min_overlap}")
    if not 1 <= growth < math.inf:
        raise ValueError(f"growth must be at least 1, not {growth}")
    min_radius_m = metres("min_radius_m", min_radius_m)
    olds, news = _checked(old, "old"), _checked(new, "new")
    stars = _join(olds, news, _overlaps(olds, news, min_overlap, min_radius_m))
    relations = [_relation(olds, news, *star, growth) for star in stars]
    relations.sort(
        key=lambda relation: (
            not relation.old,
            min(relation.old) if relation.old else 0,
            min(relation.new) if not relation.old else 0,
        )
    )
    return Matching(
        tuple(relations),
        MappingProxyType(_number_from(relations)),
        MappingProxyType(_successor_of(relations)),
        MappingProxyType(
            {
                "min_overlap": min_overlap,
                "min_radius_m": min_radius_m,
                "growth": growth,
                "revision": REVISIONS["match_places"],
            }
        ),
    )


def circle_overlap(distance: float, radius_1: float, radius_2: float) -> float:
    """Return the area shared by two circles as a share of the smaller one."""
    small, large = min(radius_1, radius_2), max(radius_1, radius_2)
    if distance >= small + large:
        return 0.0
    if distance <= large - small:
        return 1.0
    cos_small = (distance**2 + small**2 - large**2) / (2 * distance * small)
    cos_large = (distance**2 + large**2 - small**2) / (2 * distance * large)
    half_small = math.acos(min(1.0, max(-1.0, cos_small)))
    half_large = math.acos(min(1.0, max(-1.0, cos_large)))
    lens = small**2 * (half_small - math.sin(2 * half_small) / 2) + large**2 * (
        half_large - math.sin(2 * half_large) / 2
    )
    return min(1.0, lens / (math.pi * small**2))


def _checked(outlines: Iterable[Outline], side: str) -> list[Outline]:
    """Return the circles by id, which makes their order of input irrelevant."""
    listed = list(outlines)
    if odd := [outline for outline in listed if not isinstance(outline, Outline)]:
        raise ValueError(f"the {side} places must be Outline, not {type(odd[0]).__name__}")
    ids: Sequence[Hashable] = [outline.id for outline in listed]
    if len(set(ids)) < len(ids):
        raise ValueError(f"ids of the {side} places must be unique")
    if len({isinstance(identity, str) for identity in ids}) > 1:
        raise ValueError(f"ids of the {side} places must be all whole numbers or all text")
    for outline in listed:
        if (
            not all(map(math.isfinite, (outline.x, outline.y, outline.radius_m, outline.weight)))
            or outline.radius_m < 0
            or max(abs(outline.x), abs(outline.y), outline.radius_m) > FARTHEST_M
        ):
            raise ValueError(f"the {side} place {outline.id} must be finite, in metres, with a radius of 0 or more")
    return sorted(listed, key=lambda outline: outline.id)


def _overlaps(
    olds: list[Outline], news: list[Outline], min_overlap: float, min_radius_m: float
) -> list[tuple[float, float, int, int]]:
    """List the touching pairs, the strongest first: more overlap, then nearer, then by position, then by id."""
    if not olds or not news:
        return []
    radius_old = [max(outline.radius_m, min_radius_m) for outline in olds]
    radius_new = [max(outline.radius_m, min_radius_m) for outline in news]
    reach = np.array(radius_old) + max(radius_new)
    near = cKDTree([(outline.x, outline.y) for outline in news]).query_ball_point(
        [(outline.x, outline.y) for outline in olds], reach
    )
    pairs = []
    for i, neighbours in enumerate(near):
        for j in neighbours:
            distance = math.hypot(olds[i].x - news[j].x, olds[i].y - news[j].y)
            overlap = circle_overlap(distance, radius_old[i], radius_new[j])
            if overlap >= min_overlap:
                pairs.append((-overlap, distance, i, j))
    return sorted(pairs)


def _join(
    olds: list[Outline], news: list[Outline], pairs: list[tuple[float, float, int, int]]
) -> list[tuple[list[int], list[int]]]:
    """Join pairs into stars, strongest first; a pair that would tie two stars together is passed over."""
    of_old: list[list[int]] = [[] for _ in olds]
    of_new: list[list[int]] = [[] for _ in news]
    for _, _, i, j in pairs:
        partner_of_old, partner_of_new = of_old[i], of_new[j]
        free_old, free_new = not partner_of_old, not partner_of_new
        old_can_split = free_new and all(len(of_new[k]) == 1 for k in partner_of_old)
        new_can_merge = free_old and all(len(of_old[k]) == 1 for k in partner_of_new)
        if old_can_split or new_can_merge:
            partner_of_old.append(j)
            partner_of_new.append(i)
    stars = [([i], list(partners)) for i, partners in enumerate(of_old) if all(len(of_new[j]) == 1 for j in partners)]
    stars += [(list(partners), [j]) for j, partners in enumerate(of_new) if len(partners) != 1]
    return stars


def _relation(olds: list[Outline], news: list[Outline], old: list[int], new: list[int], growth: float) -> Relation:
    old_parts, new_parts = _largest_first([olds[i] for i in old]), _largest_first([news[j] for j in new])
    return Relation(
        _kind(old_parts, new_parts, growth),
        tuple(place.id for place in old_parts),
        tuple(place.id for place in new_parts),
    )


def _largest_first(parts: list[Outline]) -> list[Outline]:
    return sorted(parts, key=lambda place: (-place.weight, -place.radius_m, place.id))


def _kind(old: list[Outline], new: list[Outline], growth: float) -> Kind:
    if not old:
        return "new"
    if not new:
        return "gone"
    if len(new) > 1:
        return "split"
    if len(old) > 1:
        return "merged"
    if new[0].radius_m > growth * old[0].radius_m:
        return "grown"
    return "shrunk" if old[0].radius_m > growth * new[0].radius_m else "kept"


def _number_from(relations: list[Relation]) -> dict[Id, Id | None]:
    return {
        new: relation.old[0] if relation.old and place == 0 else None
        for relation in relations
        for place, new in enumerate(relation.new)
    }


def _successor_of(relations: list[Relation]) -> dict[Id, Id | None]:
    return {old: relation.new[0] if relation.new else None for relation in relations for old in relation.old}
