"""The page before the real daemon: `melodyrl jam`, as a person starts it, in a real Chromium.

With MELODYRL_PICTURES=1 the pictures of the README and the docs are made anew.
"""

import os
import subprocess
import sys
from pathlib import Path

import mido
import pytest
from playwright.sync_api import expect

from tests.web.driving import wait_until
from tests.web.shelves import keep

pytestmark = pytest.mark.browser

IMAGES = Path("docs/images")
MOST_BYTES = 200_000
BAR_MS = 2400  # 4 beats at 100 bpm

# Am F C G by the computer's keys: H is A3
CHORDS = [
    ["KeyH", "KeyK", "Semicolon"],
    ["KeyF", "KeyH", "KeyK"],
    ["KeyG", "KeyK", "Semicolon"],
    ["KeyG", "KeyJ", "KeyL"],
]

PAGES = {
    "wide": {"viewport": {"width": 1600, "height": 900}, "color_scheme": "dark"},
    "middle": {"viewport": {"width": 900, "height": 760}, "color_scheme": "light"},
    "phone": {
        "viewport": {"width": 360, "height": 760},
        "color_scheme": "light",
        "has_touch": True,
        "is_mobile": True,
    },
}


@pytest.fixture
def jam(tmp_path):
    """The address of a jam's page; at the end SIGTERM ends it cleanly."""
    keep(tmp_path, "2026-01-31 20-15-00", "2026-01-31 20:15", pitches=range(48, 72))
    command = [sys.executable, "-m", "melodyrl", "jam", "--no-browser", "--web-port", "0"]
    command += ["--takes", str(tmp_path)]
    process = subprocess.Popen(
        [*command, "--tempo", "100", "--seed", "7"], stdout=subprocess.PIPE, text=True
    )
    url = ""
    for line in process.stdout:
        if line.startswith("Page: "):
            url = line.removeprefix("Page: ").strip()
        if line.startswith("Play."):
            break
    yield url
    process.terminate()
    assert process.wait(10) == 0
    process.stdout.close()


def play(page, chords):
    """Hold each chord for most of a bar, the last one on."""
    for index, codes in enumerate(chords):
        for code in codes:
            page.keyboard.down(code)
        if index < len(chords) - 1:
            page.wait_for_timeout(BAR_MS * 0.94)
            for code in codes:
                page.keyboard.up(code)
            page.wait_for_timeout(BAR_MS * 0.04)
    page.wait_for_timeout(BAR_MS * 0.7)


def picture(pages, state):
    """Keep how each page looks now, where pictures are asked for."""
    if not os.environ.get("MELODYRL_PICTURES"):
        return
    IMAGES.mkdir(parents=True, exist_ok=True)
    for name, page in pages.items():
        path = IMAGES / f"page-{state}-{name}.png"
        page.screenshot(path=path)
        assert path.stat().st_size < MOST_BYTES


@pytest.fixture
def pages(jam, browser):
    """Pages of three widths on the same jam; at the end none has complained."""
    complaints = []
    contexts = {name: browser.new_context(**options) for name, options in PAGES.items()}
    opened = {name: context.new_page() for name, context in contexts.items()}
    for page in opened.values():
        page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(jam)
        page.wait_for_selector("#connection[data-state=open]")
    yield opened
    for context in contexts.values():
        context.close()
    assert complaints == []


@pytest.mark.slow
def test_chords_held_on_the_page_are_answered_by_the_real_machine(pages):
    page = pages["wide"]
    picture(pages, "empty")
    play(page, CHORDS)

    parts = page.evaluate("melodyrl.notes.map(({part}) => part)")
    assert parts.count("player") == 12
    assert parts.count("machine") >= 4
    assert page.inner_text("#chord") == "G"
    assert int(page.inner_text("#position").split(".")[0]) >= 4
    assert page.locator("#why .term").count() >= 4
    assert "It played" in page.text_content("#why-table caption")

    with page.expect_download() as download:
        page.click("#take")
    take = mido.MidiFile(download.value.path())
    assert len([m for m in take if m.type == "note_on" and m.velocity]) >= 16

    page.keyboard.press("Escape")
    page.click("#stop")
    page.wait_for_timeout(300)
    assert page.evaluate("melodyrl.voices") == []


@pytest.mark.slow
def test_a_guests_chords_are_heard_by_the_real_machine_as_they_are_meant(pages):
    page = pages["wide"]
    page.click("#first-duet")
    wait_until(  # they go round: on a busy machine one may be struck too slowly to be heard whole
        page,
        """meant => melodyrl.score.chords.map(({ name }) => name)
            .filter((name) => meant.includes(name)).join().includes(meant)""",
        "Am,F,C,G",
        timeout_s=120,
    )
    wait_until(page, "melodyrl.notes.filter(({ part }) => part === 'machine').length >= 4")

    picture(pages, "duet")
    for each in pages.values():
        each.locator(".why summary").click()
    page.wait_for_timeout(100)
    picture(pages, "why")
    for each in pages.values():
        each.click("#takes-open")
        expect(each.locator("#takes li")).to_have_count(2)
    picture(pages, "takes")
    for each in pages.values():
        each.get_by_role("button", name="Close").click()
    page.click("#duet")
    wait_until(page, "melodyrl.voices.length === 0")
    wait_until(page, "!melodyrl.state.running")
    assert page.evaluate("melodyrl.state.held.length + melodyrl.state.sounding.length") == 0


@pytest.mark.slow
def test_the_real_machine_fills_and_plays_a_pattern_that_was_begun_on_the_page(pages):
    page, other = pages["wide"], pages["phone"]
    for each in pages.values():
        each.click("#drums-open")
    for drum, step in ((0, 0), (0, 8), (1, 4), (1, 12)):
        page.click(f'td[data-drum="{drum}"][data-step="{step}"]')
    page.get_by_role("button", name="Fill").click()
    expect(other.locator('td[data-sign="o"]').first).to_be_visible()
    expect(other.locator('td[data-sign="x"]')).to_have_count(4)
    page.get_by_role("button", name="Play", exact=True).click()
    wait_until(page, "melodyrl.voices.some((each) => each.startsWith('drums:'))")
    for each in pages.values():
        expect(each.locator("#drum-grid th[data-now]")).to_have_count(1)
    picture(pages, "drums")
    wait_until(page, "melodyrl.state.bar >= 1", timeout_s=30)
    page.click("#stop")
    wait_until(page, "!melodyrl.state.running")
    expect(page.locator("#drum-grid [data-now]")).to_have_count(0)

    with page.expect_download() as download:
        page.click("#take")
    (drums,) = [t for t in mido.MidiFile(download.value.path()).tracks if t.name == "drums"]
    assert {m.channel for m in drums if not m.is_meta} == {9}
    at, onsets = 0, []
    for message in drums:
        at += message.time
        if message.type == "note_on" and message.velocity:
            onsets.append((at, message.note))
    assert all(tick % 120 == 0 for tick, _ in onsets)
    assert {(0, 36), (480, 38), (960, 36), (1440, 38)} <= set(onsets)


def test_a_policy_that_is_chosen_on_one_page_plays_and_all_pages_say_so(pages):
    page = pages["wide"]
    play(page, CHORDS[:1])
    page.get_by_label("Policy").select_option("rules")

    for each in pages.values():
        expect(each.get_by_label("Policy")).to_have_value("rules")
        expect(each.locator("#policy-card")).to_have_text(
            "not trained: the nearest chord tone on each beat"
        )
    assert dict(page.evaluate("melodyrl.state.policies"))["melody"] == "rule"
    page.keyboard.press("Escape")


@pytest.mark.slow
def test_what_lies_ahead_is_shown_and_then_played(jam, pages):
    page = pages["wide"]
    play(page, CHORDS[:1])
    wait_until(page, "melodyrl.ahead.after(performance.now() + 500).length > 1", timeout_s=20)
    shown = page.evaluate("melodyrl.ahead.after(performance.now() + 50)")

    page.wait_for_timeout(3500)
    played = page.evaluate("melodyrl.notes.filter(({ part }) => part === 'machine')")

    def is_played(note):
        return any(
            note["pitch"] == each["pitch"] and abs(note["start"] - each["start"]) < 20
            for each in played
        )

    assert shown
    assert all(map(is_played, shown))
    page.uncheck("#ahead")
    assert page.evaluate("melodyrl.ahead.after(0)") == []
    page.reload()
    expect(page.locator("#ahead")).not_to_be_checked()
