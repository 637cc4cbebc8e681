"""The page before the real daemon: `melodyrl jam`, as a person starts it, in a real Chromium.

With MELODYRL_PICTURES=1 the pictures of the README and the docs are made anew.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import mido
import pytest

pytestmark = pytest.mark.browser

IMAGES = Path("docs/images")
MOST_BYTES = 200_000
BAR_MS = 2400  # 4 beats at 100 bpm

# Am F C G by the computer's keys, an octave down: H is A3
CHORDS = [
    ["KeyH", "KeyK", "Semicolon"],
    ["KeyF", "KeyH", "KeyK"],
    ["KeyG", "KeyK", "Semicolon"],
    ["KeyG", "KeyJ", "KeyL"],
]


@pytest.fixture
def jam():
    """The address of a jam's page; at the end SIGTERM ends it cleanly."""
    command = [sys.executable, "-m", "melodyrl", "jam", "--no-browser", "--web-port", "0"]
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


def keep(page, name, folder):
    path = folder / name
    page.screenshot(path=path)
    assert path.stat().st_size < MOST_BYTES
    if os.environ.get("MELODYRL_PICTURES"):
        IMAGES.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, IMAGES / name)


@pytest.fixture
def pages(jam, browser):
    """A wide page and a phone's on the same jam; at the end neither has complained."""
    complaints = []
    options = (
        {"viewport": {"width": 1280, "height": 760}, "color_scheme": "dark"},
        {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True},
    )
    contexts = [browser.new_context(**each) for each in options]
    opened = [context.new_page() for context in contexts]
    for page in opened:
        page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(jam)
        page.wait_for_selector("#connection[data-state=open]")
    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.mark.slow
def test_chords_held_on_the_page_are_answered_by_the_real_machine(pages, tmp_path):
    page, phone = pages
    page.keyboard.press("KeyZ")
    play(page, CHORDS)
    keep(page, "page-wide.png", tmp_path)
    keep(phone, "page-phone.png", tmp_path)

    players = page.evaluate("melodyrl.notes.map(({who}) => who)")
    assert players.count("player") == 12
    assert players.count("machine") >= 4
    assert page.inner_text("#chord") == "G"
    assert int(page.inner_text("#position").split(".")[0]) >= 4
    assert "It chose" in page.inner_text("#why")

    with page.expect_download() as download:
        page.click("#take")
    take = mido.MidiFile(download.value.path())
    assert len([m for m in take if m.type == "note_on" and m.velocity]) >= 16

    page.keyboard.press("Escape")
    page.click("#stop")
    page.wait_for_timeout(300)
    assert page.evaluate("melodyrl.voices") == []
