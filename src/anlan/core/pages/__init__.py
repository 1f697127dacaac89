"""Pages of one kind come from one place: lists and records that a stage declares, and the one way to call a verb."""

from __future__ import annotations

from anlan.core.pages.answers import Sent, answer
from anlan.core.pages.cells import Typed, drawn_by
from anlan.core.pages.columns import Column, Empty, Filter, Link, containing, labelled, picked
from anlan.core.pages.forms import Choices, ReasonForm, StepForm, choosing
from anlan.core.pages.lists import Listing, ListPage, Tab
from anlan.core.pages.offers import Act, Offer
from anlan.core.pages.reader import Reader, address
from anlan.core.pages.records import Event, Facts, RecordPage, written
from anlan.core.pages.tables import Table, tabulated

__all__ = [
    "Act", "Choices", "Column", "Empty", "Event", "Facts", "Filter", "Link", "ListPage", "Listing", "Offer",
    "Reader", "ReasonForm", "RecordPage", "Sent", "StepForm", "Tab", "Table", "Typed", "address", "answer",
    "choosing", "containing", "drawn_by", "labelled", "picked", "tabulated", "written",
]  # fmt: skip
