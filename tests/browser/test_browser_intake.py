"""Intake as people use it: a citizen without script and with a pin, a call-taker without a mouse."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from django.core.cache import cache
from PIL import Image

from anlan.intake.models import Attachment, Report, ReportPersonal
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)
LANGUAGES = ["en", "zh-hans"]
WIDTHS = [360, 1920]


@pytest.fixture(autouse=True)
def _town(db: Any) -> None:
    cache.clear()
    make.city()


def photo() -> dict[str, Any]:
    """A photo as a phone would send it."""
    out = io.BytesIO()
    Image.effect_noise((800, 600), 30).convert("RGB").save(out, "JPEG")
    return {"name": "IMG_0412.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def fits(page: Any) -> None:
    """Nothing is wider than the window."""
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_a_citizen_reports_at_360_px_without_script(page_at, complaints, shot):
    """A faulty try keeps what was typed; then a photo goes with it, the code is read and opens the tracking page."""
    complaints.expected.append("422")
    page = page_at("/report/", 360, "zh-hans", java_script_enabled=False)
    page.locator("input[value=waterlogging]").check()
    page.locator("input[value=wheel]").check()
    page.locator("#words").fill("车过不去")
    page.locator("form button.primary").click()
    assert page.locator("#form-errors a[href='#where']").is_visible()
    assert page.locator("#words").input_value() == "车过不去"
    shot(page, "report-error-360-zh-light")
    page.locator("#where").fill("清潭路下穿通道北口")
    page.locator("#photo").set_input_files(photo())
    page.locator("form button.primary").click()
    code = page.locator("#code").inner_text()
    assert re.fullmatch(r"([0-9A-Z]{4} ){3}[0-9A-Z]{4}", code)
    assert not page.locator("[data-copy]").is_visible()
    shot(page, "report-sent-360-zh-light")
    assert page.context.cookies() == []
    page.goto(page.url.split("/report/")[0] + "/track/")
    page.locator("#code").fill(code.lower().replace(" ", "-"))
    page.locator("form button.primary").click()
    assert page.locator(".timeline li").count() == 2
    assert "清潭路" not in page.content()
    shot(page, "track-360-zh-light")
    assert (Report.objects.get().depth_cm, Attachment.objects.count()) == (30, 1)


def test_a_citizen_puts_a_pin_instead_of_words(page_at, shot):
    """The map is fetched only when it is asked for; a tap on it is place enough; the code can be copied."""
    page = page_at("/report/", 360, permissions=["clipboard-read", "clipboard-write"])
    fetched: list[str] = []
    page.on("request", lambda asked: fetched.append(asked.url))
    page.locator("input[value=waterlogging]").check()
    assert not any("canvas" in address for address in fetched)
    page.locator("[data-pin=open]").click()
    page.locator("anlan-pin[data-ready]").wait_for()
    page.locator(".pinmap").click()
    page.locator(".pinmark").wait_for()
    shot(page, "report-pin-360-en-light")
    page.locator("form button.primary").click()
    page.locator("[data-copy]").click()
    assert page.evaluate("navigator.clipboard.readText()") == page.locator("#code").inner_text()
    report = Report.objects.get()
    assert 119.9 <= report.lon <= 120.1
    assert 31.7 <= report.lat <= 31.8
    assert report.precision_m is not None
    assert report.precision_m >= 5


def test_a_double_click_sends_once(page_at):
    """Two fast clicks give one report."""
    page = page_at("/report/", 360)
    page.locator("input[value=other]").check()
    page.locator("#where").fill("x路")
    page.locator("form button.primary").dblclick()
    page.locator("#code").wait_for()
    assert Report.objects.count() == 1


def test_depth_is_asked_only_of_water(page_at):
    """The pictures come with water on the road and with nothing else, without script too."""
    page = page_at("/report/", 360, java_script_enabled=False)
    assert not page.locator(".depth-field").is_visible()
    page.locator("input[value=blocked_drain]").check()
    assert not page.locator(".depth-field").is_visible()
    page.locator("input[value=waterlogging]").check()
    assert page.locator(".depth-field").is_visible()


def test_a_call_taker_enters_three_reports_by_keyboard_alone(page_at, signed_in, shot):
    """Three keys and the place make a report; the next begins in its first field; a misdial says first what it is."""
    page = page_at("/calls/new", 1440, cookies=signed_in("call_taker"))
    page.locator("anlan-pin[data-ready]").wait_for()
    keys = page.keyboard
    keys.press("1")
    assert "Waterlogging" in page.locator("#what-is").inner_text()
    keys.press("Enter")
    keys.type("清潭路加油站")
    page.locator("#line .num").wait_for()
    keys.press("Control+Enter")
    saved(page, 1)
    assert page.evaluate("document.activeElement.id") == "what"
    keys.type("bl")
    keys.press("Enter")
    keys.type("清潭路 加油站")
    keys.press("F6")
    keys.type("13800000417")
    keys.press("Shift+Tab")
    keys.type("冒水")
    keys.press("Control+Enter")
    saved(page, 2)
    keys.press("F9")
    page.locator("#armed", has_text="F9 once more").wait_for()
    assert Report.objects.count() == 2
    keys.press("F9")
    saved(page, 3)
    shot(page, "call-1440-en-light")
    assert list(Report.objects.order_by("pk").values_list("category__code", "validity")) == [
        ("waterlogging", "valid"),
        ("blocked_drain", "valid"),
        ("other", "misdial"),
    ]
    assert ReportPersonal.objects.order_by("pk").last().contact == "13800000417"


def test_what_may_be_the_same_appears_while_typing(page_at, signed_in):
    """An earlier report of the hour with like place words is named before the call is saved."""
    from anlan.core.time.clock import now

    earlier = make.report(at=now(), place_words="清潭路下穿通道北口", lon=None, lat=None)
    page = page_at("/calls/new", 1440, cookies=signed_in("call_taker"))
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    page.keyboard.type("清潭路下穿通道")
    page.locator("#near").get_by_text(earlier.number).wait_for()


def test_a_call_stays_when_the_session_has_ended(page_at, signed_in, complaints):
    """Signed out meanwhile, a call-taker reads what to do, and the call is still in the form."""
    page = page_at("/calls/new", 1440, cookies=signed_in("call_taker"))
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    page.keyboard.type("清潭路")
    page.context.clear_cookies(name="sessionid")
    page.keyboard.press("Control+Enter")
    page.locator("#form-errors").wait_for()
    assert "signed out" in page.locator("#form-errors").inner_text()
    assert page.locator("#where").input_value() == "清潭路"
    assert not Report.objects.exists()


def test_a_reader_moves_and_opens_by_keyboard(page_at, signed_in, shot):
    """j and Enter open a report, o opens what is personal once a purpose is chosen."""
    make.report(place_words="清潭路加油站", words="很深", photos=[make.photo(320, 240)])
    page = page_at("/reports/", 1440, cookies=signed_in("call_taker"))
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.locator(".past .timeline").wait_for()
    page.wait_for_load_state()  # its keys are taken from here on
    page.keyboard.press("o")  # for nothing: the browser asks what for
    page.select_option("#purpose", "handle")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("o")
    page.locator("img.evidence").wait_for()
    page.evaluate("document.querySelector('img.evidence').decode()")  # once it has come
    assert page.evaluate("document.querySelector('img.evidence').naturalWidth") == 320
    assert "清潭路加油站" in page.locator("#personal").inner_text()
    shot(page, "report-page-opened-1440-en-light")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", WIDTHS)
def test_the_citizens_pages_fit(page_at, shot, complaints, language, width):
    """Form, tracking entry and privacy page at both ends of the scale, in both languages and themes."""
    for path, name in [("/report/", "report"), ("/track/", "track-entry"), ("/report/who-reads/", "who-reads")]:
        for theme in ("light", "dark"):
            page = page_at(path, width, language, theme)
            fits(page)
            shot(page, f"{name}-{width}-{language}-{theme}")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", WIDTHS)
def test_the_desks_pages_fit(page_at, signed_in, shot, language, width):
    """Call, list (full and empty) and report at both ends of the scale, in both languages."""
    cookies = signed_in("call_taker")
    page = page_at("/reports/", width, language, cookies=cookies)
    fits(page)
    shot(page, f"reports-empty-{width}-{language}-light")
    for n in range(12):
        make.report(lon=119.95 + n / 500, depth_cm=[None, 10, 30][n % 3], words="水")
    number = Report.objects.order_by("pk").first().number
    for path, name in [("/reports/", "reports"), (f"/reports/{number}/", "report-page"), ("/calls/new", "call")]:
        for theme in ("light", "dark"):
            page = page_at(path, width, language, theme, cookies=cookies)
            for shown in page.locator("anlan-map").all():
                if shown.is_visible():
                    page.locator("anlan-map[data-ready]").wait_for()
            fits(page)
            shot(page, f"{name}-{width}-{language}-{theme}")


def saved(page: Any, count: int) -> None:
    """Wait until so many reports are saved and shown."""
    page.locator(f"#last .items li:nth-child({count})").wait_for()
    page.locator("#what:focus").wait_for()
    assert Report.objects.count() == count


def test_the_first_page_of_the_public_fits(page_at, complaints, shot):
    """Telephone numbers, form, code and bulletins fit on telephone and desk, in both languages, without script."""
    complaints.expected.append("404")
    for width, language in ((360, "zh-hans"), (1440, "en")):
        page = page_at("/", width, language, java_script_enabled=False)
        fits(page)
        assert page.locator("a[href^='tel:']").count() == 3
        shot(page, f"home-{width}-{language}")
        page.locator("#code").fill("7KQ4 M2XD 9TFW HB6R")
        page.locator("form button").click()
        assert page.locator("#code").input_value() == "7KQ4 M2XD 9TFW HB6R"


def test_back_after_a_report_shows_its_code(page_at, complaints):
    """Not the form with the faults of an earlier try; a new report begins with an empty form."""
    complaints.expected += ["422", "409"]
    page = page_at("/report/", 360)
    page.locator("input[value=waterlogging]").check()
    page.locator("form button.primary").click()
    page.locator("#form-errors").wait_for()
    page.locator("#where").fill("Long Street, north end of the underpass")
    page.locator("form button.primary").click()
    code = page.locator("#code.codecard").inner_text()
    page.go_back()
    page.locator("#code.codecard").wait_for()
    assert page.locator("#code.codecard").inner_text() == code
    assert page.locator("#form-errors").count() == 0
    page.goto(page.url.split("/report/")[0] + "/report/")
    assert page.locator("#where").input_value() == ""
