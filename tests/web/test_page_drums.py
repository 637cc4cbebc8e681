"""The drum grid on the page: set by mouse, touch and keyboard, and the same on every page."""

import re
import time
from dataclasses import replace

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from melodyrl.core.drums.kit import NAMES
from melodyrl.core.engine.events import (
    ChangeDrums,
    Nanos,
    SetCell,
    SetDrums,
    SetVariation,
)
from melodyrl.core.midi.messages import NoteOn
from tests.web.driving import wait_for_voices, wait_until

pytestmark = pytest.mark.browser

KICK, SNARE = NAMES.index("kick"), NAMES.index("snare")


def cell(page, drum, step):
    return page.locator(f'#drum-grid td[data-drum="{drum}"][data-step="{step}"]')


def shows(page, drum, step, sign):
    expect(cell(page, drum, step)).to_have_attribute("data-sign", sign)


@pytest.fixture
def page(visit):
    page = visit()
    page.get_by_role("button", name="Drums", exact=True).click()
    expect(page.locator("#drum-grid")).to_be_visible()
    return page


def test_the_grid_is_shown_and_hidden_by_one_button(page):
    button = page.get_by_role("button", name="Drums", exact=True)
    expect(button).to_have_attribute("aria-expanded", "true")
    button.click()

    expect(button).to_have_attribute("aria-expanded", "false")
    expect(page.locator("#drum-grid")).to_be_hidden()


def test_a_click_sets_a_hit_and_another_takes_it_back(page, daemon):
    cell(page, KICK, 0).click()
    assert daemon.wait_for(SetCell("kick", 0, "hit"))
    shows(page, KICK, 0, "x")
    cell(page, KICK, 0).click()

    assert daemon.wait_for(SetCell("kick", 0, "open"))
    shows(page, KICK, 0, ".")


def test_a_click_silences_a_hit_of_the_machines_for_good(page, daemon):
    daemon.post(ChangeDrums("fill"))
    daemon.fill("hat o.o. o.o. o.o. o.o.")
    hat = NAMES.index("hat")
    shows(page, hat, 2, "o")
    cell(page, hat, 2).click()

    assert daemon.wait_for(SetCell("hat", 2, "rest"))
    shows(page, hat, 2, "-")


def test_a_right_click_sets_a_rest(page, daemon):
    cell(page, SNARE, 3).click(button="right")

    assert daemon.wait_for(SetCell("snare", 3, "rest"))
    shows(page, SNARE, 3, "-")


def test_a_finger_sets_a_hit_on_a_phone(visit, daemon):
    page = visit(360, 740, has_touch=True, is_mobile=True)
    page.locator("#drums-open").tap()
    cell(page, SNARE, 15).tap()

    assert daemon.wait_for(SetCell("snare", 15, "hit"))
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    box = cell(page, SNARE, 15).bounding_box()
    assert box["x"] + box["width"] <= 360
    assert min(box["width"], box["height"]) >= 24


def test_on_a_phone_the_grid_moves_under_its_names(visit, daemon):
    page = visit(360, 740)
    page.locator("#drums-open").click()
    name = page.locator("#drum-grid th[scope=row]").first
    cell(page, KICK, 15).click()
    expect(name).to_be_in_viewport(ratio=1)
    assert cell(page, KICK, 0).bounding_box()["x"] < 0

    page.keyboard.press("Home")

    expect(cell(page, KICK, 0)).to_be_focused()
    edge = name.bounding_box()
    assert cell(page, KICK, 0).bounding_box()["x"] >= edge["x"] + edge["width"]


def test_the_keyboard_reaches_every_cell_and_tab_only_one(page, daemon):
    cell(page, KICK, 0).focus()
    for key in ("ArrowDown", "ArrowRight", "ArrowRight", "Space"):
        page.keyboard.press(key)
    assert daemon.wait_for(SetCell("snare", 2, "hit"))
    page.keyboard.press("End")
    page.keyboard.press("-")
    assert daemon.wait_for(SetCell("snare", 15, "rest"))
    for key in ("ArrowRight", "Home", "ArrowLeft", "ArrowUp", "ArrowUp", "Enter"):
        page.keyboard.press(key)

    assert daemon.wait_for(SetCell("kick", 0, "hit"))
    expect(cell(page, KICK, 0)).to_be_focused()
    expect(page.locator('#drum-grid [tabindex="0"]')).to_have_count(1)
    expect(page.locator("#pedal")).not_to_be_checked()


def test_letters_play_on_after_a_cell_was_clicked(page, daemon):
    cell(page, KICK, 4).click()
    page.keyboard.press("a")

    assert daemon.wait_for(NoteOn(48, 88))


def test_cells_say_what_they_are_and_differ_in_shape_as_well(page, daemon):
    cell(page, KICK, 0).click()
    cell(page, KICK, 1).click(button="right")
    daemon.post(ChangeDrums("fill"))
    daemon.fill("kick ..o. .... .... ....")
    shows(page, KICK, 2, "o")

    expect(cell(page, KICK, 0)).to_have_accessible_name("Kick, step 1: your hit")
    expect(cell(page, KICK, 1)).to_have_accessible_name("Kick, step 2: your rest")
    expect(cell(page, KICK, 2)).to_have_accessible_name("Kick, step 3: its hit")
    expect(cell(page, KICK, 3)).to_have_accessible_name("Kick, step 4: open")
    shapes = page.evaluate(
        """() => [0, 1, 2].map((step) => {
            const cell = document.querySelector(`td[data-drum="0"][data-step="${step}"]`);
            const { height, borderRadius, transform } = getComputedStyle(cell, "::before");
            return [height, borderRadius, transform].join();
        })"""
    )
    assert len(set(shapes)) == 3


def test_buttons_ask_for_what_they_say_and_the_page_says_what_comes(page, daemon):
    cell(page, KICK, 0).click()
    page.get_by_role("button", name="Fill").click()
    assert daemon.wait_for(ChangeDrums("fill"))
    expect(page.locator("#drums-said")).to_have_text("It thinks of new hits.")
    daemon.fill("ride oooo oooo oooo oooo")
    expect(page.locator("#drums-said")).to_have_text("")
    shows(page, NAMES.index("ride"), 7, "o")
    page.get_by_role("button", name="Vary").click()
    assert daemon.wait_for(ChangeDrums("vary"))
    page.get_by_role("button", name="Clear").click()

    assert daemon.wait_for(ChangeDrums("clear"))
    shows(page, NAMES.index("ride"), 7, ".")
    shows(page, KICK, 0, "x")
    page.get_by_label("Varies").select_option("every 4 bars")
    assert daemon.wait_for(SetVariation(4))
    for name in ("Play", "Fill", "Vary", "Clear"):
        expect(page.get_by_role("button", name=name, exact=True)).to_have_attribute(
            "title", re.compile(".{30}")
        )


def test_play_begins_and_pauses(page, daemon):
    page.get_by_role("button", name="Play", exact=True).click()
    assert daemon.wait_for(SetDrums(True))
    page.get_by_role("button", name="Pause").click()

    assert daemon.wait_for(SetDrums(False))
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()


def test_what_the_drums_wait_for_is_said(page, daemon):
    drums = replace(daemon.state.drums, is_on=True)
    daemon.publish(drums=drums)
    expect(page.locator("#drums-said")).to_have_text("Begins with your first note, or now.")
    daemon.publish(clock="midi")
    expect(page.locator("#drums-said")).to_have_text("Waits for the clock.")


def test_the_present_step_is_marked_and_none_while_nothing_runs(page, daemon):
    daemon.publish(
        running=True, bar=3, step=5, step_began_ns=Nanos(time.monotonic_ns()), tempo_bpm=20.0
    )
    expect(page.locator("#drum-grid [data-now]")).to_have_count(17)
    expect(page.locator("#drum-grid th[data-now]")).to_have_text(re.compile("e|&|a|[1-4]"))
    daemon.publish(running=False)

    expect(page.locator("#drum-grid [data-now]")).to_have_count(0)


def test_two_pages_agree(page, visit, daemon):
    other = visit()
    other.locator("#drums-open").click()
    cell(page, KICK, 0).click()
    shows(other, KICK, 0, "x")
    cell(other, KICK, 0).click()
    cell(other, SNARE, 4).click()

    shows(page, KICK, 0, ".")
    shows(page, SNARE, 4, "x")


def test_a_page_that_comes_later_shows_the_same(visit, daemon):
    daemon.post(SetCell("clap", 9, "hit"))
    page = visit()
    page.locator("#drums-open").click()

    shows(page, NAMES.index("clap"), 9, "x")


def test_strokes_are_heard_where_they_are_asked_for_and_drawn_nowhere(page, daemon):
    page.keyboard.press("a")
    daemon.strike("kick", 100)
    wait_for_voices(page, {"drums:36"})
    daemon.strike("kick", 0)
    wait_for_voices(page, set())
    page.get_by_label("Hear").uncheck()
    daemon.strike("snare", 100)
    daemon.strike("snare", 0)
    daemon.show("machine", 72, 80)
    wait_for_voices(page, {"machine:72"})

    parts = page.evaluate("[...new Set(melodyrl.notes.map(({part}) => part))].sort()")
    assert parts == ["machine", "player"]


def test_a_kit_with_other_notes_sounds_the_same_drums(page, daemon):
    pitches = (35, *daemon.state.drums.pitches[1:])
    daemon.publish(drums=replace(daemon.state.drums, pitches=pitches))
    wait_until(page, "melodyrl.state.drums.pitches[0] === 35")
    page.keyboard.press("a")
    daemon.show("drums", 35, 100)

    wait_for_voices(page, {"drums:36"})


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_axe_finds_no_fault_in_the_grid(visit, daemon, width, scheme):
    page = visit(width, 900, color_scheme=scheme, reduced_motion="reduce")
    page.locator("#drums-open").click()
    cell(page, KICK, 0).click()
    cell(page, KICK, 1).click(button="right")
    daemon.post(ChangeDrums("fill"))
    daemon.fill("hat oooo oooo oooo oooo")
    daemon.publish(running=True, step=2)
    shows(page, NAMES.index("hat"), 3, "o")

    violations = Axe().run(page).response["violations"]
    assert [(each["id"], [node["target"] for node in each["nodes"]]) for each in violations] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
