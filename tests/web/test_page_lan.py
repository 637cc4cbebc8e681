"""The page on a phone in the same network: plain http, and so no secure context."""

from urllib.parse import urlsplit

import pytest

from melodyrl.core.midi.messages import NoteOff, NoteOn
from tests.web.driving import key, middle, wait_for_voices, wait_until

pytestmark = pytest.mark.browser

KEEPS_ITS_CONTEXT = """
const Real = AudioContext;
globalThis.AudioContext = class extends Real {
    constructor(options) {
        super(options);
        globalThis.kept = this;
    }
};
"""
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}


@pytest.fixture
def phone(browser, shared):
    """The link, opened on a phone; at the end nothing has complained."""
    complaints = []
    context = browser.new_context(**PHONE)
    page = context.new_page()
    page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(shared.stage.link)
    page.wait_for_selector("#connection[data-state=open]")
    wait_until(page, "melodyrl.state !== null")
    yield page
    context.close()
    assert complaints == []


def test_the_link_opens_the_page_and_the_machine_answers(phone, shared):
    link = urlsplit(shared.stage.link)
    assert phone.url == f"http://{link.netloc}/"
    assert phone.evaluate("document.cookie") == "", "no script can read it"
    assert phone.evaluate("isSecureContext") is False

    phone.touchscreen.tap(*middle(phone, key(48)))
    assert shared.wait_for(NoteOff(48))
    wait_until(phone, "melodyrl.audio === 'running'")

    phone.keyboard.down("d")
    wait_for_voices(phone, {"player:52", "machine:64"})
    phone.keyboard.up("d")
    wait_for_voices(phone, set())


def test_the_page_says_why_there_is_no_midi(phone):
    assert phone.locator("#midi").is_hidden()
    assert phone.inner_text("#midi-in") == (
        "Browsers offer MIDI devices only to https or localhost; the keys and the sound work."
    )


def test_a_finger_that_rises_allows_the_sound(visit):
    """Browsers allow none where it comes down, and phones take the sound away for a call."""
    page = visit(prepare=KEEPS_ITS_CONTEXT, has_touch=True)
    page.evaluate("dispatchEvent(new Event('touchend'))")
    wait_until(page, "melodyrl.audio === 'running'")
    page.evaluate("kept.suspend()")
    wait_until(page, "melodyrl.audio === 'suspended'")
    page.evaluate("dispatchEvent(new Event('touchend'))")

    wait_until(page, "melodyrl.audio === 'running'")


def test_a_file_and_the_take_pass_the_door(phone, shared):
    phone.keyboard.down("f")
    assert shared.wait_for(NoteOn(53, 88))
    phone.keyboard.up("f")
    phone.click("#replay")
    wait_until(phone, "document.getElementById('replay').textContent === 'Stop replay'")
    phone.click("#replay")


def test_a_page_of_an_earlier_start_is_told_to_scan_again(browser, shared):
    context = browser.new_context(**PHONE)
    page = context.new_page()
    link = urlsplit(shared.stage.link)
    answer = page.goto(f"http://{link.netloc}/?token=of-an-earlier-start")

    assert answer.status == 403
    assert "Scan the code" in page.inner_text("body")
    context.close()
