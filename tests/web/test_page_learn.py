"""A knob learns which control of the player's keyboard turns it."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from melodyrl.core.engine.events import Forget, Learn, Panic

pytestmark = pytest.mark.browser

WAITING = "turn a control on your keyboard…"


def tag(page, name):
    return page.locator(f".knob:has(#knob-{name}) small")


def test_a_right_click_learns_and_the_next_one_forgets(visit, daemon):
    page = visit()
    page.click("#knob-harmony", button="right")
    expect(tag(page, "harmony")).to_have_text(WAITING)
    assert daemon.wait_for(Learn("harmony"))
    daemon.turn(21)
    expect(tag(page, "harmony")).to_have_text("CC 21")
    assert "right-click or M: not any more" in tag(page, "harmony").get_attribute("title")
    page.click("label[for=knob-harmony]", button="right")

    expect(tag(page, "harmony")).to_be_hidden()
    assert daemon.wait_for(Forget("harmony"))


def test_the_keyboard_alone_learns_and_forgets(visit, daemon):
    page = visit()
    page.focus("#knob-density")
    page.keyboard.press("m")
    expect(tag(page, "density")).to_have_text(WAITING)
    daemon.turn(74)
    expect(tag(page, "density")).to_have_text("CC 74")
    page.keyboard.press("M")

    expect(tag(page, "density")).to_be_hidden()
    assert daemon.wait_for(Forget("density"))


@pytest.mark.parametrize("again", ["Escape", "m", "ContextMenu"])
def test_what_is_not_to_be_learned_after_all_is_left_and_nothing_panics(visit, daemon, again):
    page = visit()
    page.focus("#knob-rhythm")
    page.keyboard.press("m")
    expect(tag(page, "rhythm")).to_have_text(WAITING)
    page.keyboard.press(again)

    expect(tag(page, "rhythm")).to_be_hidden()
    assert daemon.wait_for(Learn(None))
    assert Panic() not in daemon.told
    page.keyboard.press("Escape")
    assert daemon.wait_for(Panic())


def test_another_knob_that_is_asked_for_is_the_one_that_learns(visit, daemon):
    page = visit()
    page.click("#knob-harmony", button="right")
    expect(tag(page, "harmony")).to_have_text(WAITING)
    page.click("#knob-rhythm", button="right")

    expect(tag(page, "rhythm")).to_have_text(WAITING)
    expect(tag(page, "harmony")).to_be_hidden()


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1280, "dark")])
def test_a_knob_that_learns_is_seen_by_everyone_at_every_width(visit, daemon, width, scheme):
    page = visit(width, 900, color_scheme=scheme)
    daemon.publish(bindings=((119, "density"),), armed="harmony")
    expect(tag(page, "harmony")).to_have_text(WAITING)
    expect(tag(page, "density")).to_have_text("CC 119")

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert Axe().run(page).response["violations"] == []
