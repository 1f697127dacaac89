"""A crew with one thumb and a bad network: what it stamps waits on the device and goes out once, from any page."""

from __future__ import annotations

import pytest
from django.core.cache import cache

from anlan.core.people.actors import system
from anlan.core.time.clock import now
from anlan.dispatch import actions
from anlan.dispatch.models import Milestone
from tests import make

ME = system("test")
NEXT = "form:not([hidden]) > [data-key=n]"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sent() -> int:
    """An assignment of a mobile team that was just sent."""
    cache.clear()
    make.city()
    return make.assignment(make.incident(at=now()), at=now())


@pytest.fixture
def phone(page_at, signed_in, complaints, sent):
    """The page of the assignment on its crew's telephone, whose map has come."""
    complaints.expected += ["ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "htmx:sendError", "409", "503"]
    page = page_at(f"/assignments/{sent}/", 360, cookies=signed_in("officer"), has_touch=True, is_mobile=True)
    page.locator("anlan-map[data-ready]").wait_for()  # its worker came through the network too
    page.route("**/map/areas.geojson*", lambda asked: asked.fulfill(json={"type": "FeatureCollection", "features": []}))
    page.route("**/news?*", lambda asked: asked.fulfill(body=""))  # a database in memory is no place to read beside
    return page


def stamps(assignment: int) -> list[str]:
    found = Milestone.objects.filter(assignment=assignment).exclude(device_at=None)
    return list(found.order_by("pk").values_list("step", flat=True))


def walked(page, step: str) -> None:
    page.locator(NEXT, has_text=step).wait_for()
    page.wait_for_load_state()  # from here on a press carries the telephone's time
    page.locator(NEXT, has_text=step).tap()


def sent_all(page) -> None:
    """Wait until nothing is kept on the device and the page that came of it stands."""
    page.locator("#kept[data-left='0']").wait_for(state="attached")
    page.wait_for_load_state("networkidle")


def test_a_crew_stamps_its_way_with_one_thumb(phone, sent, shot):
    """Each press brings the next step as the one large button, whose key no finger needs to read."""
    shot(phone, "crew-360")
    box = phone.locator(NEXT).bounding_box()
    assert (box["width"] > 280, box["height"] > 60) == (True, True)
    assert not phone.locator("kbd:visible").count()
    for step in ("Acknowledge", "Set out", "Arrive", "End the danger", "Give feedback", "Free again"):
        if step == "End the danger":
            phone.locator("#outcome").select_option("done")
        walked(phone, step)
    phone.locator(".state.tag.done").wait_for()
    sent_all(phone)
    assert stamps(sent) == ["acknowledged", "en_route", "on_scene", "resolved", "field_feedback", "cleared"]


def test_stamps_that_wait_are_sent_once_from_another_page(phone, live_server, sent, shot):
    """Without network the next can be stamped too; on Today the network is back: both go out, in their order."""
    phone.context.set_offline(True)
    walked(phone, "Acknowledge")
    phone.locator("#waiting li", has_text="Acknowledge").wait_for()
    walked(phone, "Set out")
    phone.locator("#waiting li", has_text="Set out").wait_for()
    shot(phone, "crew-offline-360")
    assert "Waiting on this device: 2." in phone.locator("#kept").inner_text()
    assert stamps(sent) == []
    asked: list[str] = []
    phone.on("request", lambda request: request.method == "POST" and asked.append(request.post_data or ""))
    held = lambda route: route.abort()  # noqa: E731
    phone.route("**/ping", held)  # the page comes, and the stamps cannot go yet
    phone.context.set_offline(False)
    phone.goto(f"{live_server.url}/today/")
    phone.locator("#kept", has_text="Waiting on this device: 2.").wait_for()
    phone.unroute("**/ping", held)
    sent_all(phone)
    assert stamps(sent) == ["acknowledged", "en_route"]
    assert [body.partition("step=")[2].partition("&")[0] for body in asked] == ["acknowledged", "en_route"]


def test_what_the_desk_stamped_meanwhile_is_said_until_it_is_seen(phone, live_server, sent):
    """The radio was quicker: the crew reads so, on whatever page it stands, and takes it away itself."""
    phone.context.set_offline(True)
    walked(phone, "Acknowledge")
    phone.locator("#waiting li").wait_for()
    actions.stamp(assignment=sent, step="acknowledged", actor=ME, at=now())
    held = lambda route: route.abort()  # noqa: E731
    phone.route("**/ping", held)  # the page that is left sends nothing while it goes
    phone.context.set_offline(False)
    phone.goto(f"{live_server.url}/today/")
    phone.unroute("**/ping", held)
    phone.locator("#kept", has_text="was stamped already").wait_for()
    phone.reload()
    phone.locator("#kept", has_text="was stamped already").wait_for()
    phone.locator("#kept button").tap()
    sent_all(phone)
    assert Milestone.objects.filter(assignment=sent, step="acknowledged").count() == 1


@pytest.fixture
def desk(signed_in) -> list[dict[str, str]]:
    """A dispatcher signed in before any page stands open, which would ask the server meanwhile."""
    return list(signed_in("dispatcher"))


def test_another_log_in_on_the_same_device_sends_nothing(desk, phone, live_server, sent):
    """Its stamps are not theirs; they are told that some wait, and the crew's go out when it is back."""
    crew = phone.context.cookies()
    phone.context.set_offline(True)
    walked(phone, "Acknowledge")
    phone.locator("#waiting li").wait_for()
    phone.context.set_offline(False)
    phone.context.add_cookies([{"url": live_server.url, **cookie} for cookie in desk])
    phone.goto(f"{live_server.url}/today/")
    phone.locator("#kept", has_text="Of another log-in on this device: 1").wait_for()
    assert stamps(sent) == []
    phone.context.add_cookies(crew)
    phone.goto(f"{live_server.url}/today/")
    sent_all(phone)
    assert stamps(sent) == ["acknowledged"]


def test_who_signs_out_is_warned_of_stamps_that_wait(phone, sent):
    """One press too many loses nothing: who stays sends them."""
    phone.route("**/move", lambda route: route.fulfill(status=503))
    walked(phone, "Acknowledge")
    phone.locator("#waiting li").wait_for()
    warned: list[str] = []
    phone.on("dialog", lambda dialog: (warned.append(dialog.message), dialog.dismiss()))
    phone.locator("a.stop.all").tap()
    with phone.expect_event("dialog"):
        phone.locator("[data-leaves] button").tap()
    assert "not sent yet: 1" in warned[0]
    phone.unroute("**/move")
    sent_all(phone)
    assert stamps(sent) == ["acknowledged"]
