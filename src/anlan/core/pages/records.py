"""The page of a record that a stage declares: its facts, the steps offered, its history, and what later stages add."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from anlan.core.pages.answers import Sent, answer
from anlan.core.pages.cells import on_page
from anlan.core.pages.columns import Words
from anlan.core.pages.forms import StepForm
from anlan.core.pages.offers import Act, Offer, Offered, form_of, shown
from anlan.core.pages.reader import Reader
from anlan.core.people.actors import Actor
from anlan.core.workflow import Workflow

R = TypeVar("R", bound=models.Model)
Facts = Iterable[tuple[Words, Any]]
Access = Callable[[Any], Any]  # one of core/web/access
Page = Callable[[HttpRequest, str, Sent, int], HttpResponse]
TAKES = ["GET", "HEAD", "POST"]


@dataclass(frozen=True)
class Event:
    """One line of a history: when, what, by which organisation, in which words, its mark, and where the words lead."""

    at: dt.datetime
    what: str
    by: str = ""
    words: str = ""
    mark: str = "done"
    href: str = ""


@dataclass(frozen=True)
class RecordPage(Generic[R]):
    """The page of a record with a life cycle, found by its number: `facts` left out are None, missing ones empty.

    `steps` are what it offers, in order: the moves, unless acts that change no state stand among them.
    """

    cycle: Workflow[R]
    rows: Callable[[Actor], models.QuerySet[R]]
    to: str | Callable[[str], str]  # the name of its address, or what makes the address of its number
    step: str = ""  # the name of the address to which its steps are posted, if not that of its address with _step
    facts: Callable[[R, Reader], Facts] = lambda record, reader: ()
    history: Callable[[R], Iterable[Event]] = lambda record: ()
    steps: Sequence[Offered] = ()
    seen: Callable[[R], str] | None = None
    title: Callable[[R], Words] = str
    crumb: Callable[[R], tuple[str, Words]] | None = None
    slot: str = ""
    base: str = "core/base_work.html"
    template: str = "core/pages/record.html"

    def find(self, request: HttpRequest, number: str) -> R:
        """Return the record, if this person may see it."""
        found = self.rows(Reader.of(request).actor).filter(number=number).first()
        if found is None:
            raise Http404
        return found

    def offers(self, record: R, reader: Reader, sent: Sent = None) -> list[Offer]:
        """Return the steps that this person can take now."""
        return shown(self.steps or self.cycle.moves, lambda step: self._may(step, record, reader), record,
                     lambda step: form_of(step).of(record, reader.today, auto_id=f"{step.name}-%s"), sent)  # fmt: skip

    def href(self, number: str) -> str:
        """Return its address."""
        return reverse(self.to, args=[number]) if isinstance(self.to, str) else self.to(number)

    def context(self, record: R, reader: Reader, sent: Sent = None, query: str = "") -> dict[str, Any]:
        """Return what templates read of a record; a `query` goes on with each step."""
        shows, number = self.seen or self.cycle.seen, str(record)
        steps = [(offer, reverse(self.step or f"{self.to}_step", args=[number, offer.verb]) + query)
                 for offer in self.offers(record, reader, sent)]  # fmt: skip
        return {"record": record, "page": self, "offers": steps, "facts": written(self.facts(record, reader)),
                "history": self.history(record), "seen": shows(record) if shows else "", "at": reader.at,
                "title": self.title(record), "crumb": self.crumb and self.crumb(record)}  # fmt: skip

    def answer(
        self, request: HttpRequest, number: str, sent: Sent = None, status: int = 200, **context: Any
    ) -> HttpResponse:
        """Show the record, and what was wrong with the step that was sent."""
        shown = self.context(self.find(request, number), Reader.of(request), sent) | context
        return render(request, self.template, shown, status=status)

    def take(
        self, request: HttpRequest, number: str, verb: str, page: Page | None = None, query: str = ""
    ) -> HttpResponse:
        """Take a step with the record and go back to it, or say on its page why it cannot be taken."""
        record, here = self.find(request, number), self.href(number) + query
        step = next((step for step in self.steps or self.cycle.moves if step.name == verb and step.label), None)
        if step is None:
            raise Http404
        if request.method != "POST":
            return redirect(here)
        options = {"data": request.POST, "files": request.FILES, "auto_id": f"{verb}-%s"}
        form: StepForm = form_of(step).of(record, Reader.of(request).today, **options)
        return answer(
            request, form, self._press(step, number, request.POST.get("seen")), whose=step.whose,
            done=lambda made: redirect(here),
            page=lambda status: (page or self.answer)(request, number, (verb, form), status),
        )  # fmt: skip

    def urls(self, prefix: str, access: Access) -> list[URLPattern]:
        """Return the addresses of the record and of its steps, open to whom `access` lets in."""
        assert isinstance(self.to, str)
        name, steps = self.to.partition(":")[2], require_http_methods(TAKES)(self.take)
        return [
            path(f"{prefix}/<str:number>/", access(never_cache(require_safe(self.answer))), name=name),
            path(f"{prefix}/<str:number>/<str:verb>", access(steps), name=f"{name}_step"),
        ]

    def _may(self, step: Offered, record: R, reader: Reader) -> bool:
        if isinstance(step, Act):
            return step.terms.refusal(reader.actor, record, reader.at) is None
        return bool(step.label) and self.cycle.may(step.name, reader.actor, record, reader.at)

    def _press(self, step: Offered, number: str, seen: str | None) -> Callable[..., Any]:
        door = step.press if isinstance(step, Act) else self.cycle.doors[step.name]
        return lambda actor, at, key, **asked: door(number, seen, asked, actor=actor, at=at, key=key)


def written(facts: Facts) -> list[tuple[Words, SafeString]]:
    """Write facts for a page, those that do not apply left out."""
    return [(label, on_page(value)) for label, value in facts if value is not None]
