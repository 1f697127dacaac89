"""Evidence with a task: its words are work notes, its photos are opened for a purpose, and all of it can be erased."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator

import pytest
from django.test import Client

from anlan.core.ledger import seals
from anlan.core.ledger.verification import verify
from anlan.core.models import LedgerEntry
from anlan.core.people.actors import Actor, NotAllowed
from anlan.core.refusals import Refused
from anlan.core.sealed.grants import grant
from anlan.core.time.clock import frozen
from anlan.prevention import actions
from anlan.prevention.models import Evidence
from tests import make
from tests.make.problems import Town, day, problem, task

PHOTO = re.compile(r'src="(/tasks/[^"]+/photos/[^"]+)"')


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    """Let the pages stand two days after the raising."""
    with frozen(day(2)):
        yield


def proved(town: Town, *, photos: int = 1) -> tuple[str, list[int]]:
    """Return a task with photos and a line of words."""
    _, tasks = town.planned()
    kept = {"task": tasks[0], "words": "王某在现场", "actor": town.officer, "at": day(2)}
    return tasks[0], [actions.add_evidence(photo=make.photo(), **kept)["evidence"] for _ in range(photos)]


def openings() -> list[LedgerEntry]:
    return list(LedgerEntry.objects.filter(kind="prevention.photo_read").order_by("pk"))


def opened(browser: Client, number: str, purpose: str = "verify") -> str:
    """Open the photos of a task; return the page."""
    return browser.post(f"/tasks/{number}/photos/open", {"purpose": purpose}, follow=True).content.decode()


def test_a_task_shows_words_and_no_photo_unasked(town: Town) -> None:
    """The doer's line stands there for whoever may see the task; a photo is a closed frame, and nothing is an entry."""
    number, _ = proved(town)
    page = make.browser(town.verifier).get(f"/tasks/{number}/").content.decode()
    assert ("王某在现场" in page, "Photo, not opened" in page, PHOTO.findall(page)) == (True, True, [])
    assert not openings()


def test_one_press_opens_all_photos_and_each_sending_is_an_entry(town: Town) -> None:
    """Who, what and why; the photo comes as our JPEG, in a sandbox, never sniffed or kept."""
    number, pieces = proved(town, photos=2)
    browser = make.browser(town.verifier)
    page = opened(browser, number)
    addresses = list(dict.fromkeys(PHOTO.findall(page)))
    assert ("Opened: To verify the works" in page, len(addresses), openings()) == (True, 2, [])
    photo, _ = (browser.get(address) for address in addresses)
    assert photo.content.startswith(b"\xff\xd8\xff")
    assert b"PhoneMaker" not in photo.content
    assert photo["Content-Disposition"].startswith("inline; filename=")
    assert (photo["Content-Type"], photo["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
    assert ("sandbox" in photo["Content-Security-Policy"], "no-store" in photo["Cache-Control"]) == (True, True)
    told = [(entry.actor, entry.subject, json.loads(entry.payload)) for entry in openings()]
    assert told == [(town.verifier.name, f"task:{number}", {"evidence": pk, "purpose": "verify"}) for pk in pieces]


def test_a_visit_states_its_purpose_once(town: Town) -> None:
    """A step that is refused, and one that is taken, come back to a page whose photos are still open."""
    number, _ = proved(town)
    actions.finish_task(task=number, actor=town.officer, at=day(2))
    browser = make.browser(town.verifier)
    (action,) = re.findall(r'action="(/tasks/[^"]+/verify[^"]*)"', opened(browser, number))
    refused = browser.post(action, {"passed": "no"})
    assert (refused.status_code, len(set(PHOTO.findall(refused.content.decode())))) == (422, 1)
    sent = browser.post(action.replace("/verify", "/add_evidence"), {"words": "Seen"}, follow=True)
    assert len(set(PHOTO.findall(sent.content.decode()))) == 1


def test_without_a_purpose_that_is_one_nothing_is_opened(town: Town) -> None:
    """Neither through the page nor by the verb; and a purpose of reports is none of evidence."""
    number, (pk,) = proved(town)
    for purpose in ("", "curiosity", "call_back"):
        page = opened(make.browser(town.verifier), number, purpose)
        assert ("Choose what you open it for" in page, PHOTO.findall(page)) == (True, [])
        with pytest.raises(Refused) as refused:
            actions.read_evidence(task=number, evidence=pk, purpose=purpose, actor=town.verifier, at=day(2))
        assert refused.value.code == "purpose_missing"
    assert not openings()


def test_an_address_of_a_photo_works_for_nobody_else_and_not_for_long(town: Town) -> None:
    """Another person, another task, a made-up grant, none, or a quarter of an hour later: not found, and no entry."""
    number, (pk,) = proved(town)
    browser, photos = make.browser(town.verifier), f"/tasks/{number}/photos/{pk}"
    wrong = [of(town.officer, f"task:{number}"), of(town.verifier, "task:T-2016-0009"), "made-up", "x:y:z"]
    assert {browser.get(f"{photos}/{granted}").status_code for granted in wrong} == {404}
    assert [browser.get(f"{photos}{end}").status_code for end in ("", "/", ".jpg")] == [404, 404, 404]
    (address, *_) = PHOTO.findall(opened(browser, number))
    with frozen(day(2) + dt.timedelta(minutes=15)):
        assert browser.get(address).status_code == 404
        assert not PHOTO.findall(browser.get(f"/tasks/{number}/?opened={address.rpartition('/')[2]}").content.decode())
    assert not openings()
    assert browser.get(address).status_code == 200


def of(who: Actor, subject: str) -> str:
    return grant(subject, "verify", who)


def test_a_photo_is_sent_to_nobody_who_may_not_see_the_problem(town: Town) -> None:
    """Another organisation's officer finds neither page nor photo, with whatever grant."""
    number, (pk,) = proved(town)
    who = make.actor("officer", at="west-office")
    stranger = make.browser(who)
    assert stranger.get(f"/tasks/{number}/").status_code == 404
    assert stranger.post(f"/tasks/{number}/photos/open", {"purpose": "works"}).status_code == 404
    assert stranger.get(f"/tasks/{number}/photos/{pk}/{of(who, f'task:{number}')}").status_code == 404
    assert stranger.post(f"/tasks/{number}/finish").status_code == 404
    with pytest.raises(NotAllowed):
        actions.read_evidence(task=number, evidence=pk, purpose="works", actor=who, at=day(2))
    assert not openings()


def test_what_a_person_most_likely_opens_it_for_stands_first(town: Town) -> None:
    """A verifier verifies, an officer does the works, others see how they stand."""
    number, _ = proved(town)
    for who, purpose in [(town.verifier, "verify"), (town.officer, "works"), (town.supervisor, "follow_up")]:
        page = make.browser(who).get(f"/tasks/{number}/").content.decode()
        assert re.findall(r'<option value="(\w+)">', page.partition('id="purpose"')[2])[0] == purpose


def test_neither_a_purpose_nor_a_reason_is_chosen_for_anybody(town: Town) -> None:
    """Both begin empty, and are asked for; erasing is for good."""
    number, _ = proved(town)
    page = make.browser(town.supervisor).get(f"/tasks/{number}/").content.decode()
    for name in ("purpose", "reason"):
        assert re.search(rf'<select[^>]*name="{name}"[^>]*required[^>]*>\s*<option value="">Choose</option>', page)


def test_evidence_is_erased_for_good_and_what_it_proved_stays(town: Town) -> None:
    """A face on a photo goes with its words; task, result and ledger hold, and only a supervisor can do it."""
    number, (pk,) = proved(town)
    actions.finish_task(task=number, actor=town.officer, at=day(2))
    actions.verify(task=number, passed=True, actor=town.verifier, at=day(2))
    erase = f"/tasks/{number}/evidence/{pk}/erase"
    assert make.browser(town.officer).post(erase, {"reason": "asked"}).status_code == 403
    supervisor = make.browser(town.supervisor)
    for reason in ("why not", "withdrawn"):
        assert "Choose why" in supervisor.post(erase, {"reason": reason}, follow=True).content.decode()
    (address, *_) = PHOTO.findall(opened(supervisor, number, "follow_up"))
    assert supervisor.get(address).status_code == 200
    assert "Is being erased" in supervisor.post(erase, {"reason": "asked"}, follow=True).content.decode()
    make.cleared()
    after = supervisor.get(f"/tasks/{number}/").content.decode()
    assert ("Erased on 2016-01-15" in after, "王某" in after, "Photo, not opened" in after) == (True, False, False)
    assert supervisor.get(address).status_code == 404
    assert Evidence.objects.filter(pk=pk, jpeg=None, salt=None, sha256="", words="").exists()
    assert (task(number).state, problem(task(number).problem.number).state) == ("passed", "accepted")
    seals.seal()
    assert verify().ok


def test_erasing_evidence_twice_erases_once(town: Town) -> None:
    """The second time nothing changes, not even when it was, and nothing is an entry."""
    number, (pk,) = proved(town)
    for n in (3, 9):
        actions.erase_evidence(task=number, evidence=pk, reason="asked", actor=town.supervisor, at=day(n))
    assert Evidence.objects.get(pk=pk).erased_at == day(3)
    assert LedgerEntry.objects.filter(kind="prevention.evidence_erased").count() == 1
