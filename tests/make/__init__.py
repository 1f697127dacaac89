"""Deterministic builders, one module a noun: each makes one thing with plain values, the same on every run."""

from __future__ import annotations

from tests.make.categories import category
from tests.make.city import AT, CITIES, city, organisation
from tests.make.estimates import MendedTown, mended_town
from tests.make.incidents import incident
from tests.make.issues import issue, issue_of
from tests.make.monitor import scraped
from tests.make.people import PASSWORD, actor, browser, cookies, partner, person, sign_in
from tests.make.photos import jpeg, photo, upload
from tests.make.problems import Town, hazard, hazard_task, town, works
from tests.make.reports import CODE, cleared, report, storms
from tests.make.studies import study
from tests.make.units import assignment, free, stamp

__all__ = [
    "AT",
    "CITIES",
    "CODE",
    "PASSWORD",
    "MendedTown",
    "Town",
    "actor",
    "assignment",
    "browser",
    "category",
    "city",
    "cleared",
    "cookies",
    "free",
    "hazard",
    "hazard_task",
    "incident",
    "issue",
    "issue_of",
    "jpeg",
    "mended_town",
    "organisation",
    "partner",
    "person",
    "photo",
    "report",
    "scraped",
    "sign_in",
    "stamp",
    "storms",
    "study",
    "town",
    "upload",
    "works",
]
