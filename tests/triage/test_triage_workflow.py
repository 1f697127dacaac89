"""Every state of an incident, every role, every move: a page offers exactly what the verb takes."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from anlan.core.models import LedgerEntry, Organisation
from anlan.core.people.actors import PUBLIC, Actor, NotAllowed, system
from anlan.core.refusals import Refused
from anlan.intake.models import Category
from anlan.triage import actions
from anlan.triage.access import HeldElsewhere
from anlan.triage.models import Incident
from anlan.triage.moves import ASKS, INCIDENTS
from anlan.triage.offers import may
from anlan.triage.states import State
from tests import make
from tests.flat import flat
from tests.make.workflow import compared, gaps

AT, HOLDER, OTHER, POLICE, FIRE = make.AT, "drains", "west-office", "police", "fire"
ME, LATER = system("test"), make.AT + dt.timedelta(hours=1)
ASKED = {
    "hand_over": {"to": FIRE}, "divert": {"to": FIRE}, "return": {"reason": "Not ours"},
    "arbitrate": {"to": FIRE, "reason": "By the list of duties"}, "resolve": {"disposal": "done"},
    "close": {"disposal": "done"}, "reopen": {"reason": "Water again"},
}  # fmt: skip
SITUATIONS = [*((state, "") for state in State), ("new", "guarded"), ("returned", "guarded"),
              ("dispatched", "guarded"), ("dispatched", "was guarded"),
              ("handed_over", "by arbiter"), ("signed", "by arbiter"),
              *((state, "closed") for state in ("handed_over", "signed", "dispatched", "resolved"))]  # fmt: skip
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def town():
    make.city()
    make.organisation(POLICE, kind="police")
    make.organisation(FIRE, kind="fire")


def people() -> dict[str, Actor]:
    """Return somebody of every role: of the control room, of the holder, of another; a passer-by; Anlan itself."""
    roles = ("call_taker", "dispatcher", "supervisor", "officer", "leader", "analyst", "auditor", "operator")
    found = {f"{role} of {at}": make.actor(role, at=at) for role in roles for at in ("control", HOLDER, OTHER)}
    return found | {"passer-by": PUBLIC, "system": ME}


def standing(state: str, but: str) -> str:
    """Walk an incident to a state; return its number."""
    if but == "by arbiter":
        number = make.incidents.arbitrated(HOLDER)
        if state == "signed":
            actions.sign_for(number=number, actor=ME, at=AT)
        return number
    number = make.incident(category="home_violence" if "guarded" in but else "noise")
    to = POLICE if "guarded" in but else HOLDER
    if state in {"handed_over", "signed", "returned", "disputed", "dispatched", "resolved"}:
        actions.hand_over(number=number, to=to, actor=ME, at=AT)
    if state in {"returned", "disputed"}:
        actions.return_incident(number=number, reason="no", actor=ME, at=AT)
    if state == "disputed":
        actions.hand_over(number=number, to=to, actor=ME, at=AT)
        actions.return_incident(number=number, reason="no", actor=ME, at=AT)
    if state in {"signed", "dispatched", "resolved"}:
        actions.sign_for(number=number, actor=ME, at=AT)
    if state == "dispatched":
        actions.send(number=number, actor=ME, at=AT)
    if but == "was guarded":
        actions.confirm_category(number=number, category="noise", actor=ME, at=AT)
    if state == "resolved":
        actions.resolve(number=number, disposal="done", actor=ME, at=AT)
    if state in {"closed", "reopened"}:
        actions.close_incident(number=number, disposal="done", actor=ME, at=AT)
    if state == "reopened":
        actions.reopen(number=number, reason="again", actor=ME, at=AT)
    if but == "closed":
        Organisation.objects.filter(code=HOLDER).update(active=False)
    return number


@pytest.mark.parametrize(("state", "but"), SITUATIONS)
def test_a_move_is_offered_exactly_where_its_verb_takes_it(state: str, but: str) -> None:
    """By whoever looks, in every state, also with danger to life, an arbiter's word, or a holder that was closed."""
    number, actors = standing(state, but), people()
    assert Incident.objects.get(number=number).state == state
    cases, wrong = compared(INCIDENTS, number, Incident.objects.all(), actors, ASKED, LATER)
    assert (cases, wrong) == (len(actors) * 9, [])


@pytest.mark.parametrize("state", State)
def test_an_act_is_offered_exactly_where_its_verb_takes_it(state: str) -> None:
    """What changes no state is offered beside the moves: category and urgency, until it is closed."""
    number = standing(state, "")
    acts = {
        "confirm": lambda **who: actions.confirm_category(number=number, category="noise", **who),
        "urgency": lambda **who: actions.set_urgency(number=number, urgency=1, **who),
    }
    for actor in people().values():
        for name, act in acts.items():
            offered = may(Incident.objects.get(number=number), actor, LATER)[name]
            try:
                act(actor=actor, at=LATER)
            except (Refused, NotAllowed):
                assert not offered
            else:
                assert offered


def test_the_table_is_whole() -> None:
    """Every state is reached, is left, waits for somebody; every move that is offered has a door and a key."""
    assert [gap for gap in gaps(INCIDENTS, "new", {"closed"}) if "says not whose" not in gap] == []
    assert all(INCIDENTS.said.values())


@pytest.mark.parametrize("state", State)
def test_every_button_of_a_page_is_taken_and_no_other_is_there(state: str) -> None:
    """What is offered stands on the page and is what its form's verb does; pressed again, somebody was quicker."""
    number = standing(state, "")
    for role, at in (("dispatcher", "control"), ("officer", HOLDER), ("supervisor", "control")):
        actor = make.actor(role, at=at)
        browser, record = make.browser(actor), Incident.objects.get(number=number)
        if not Incident.objects.visible_to(actor).filter(number=number).exists():
            continue
        page = browser.get(f"/incidents/{number}/").content.decode()
        buttons = set(re.findall(r'name="verb"\s+value="(\w+)"', page))
        ids = re.findall(r'\sid="([\w-]+)"', page)
        assert len(ids) == len(set(ids))
        assert set(re.findall(r'data-asks="([\w-]+)"', page)) <= set(ids)
        offered = {move.name for move in INCIDENTS.offers(actor, record, LATER)}
        assert buttons == {name for name, has in may(record, actor, LATER).items() if has} - {"sort"}
        assert buttons - {"confirm", "urgency"} == offered
        for name in offered:
            fresh = standing(state, "")
            posted = {"verb": name, "seen": state, **ASKED.get(name, {})}
            assert browser.post(f"/incidents/{fresh}/act", posted).status_code == 302
            after = Incident.objects.get(number=fresh).state
            assert after in INCIDENTS[name].to
            if after != state and Incident.objects.visible_to(actor).filter(number=fresh).exists():
                assert browser.post(f"/incidents/{fresh}/act", posted).status_code == 409


@pytest.mark.parametrize("state", State)
def test_pages_say_of_a_step_what_the_table_says(state: str) -> None:
    """Words and keys of every button, on the incident's page and on the console, are those of the life cycle."""
    number = standing(state, "")
    for role, at in (("dispatcher", "control"), ("officer", HOLDER), ("supervisor", "control")):
        actor = make.actor(role, at=at)
        if not Incident.objects.visible_to(actor).filter(number=number).exists():
            continue
        offered = INCIDENTS.offers(actor, Incident.objects.get(number=number), LATER)
        for path in (f"/incidents/{number}/", f"/console/{number}/"):
            page = make.browser(actor).get(path).content.decode()
            shown = re.findall(r'value="(\w+)"\s+data-key="(\w)"\s+(?:data-asks="(\w+)")?\s*>\s*([^<]+?) <kbd>', page)
            asked = [(move.name, move.key, ASKS.get(move.name, ("",))[0], move.label) for move in offered]
            assert [button for button in shown if button[0] in INCIDENTS.doors] == asked


@pytest.mark.parametrize("verb", ["resolve", "close"])
def test_a_result_is_chosen_before_it_is_sent(verb: str) -> None:
    """No result stands there beforehand; an empty one is refused at its field; a known one stays."""
    number, browser = make.incident(), make.browser(make.actor("dispatcher", at="control"))
    page = flat(browser.get(f"/incidents/{number}/"))
    asked = page[page.index('<select id="disposal"') :].partition("</select>")[0]
    assert "required" in asked
    assert '<option value="" selected>What came of it</option>' in asked
    assert asked.count("selected") == 1
    refused = browser.post(f"/incidents/{number}/act", {"verb": verb, "disposal": "", "seen": "new"})
    assert refused.status_code == 409
    assert '<p class="error" id="disposal_error" role="alert">Choose what came of it.</p>' in flat(refused)
    assert flat(refused).count("Choose what came of it.") == 1
    assert Incident.objects.get(number=number).state == "new"
    actions.resolve(number=number, disposal="advised", actor=ME, at=AT)
    assert '<option value="advised" selected>' in flat(browser.get(f"/incidents/{number}/"))


def test_a_refused_reason_keeps_what_was_typed_beside_it() -> None:
    """The arbiter's choice stays, and the reason that misses is asked for at its field."""
    number, browser = standing("disputed", ""), make.browser(make.actor("supervisor", at="control"))
    refused = flat(browser.post(f"/incidents/{number}/act", {"verb": "arbitrate", "to": FIRE, "reason": " "}))
    assert f'<option value="{FIRE}" selected>' in refused
    assert 'id="reason_error" role="alert">Write the reason' in refused


def test_a_form_that_comes_twice_hands_over_once() -> None:
    """The second press answers as the first did; with other words, or another form, somebody was quicker."""
    number, browser = make.incident(), make.browser(make.actor("dispatcher", at="control"))
    posted = {"verb": "hand_over", "to": HOLDER, "seen": "new", "key": "a"}
    act = f"/incidents/{number}/act"
    assert [browser.post(act, posted).status_code for _ in range(2)] == [302, 302]
    assert [browser.post(act, posted | more).status_code for more in ({"to": FIRE}, {"key": "b"})] == [409, 409]
    assert Incident.objects.get(number=number).handovers.count() == 1


def test_the_arbiters_word_is_about_one_holder() -> None:
    """Who got it by the arbiter's word and hands it on from the spot leaves the next one free to return it."""
    number = make.incidents.arbitrated(HOLDER)
    actions.sign_for(number=number, actor=ME, at=AT)
    actions.send(number=number, actor=ME, at=AT)
    actions.hand_over(number=number, to=OTHER, actor=ME, at=AT)
    assert not Incident.objects.get(number=number).arbitrated
    assert actions.return_incident(number=number, reason="Not ours", actor=ME, at=AT)["state"] == "disputed"


def test_whose_matter_it_is_no_more_is_told_so() -> None:
    """Another organisation holds it now: that is no missing right, and pages say that somebody was quicker."""
    number = make.incident(to=OTHER)
    with pytest.raises(HeldElsewhere):
        actions.sign_for(number=number, actor=make.actor("officer", at=HOLDER), at=AT)
    with pytest.raises(NotAllowed) as refused:
        actions.sign_for(number=number, actor=make.actor("analyst", at=OTHER), at=AT)
    assert not isinstance(refused.value, HeldElsewhere)


def test_what_waits_for_the_arbiter_is_not_handed_past_the_arbiter() -> None:
    """The desk that holds it meanwhile cannot give it to somebody by itself."""
    number = standing("disputed", "")
    with pytest.raises(Refused) as refused:
        actions.hand_over(number=number, to=FIRE, actor=ME, at=AT)
    assert refused.value.code == "no_such_move"


def test_entries_hold_what_they_always_held() -> None:
    """Kinds and payloads, byte for byte, of a life with every kind of move."""
    number = standing("disputed", "")
    actions.arbitrate(number=number, to=HOLDER, reason="Pipe", actor=ME, at=AT)
    actions.sign_for(number=number, actor=ME, at=AT)
    actions.confirm_category(number=number, category="home_violence", actor=ME, at=AT)
    actions.set_urgency(number=number, urgency=2, actor=ME, at=AT)
    actions.send(number=number, actor=ME, at=AT)
    actions.resolve(number=number, disposal="done", actor=ME, at=AT)
    actions.close_incident(number=number, actor=ME, at=AT)
    actions.reopen(number=number, reason="again", actor=ME, at=AT)
    incident = Incident.objects.get(number=number)
    report, n = incident.links.get().report.number, incident.pk
    entries = LedgerEntry.objects.filter(subject=incident.subject).order_by("id").values_list("kind", "payload")
    assert [(kind.removeprefix("triage.incident_"), payload) for kind, payload in entries] == [
        ("opened", f'{{"category":"noise","incident":{n},"report":"{report}","urgency":3}}'),
        ("handed_over", f'{{"diverted":false,"incident":{n},"to":"drains"}}'),
        ("returned", f'{{"by":"drains","incident":{n},"returns":1}}'),
        ("handed_over", f'{{"diverted":false,"incident":{n},"to":"drains"}}'),
        ("disputed", f'{{"by":"drains","incident":{n},"returns":2}}'),
        ("arbitrated", f'{{"incident":{n},"to":"drains"}}'),
        ("handed_over", f'{{"diverted":false,"incident":{n},"to":"drains"}}'),
        ("signed", f'{{"by":"drains","incident":{n}}}'),
        ("category_confirmed", f'{{"at_call":"noise","category":"home_violence","incident":{n},"urgency":1}}'),
        ("returned", f'{{"by":"drains","incident":{n},"urgency":1}}'),
        ("urgency_set", f'{{"incident":{n},"urgency":2}}'),
        ("dispatched", f'{{"incident":{n}}}'),
        ("resolved", f'{{"disposal":"done","incident":{n}}}'),
        ("closed", f'{{"disposal":"done","incident":{n}}}'),
        ("reopened", f'{{"incident":{n}}}'),
    ]
    assert Category.objects.get(code="home_violence").exclusion_gate


def test_an_entry_names_the_entry_that_it_follows_from() -> None:
    """A report that goes along to the second incident is linked because that was opened."""
    number = make.incident()
    others = [make.report(lon=119.98 + n / 1e3).pk for n in range(2)]
    for report_id in others:
        actions.link_report(number=number, report_id=report_id, actor=ME, at=AT)
    into = actions.split_incident(number=number, report_ids=others, actor=ME, at=AT)["into"]
    first, second = LedgerEntry.objects.filter(subject=f"incident:{into}").order_by("id")
    assert (second.kind, second.cause_id) == ("triage.incident_report_linked", first.pk)
