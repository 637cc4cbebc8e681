"""Keys that switch modes, on the page: shown, silent, and told to the daemon."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from melodyrl.cli.mode_keys import parse_mode_keys
from melodyrl.core.midi.messages import NoteOff, NoteOn
from tests.web.driving import key, voices, wait_until

ZONE = parse_mode_keys("C3")


@pytest.fixture
def page(visit, daemon):
    daemon.publish(mode_keys=ZONE)
    page = visit()
    wait_until(page, "melodyrl.state !== null")
    return page


def test_they_say_what_they_switch_to(page):
    for pitch, mode in ZONE:
        expect(page.locator(key(pitch))).to_have_text(mode)
    expect(page.locator("#mode-keys")).to_have_text("Your keys C3 to E3 switch these too.")


def test_the_keys_beside_them_are_as_always(page):
    expect(page.locator(key(53))).not_to_have_class("switch")
    expect(page.locator("#piano .switch")).to_have_count(len(ZONE))


def test_one_is_told_and_makes_no_sound_here(page, daemon):
    page.keyboard.down("d")
    expect(page.get_by_role("radio", name="off")).to_be_checked()

    assert NoteOn(52, 88) in daemon.told
    assert voices(page) == set()
    page.keyboard.up("d")
    page.keyboard.press("g")
    assert daemon.wait_for(NoteOff(55))
    assert NoteOff(52) not in daemon.told
    wait_until(page, "melodyrl.notes.some(({pitch}) => pitch === 67)")
    assert set(page.evaluate("melodyrl.notes.map(({pitch}) => pitch)")) == {55, 67}


def test_without_them_nothing_is_said(visit):
    page = visit()

    expect(page.locator("#mode-keys")).to_be_hidden()
    expect(page.locator("#piano .switch")).to_have_count(0)


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_axe_finds_no_fault_in_them(visit, daemon, width, scheme):
    daemon.publish(mode_keys=ZONE)
    page = visit(width, 900, color_scheme=scheme, reduced_motion="reduce")
    expect(page.locator("#piano .switch")).to_have_count(len(ZONE))

    violations = Axe().run(page).response["violations"]
    assert [(each["id"], [node["target"] for node in each["nodes"]]) for each in violations] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
