"""The citizen's form: what goes in, what comes back, what is refused."""

from __future__ import annotations

import datetime as dt
import io
import re

import pytest
from django.core.cache import cache
from django.test import Client

from anlan.core.models import VerbKey
from anlan.core.time.clock import frozen
from anlan.intake.models import Attachment, Report, ReportPersonal, Tracking
from anlan.intake.public.codes import code_hash, read_code
from tests import make

AT = make.AT
WHERE = "清潭路下穿通道北口，加油站旁"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _town():
    cache.clear()
    make.city()


def fresh(client: Client, **values: object) -> dict[str, object]:
    """Open the form and fill it in."""
    page = client.get("/report/").content.decode()
    token = re.search(r'name="token" value="([^"]+)"', page)
    assert token
    return {"token": token[1], "category": "waterlogging", "where": WHERE} | values


def send(client: Client, **values: object):
    """Open the form, fill it in and send it."""
    return client.post("/report/", fresh(client, **values))


def code_on(page) -> str:
    """Read the tracking code off the success page."""
    found = re.search(r'id="code">([^<]+)<', page.content.decode())
    assert found
    return found[1]


def test_a_report_is_received_without_account_or_cookie(client):
    """A citizen sends the form and reads a code in groups of four; no page sets a cookie."""
    with frozen(AT):
        answer = send(client, depth="wheel", words="车过不去", phone="138 0000 0417")
        page = client.get(answer["Location"])
    report = Report.objects.get()
    assert (answer.status_code, report.channel, report.depth_cm, report.received_at) == (302, "web", 30, AT)
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{4}( [0-9A-HJKMNP-TV-Z]{4}){3}", code_on(page))
    assert not client.cookies
    personal = ReportPersonal.objects.get()
    assert (personal.place_words, personal.words, personal.contact) == (WHERE, "车过不去", "138 0000 0417")


def test_only_the_hash_of_the_code_is_stored(client):
    """The database holds neither the tracking code nor anything that it was made from."""
    page = client.get(send(client)["Location"])
    code = read_code(code_on(page))
    assert Tracking.objects.get().code_hash == code_hash(code or "")
    stored = str(list(VerbKey.objects.values_list("key", "result")))
    assert code not in stored
    assert code not in page["Content-Type"] + str(page.headers)


def test_the_success_page_says_by_when_first_and_forgets_the_code(client):
    """The first line says until when somebody reads it; after half an hour the code is gone from the address."""
    with frozen(AT):
        answer = send(client)
        assert "14:15" in client.get(answer["Location"]).content.decode().split("</p>")[0]
    with frozen(AT + dt.timedelta(minutes=31)):
        gone = client.get(answer["Location"])
    assert gone.status_code == 410
    assert 'id="code"' not in gone.content.decode()


def test_a_faulty_try_that_comes_again_leads_to_the_code(client):
    """A browser that goes back sends it once more: the report is here, its code one press away for half an hour."""
    with frozen(AT):
        told = fresh(client, where="")
        assert client.post("/report/", told).status_code == 422
        code = code_on(client.get(client.post("/report/", told | {"where": WHERE})["Location"]))
        again = client.post("/report/", told | {"words": "更深了"})
    assert again.status_code == 409
    assert "更深了" in again.content.decode()
    with frozen(AT + dt.timedelta(minutes=1)):
        assert code_on(client.get(again.context["form_errors"].code)) == code
    with frozen(AT + dt.timedelta(minutes=31)):
        assert client.post("/report/", told).context["form_errors"].code == ""
    assert Report.objects.count() == 1


def test_the_success_page_leaves_no_trace(client):
    """It is kept by no cache, passed on in no Referer, listed by no search engine."""
    page = client.get(send(client)["Location"])
    assert "no-store" in page["Cache-Control"]
    assert page["Referrer-Policy"] == "no-referrer"
    assert page["X-Robots-Tag"] == "noindex"


def test_sent_twice_is_one_report(client):
    """A double click, or a repeat after a lost answer, gives one report and the same code."""
    told = fresh(client)
    first, second = client.post("/report/", told), client.post("/report/", told)
    assert Report.objects.count() == 1
    assert code_on(client.get(first["Location"])) == code_on(client.get(second["Location"]))


def test_the_same_form_with_other_words_is_asked_about(client):
    """Going back, changing the words and sending again is no silent second report; once more makes one."""
    told = fresh(client)
    client.post("/report/", told)
    answer = client.post("/report/", told | {"words": "更深了"})
    assert answer.status_code == 409
    assert "更深了" in answer.content.decode()
    assert Report.objects.count() == 1
    again = re.search(r'name="token" value="([^"]+)"', answer.content.decode())
    client.post("/report/", told | {"words": "更深了", "token": again[1] if again else ""})
    assert Report.objects.count() == 2


def test_a_pin_is_enough(client):
    """A pin stands for the place; words for it are not needed then."""
    assert send(client, where="", lon="119.97", lat="31.76", precision_m="30").status_code == 302
    report = Report.objects.get()
    assert (report.lon, report.lat, report.precision_m) == (119.97, 31.76, 30)


def test_neither_pin_nor_words_is_asked_for_and_nothing_typed_is_lost(client):
    """The summary leads to the field, what was typed stays, and the photo has to be chosen again."""
    answer = send(client, where="", words="很多水", phone="138 0000 0417", depth="knee", photo=make.upload())
    page = answer.content.decode()
    assert answer.status_code == 422
    assert '<a href="#where">Say where it is, or tap the map</a>' in page
    assert "很多水" in page
    assert "138 0000 0417" in page
    assert re.search(r'value="knee" checked', page)
    assert "choose your photo again" in page
    assert not Report.objects.exists()


def test_the_summary_names_what_to_change_in_the_order_of_the_page(client):
    """From top to bottom, as one goes through the form again."""
    page = send(client, category="", where="", words="x" * 2001, phone="call me").content.decode()
    summary = page[page.index('id="form-errors"') :]
    assert re.findall(r'<a href="#(\w+)">', summary)[:4] == ["category", "where", "words", "phone"]


@pytest.mark.parametrize(
    ("told", "field", "status"),
    [
        ({"category": "meteor"}, "category", 422),
        ({"category": ""}, "category", 422),
        ({"depth": "neck"}, "depth", 422),
        ({"lon": "10.0", "lat": "50.0"}, "where", 422),
        ({"lon": "119.97", "lat": ""}, "where", 422),
        ({"lon": "nan", "lat": "31.76"}, "where", 422),
        ({"lon": "<script>", "lat": "31.76"}, "where", 422),
        ({"where": "x" * 201}, "where", 422),
        ({"words": "x" * 2001}, "words", 422),
        ({"words": "nul \0"}, "words", 422),
        ({"phone": "call me"}, "phone", 422),
    ],
)
def test_bad_input_is_refused_at_its_field(client, told, field, status):
    """Each wrong field gets a message of its own and a link to it; nothing is stored."""
    answer = send(client, **told)
    assert answer.status_code == status
    assert f'<a href="#{field}">' in answer.content.decode()
    assert not Report.objects.exists()


def test_ten_megabytes_of_text_are_refused(client):
    """Too long a text gets a page that says so, not an error."""
    answer = send(client, words="水" * 3_500_000)
    assert answer.status_code == 413
    assert not Report.objects.exists()


def test_a_body_without_end_is_not_read(client):
    """A body past every bound is refused by its length."""
    answer = client.post("/report/", fresh(client), CONTENT_LENGTH="900000000")
    assert answer.status_code == 413


def test_html_in_words_stays_words(client):
    """Markup in what was typed is shown as it was typed."""
    page = send(client, where="", words="<script>alert(1)</script>").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_form_open_for_two_days_keeps_what_was_typed(client):
    """An old form is not received, and one more press sends it."""
    with frozen(AT):
        told = fresh(client, words="路牌旁边")
    with frozen(AT + dt.timedelta(days=2)):
        answer = client.post("/report/", told)
    assert answer.status_code == 422
    assert "路牌旁边" in answer.content.decode()
    assert not Report.objects.exists()


def test_a_forged_token_is_no_token(client):
    """A token that we did not sign gets no report in."""
    assert client.post("/report/", fresh(client, token="0" * 32 + ".1467093600:forged")).status_code == 422
    assert not Report.objects.exists()


def test_a_resident_id_is_masked_and_said(client):
    """A resident-ID number in the words is not stored, and the success page says so."""
    page = client.get(send(client, words="我的身份证 11010519491231002X 请回电")["Location"])
    assert "11010519491231002X" not in ReportPersonal.objects.get().words
    assert "ID number" in page.content.decode()


def test_too_many_reports_from_one_address_are_slowed(client, settings):
    """After sixty reports in ten minutes an address reads whom to call; what was typed stays."""
    from anlan.intake.public.throttle import REPORTS

    for _ in range(REPORTS.limit):
        send(client)
    answer = send(client, words="还有")
    assert answer.status_code == 429
    assert "还有" in answer.content.decode()
    assert "110, 119 or 120" in answer.content.decode()
    assert Report.objects.count() == REPORTS.limit


def test_depth_is_kept_only_where_it_is_asked(client):
    """A depth chosen before switching to a blocked drain is dropped."""
    send(client, category="blocked_drain", depth="knee")
    assert Report.objects.get().depth_cm is None


def test_a_photo_is_kept_reencoded(client):
    """The photo arrives as JPEG of our own making."""
    send(client, photo=make.upload())
    assert bytes(Attachment.objects.get().jpeg).startswith(b"\xff\xd8\xff")


@pytest.mark.parametrize("payload", [b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"PK\x03\x04", b"\xff\xd8\xff junk"])
def test_what_is_no_photo_is_refused_and_nothing_stored(client, payload):
    """A script, an archive or a damaged file under a photo's name is refused at its field."""
    upload = io.BytesIO(payload)
    upload.name = "water.jpg"
    answer = send(client, photo=upload)
    assert answer.status_code == 422
    assert '<a href="#photo">' in answer.content.decode()
    assert not Report.objects.exists()


def test_a_photo_past_the_limit_is_dropped_while_it_arrives(client):
    """Of a photo of 11 MB only the words are kept, for the next try."""
    upload = io.BytesIO(b"\xff\xd8\xff" + bytes(11_000_000))
    upload.name = "water.jpg"
    answer = send(client, photo=upload, words="看照片")
    assert answer.status_code == 422
    assert "10 MB" in answer.content.decode()
    assert "看照片" in answer.content.decode()


def test_who_reads_is_told(client):
    """The public can read who opens a report and how to have it erased."""
    assert client.get("/report/who-reads/").status_code == 200
