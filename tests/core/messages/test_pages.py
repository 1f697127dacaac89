"""What operators and auditors see of messages, and what gateways tell with their key."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from anlan.core import jobs
from anlan.core.messages.contacts import erase_contact
from anlan.core.models import LedgerEntry, Message
from anlan.core.people.actors import system
from tests import make
from tests.make.contacts import contact, message

NUMBER = "13951230001"
WHEN = "2016-06-28T14:00:00+08:00"


def page(role: str, path: str = "/messages/") -> Any:
    return make.browser(make.person(role)).get(path)


def tell(key: str, **fields: Any) -> Any:
    return Client().post(
        "/api/messages/receipts", fields, content_type="application/json", headers={"Authorization": f"Bearer {key}"}
    )


def test_the_list_says_state_purpose_template_and_post_and_never_the_address() -> None:
    """For operators and auditors."""
    message(contact(address=NUMBER))
    for role in ("operator", "auditor"):
        text = page(role).content.decode()
        for words in ("Waiting", "Steps of the ladder", "prevention.remind", "drains · duty"):
            assert words in text
        assert NUMBER not in text
        assert ("/messages/contacts/" in text) == (role == "operator")  # an auditor's link would answer 403


@pytest.mark.parametrize("role", ["analyst", "officer", "supervisor", "call_taker"])
def test_nobody_else_sees_the_list(role: str) -> None:
    """Not even the organisation's own officer."""
    assert page(role).status_code == 403


def test_lists_are_narrowed_and_empty_ones_say_so(settings: Any) -> None:
    """By what waits, what failed, what was not sent."""
    message(contact())
    assert "prevention.remind" in page("operator", "/messages/?view=waiting").content.decode()
    assert "No message here" in page("operator", "/messages/?view=failed").content.decode()
    assert page("operator", "/messages/?view=nonsense&page=9").status_code == 200


def test_a_reason_stands_beside_what_failed(settings: Any) -> None:
    """In words, in the reader's language."""
    sent = message(contact())
    Message.objects.filter(pk=sent.pk).update(failed_at=make.AT, reason="no_gateway")
    text = page("operator", "/messages/?view=failed&lang=zh-hans").content.decode()
    assert "未设置" in text


def test_an_address_is_opened_for_a_purpose_which_is_an_entry() -> None:
    """The page shows it once; opened without a purpose it stays closed."""
    number = contact(address=NUMBER)  # which was sent nothing yet
    operator = make.browser(make.person("operator"))
    path = f"/messages/contacts/{number}"
    assert NUMBER not in operator.get(path).content.decode()
    refused = operator.post(path, {"purpose": "curious"})
    assert (refused.status_code, NUMBER in refused.content.decode()) == (422, False)
    assert not LedgerEntry.objects.filter(kind="core.contact_read").exists()
    opened = operator.post(path, {"purpose": "failure"})
    assert NUMBER in opened.content.decode()
    assert opened.headers["Cache-Control"] == "no-store"
    entry = LedgerEntry.objects.get(kind="core.contact_read")
    assert (entry.subject, entry.payload) == (f"contact:{number}", '{"fields":["address"],"purpose":"failure"}')
    assert NUMBER not in operator.get(path).content.decode()


def test_an_erased_contact_says_so_and_an_auditor_opens_none() -> None:
    """Nor is there a page for a contact that does not exist."""
    number = contact()
    message(number)
    erase_contact(contact_id=number, reason="asked", actor=system("test"), at=make.AT)
    assert "Is being erased" in page("operator", f"/messages/contacts/{number}").content.decode()
    make.cleared()
    assert "The contact asked for it" in page("operator", f"/messages/contacts/{number}").content.decode()
    assert page("auditor", f"/messages/contacts/{number}").status_code == 403
    assert page("operator", "/messages/contacts/999").status_code == 404


def test_a_receipt_is_kept_once_with_the_gateways_own_time() -> None:
    """The first stamp stays; the repeat says that it is one."""
    _, key = make.partner("gateway")
    sent = message(contact())
    jobs.drain()
    assert tell(key, id=sent.reference, state="delivered", at=WHEN).json()["repeated"] is False
    assert tell(key, id=sent.reference, state="delivered", at="2016-06-28T13:00:00+08:00").json()["repeated"] is True
    sent.refresh_from_db()
    assert (sent.state, sent.delivered_at, sent.read_at) == ("delivered", make.AT, None)
    assert LedgerEntry.objects.filter(kind="core.message_delivered").count() == 1


def test_what_failed_first_and_was_delivered_later_is_delivered() -> None:
    """Both stamps stay."""
    _, key = make.partner("gateway")
    sent = message(contact())
    tell(key, id=sent.reference, state="failed", at=WHEN, reason="no_route")
    tell(key, id=sent.reference, state="delivered", at=WHEN)
    sent.refresh_from_db()
    assert (sent.state, sent.failed_at, sent.reason) == ("delivered", make.AT, "no_route")
    assert not Message.objects.failed().exists()


@pytest.mark.parametrize(
    ("wrong", "status", "error"),
    [
        ({"id": "unknown"}, 422, "message_unknown"),
        ({"state": "eaten"}, 422, "receipt_state"),
        ({"at": "2016-06-28T14:06:00+08:00"}, 422, "receipt_ahead"),
        ({"at": "2016-06-28T14:00:00"}, 422, "receipt_time"),
        ({"at": 1467093600}, 422, "unfit_field"),
        ({"to": NUMBER}, 422, "unfit_field"),
        ({"reason": "no reply from 13951230001"}, 422, "receipt_reason"),
    ],
)
def test_a_receipt_that_cannot_be_right_is_refused(wrong: dict[str, Any], status: int, error: str) -> None:
    """Nothing is stored, and the answer says what to change."""
    _, key = make.partner("gateway")
    sent = message(contact())
    answer = tell(key, **({"id": sent.reference, "state": "delivered", "at": WHEN} | wrong))
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.json()["message"]


def test_only_a_gateways_key_sends_receipts() -> None:
    """Another partner's is not allowed, none is unauthorized, and a GET is no receipt."""
    _, other = make.partner("partner")
    sent = message(contact())
    assert tell(other, id=sent.reference, state="read", at=WHEN).status_code == 403
    assert tell("wrong", id=sent.reference, state="read", at=WHEN).status_code == 401
    _, key = make.partner("gateway")
    answer = Client().get("/api/messages/receipts", headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 405
    sent.refresh_from_db()
    assert sent.read_at is None


@pytest.mark.parametrize(("body", "status"), [("[]", 400), ("{", 400), ('{"id":"' + "x" * 10_001 + '"}', 413)])
def test_what_is_no_receipt_is_answered_in_json(body: str, status: int) -> None:
    """As everywhere on the interface."""
    _, key = make.partner("gateway")
    answer = Client().post("/api/messages/receipts", body, content_type="application/json",
                           headers={"Authorization": f"Bearer {key}"})  # fmt: skip
    assert answer.status_code == status
    assert set(answer.json()) == {"error", "message", "field"}


def test_quiet_hours_are_edited_in_the_admin_as_an_entry() -> None:
    """For a purpose that is there."""
    operator = make.browser(make.person("operator"))
    fields = {"purpose": "ladder", "begins": "22:00", "ends": "07:00"}
    assert operator.post("/admin/core/quiethours/add/", fields).status_code == 302
    assert LedgerEntry.objects.filter(kind="core.quiethours_added").exists()
    assert operator.post("/admin/core/quiethours/add/", fields | {"purpose": "lottery"}).status_code == 200


def test_the_example_of_the_interface_page_holds() -> None:
    """What the page sends is what the server takes, and answers."""
    page = (Path(__file__).parents[3] / "docs/reference/api.md").read_text(encoding="utf-8")
    sent, answered = re.findall(r"```json\n(.*?)```", page.partition("## Receipts")[2], re.DOTALL)
    _, key = make.partner("gateway")
    Message.objects.filter(pk=message(contact()).pk).update(reference=json.loads(sent)["id"])
    assert tell(key, **json.loads(sent)).json() == json.loads(answered)
