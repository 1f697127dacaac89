"""The addresses of the collections, for partner systems and for people."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from anlan.api.geojson.features import COLLECTIONS, Feature
from anlan.api.geojson.parameters import Asked, BadQuery, parse
from anlan.core.ledger import canonical
from anlan.core.web.access import partner, roles
from anlan.core.web.middleware.access import actor_of_request
from anlan.triage.access import READERS


@require_safe
@partner
def for_partner(request: HttpRequest, name: str) -> HttpResponse:
    """Answer a partner system that shows its key."""
    return _answer(request, name)


@require_safe
@roles(*READERS)
def for_people(request: HttpRequest, name: str) -> HttpResponse:
    """Answer a person who is signed in."""
    return _answer(request, name)


def _answer(request: HttpRequest, name: str) -> HttpResponse:
    if name not in COLLECTIONS:
        words = {"name": name, "known": ", ".join(COLLECTIONS)}
        return _error(_("There is no collection %(name)s; ask for one of %(known)s.") % words, 404)
    try:
        asked = parse(name, request.GET.dict())
    except BadQuery as error:
        return _error(str(error), 400)
    rows, feature = COLLECTIONS[name](actor_of_request(request), asked)
    matched = rows.count()
    features = list(_features(rows[asked.offset : asked.offset + asked.limit], feature))
    body: dict[str, Any] = {"type": "FeatureCollection", "numberMatched": matched, "numberReturned": len(features),
                            "features": features, "links": _links(request, asked, matched)}  # fmt: skip
    return HttpResponse(canonical(body), content_type="application/geo+json", headers={"Cache-Control": "no-store"})


def _features(rows: QuerySet[Any], feature: Callable[[Any], Feature]) -> Iterator[Feature]:
    for row in rows.iterator(2000):
        yield feature(row)


def _links(request: HttpRequest, asked: Asked, matched: int) -> list[dict[str, str]]:
    links = [{"rel": "self", "href": request.build_absolute_uri(), "type": "application/geo+json"}]
    if asked.offset + asked.limit < matched:
        more = request.GET.dict() | {"offset": str(asked.offset + asked.limit), "limit": str(asked.limit)}
        href = request.build_absolute_uri(f"{request.path}?{urlencode(more)}")
        links.append({"rel": "next", "href": href, "type": "application/geo+json"})
    return links


def _error(message: str, status: int) -> HttpResponse:
    return JsonResponse({"error": "bad_request" if status == 400 else "not_found", "message": message}, status=status)
