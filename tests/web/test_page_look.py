"""What the page looks like at every width, and whether everyone can use it."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from melodyrl.core.engine.events import KNOBS
from tests.web.driving import wait_until

pytestmark = pytest.mark.browser

WIDTHS = [(360, 740), (820, 1100), (1280, 760), (1920, 1080)]
SCHEMES = ["dark", "light"]
MOST_BYTES = 400_000


def open_all(page):
    """Everything that can be seen, seen: a chord held, the reasons open."""
    page.keyboard.down("a")
    page.keyboard.down("d")
    wait_until(page, "document.querySelector('#why-table tbody') !== null")
    page.locator(".why summary").click()


@pytest.mark.parametrize(("width", "height"), WIDTHS)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_nothing_is_cut_off_at_any_width(visit, width, height, scheme):
    page = visit(width, height, color_scheme=scheme)
    open_all(page)

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for control in page.locator("button, input, select, .key.white, output, label").all():
        box = control.bounding_box()
        assert box is None or (box["x"] >= 0 and box["x"] + box["width"] <= width + 1)


def test_no_control_lies_on_another(visit):
    page = visit()
    hidden = page.evaluate(
        """() => [...document.querySelectorAll("button, select, a, input")].filter((each) => {
            each.scrollIntoView({ block: "center" });
            const { left, top, width, height } = each.getBoundingClientRect();
            if (!width || each.closest("dialog, [hidden]")) return false;
            const there = document.elementFromPoint(left + width / 2, top + height / 2);
            return there && there !== each && !each.contains(there) && !there.contains(each)
                && there.closest("label") !== each.closest("label");
        }).map((each) => each.id || each.outerHTML)"""
    )

    assert hidden == []


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", SCHEMES)
def test_axe_finds_no_fault(visit, width, scheme):
    """axe-core: names, roles, contrast, landmarks, and all else that it knows to look for."""
    page = visit(width, 900, color_scheme=scheme, reduced_motion="reduce")
    empty = Axe().run(page).response["violations"]
    open_all(page)
    playing = Axe().run(page).response["violations"]
    page.evaluate("document.getElementById('preset-dialog').showModal()")
    asking = Axe().run(page).response["violations"]

    faults = [
        (fault["id"], node["html"], node["failureSummary"])
        for fault in empty + playing + asking
        for node in fault["nodes"]
    ]
    assert faults == []


def test_the_tab_key_reaches_every_control_in_the_order_that_is_seen(visit):
    page = visit()
    page.evaluate("document.activeElement.blur()")
    order = []
    for _ in range(60):
        page.keyboard.press("Tab")
        order.append(page.evaluate("document.activeElement.id || document.activeElement.tagName"))
        if order[-1] == "BODY":
            break
    reachable = page.evaluate(
        """() => [...document.querySelectorAll("button, a, input, select, summary")]
            .filter((each) => each.checkVisibility() && !each.disabled && each.type !== "radio")
            .map((each) => each.id || each.tagName)"""
    )

    assert [each for each in order if each in reachable] == reachable


def test_every_control_has_a_name_and_a_tooltip(visit):
    page = visit()
    silent = page.evaluate(
        """() => [...document.querySelectorAll("button, select, a, input, summary")]
            .filter((each) => each.checkVisibility() && !each.closest("[title]"))
            .map((each) => each.id || each.outerHTML)"""
    )

    assert silent == ["first-duet"], "which stands below a sentence of its own"


def test_what_has_the_focus_is_seen(visit):
    page = visit(1280, 640)
    page.focus("#undo" if page.locator("#undo").is_enabled() else "#preset-save")
    hidden = []
    for name in KNOBS:
        page.keyboard.press("Tab")
        hidden += page.evaluate(
            """() => {
                const { left, top, width, height } = document.activeElement.getBoundingClientRect();
                const there = document.elementFromPoint(left + width / 2, top + height / 2);
                return there === document.activeElement ? [] : [document.activeElement.id];
            }"""
        )
        assert page.evaluate("document.activeElement.id") == f"knob-{name}"

    assert hidden == []


def test_the_keyboard_alone_turns_a_knob_and_takes_it_back(visit):
    page = visit()
    page.focus("#knob-harmony")
    page.keyboard.press("End")
    expect(page.locator("#knob-harmony")).to_have_value("1")
    assert page.get_attribute("#knob-harmony", "aria-valuetext") == "100 %"
    page.keyboard.press("Control+z")

    expect(page.locator("#knob-harmony")).to_have_value(str(KNOBS["harmony"][2]))


def test_colours_differ_for_eyes_that_confuse_red_and_green(visit):
    """The players' colours stay apart in lightness too: a grey picture still tells them apart."""
    for scheme in SCHEMES:
        page = visit(color_scheme=scheme)
        player, machine = page.evaluate(
            """() => ["--player", "--machine"].map((name) => {
                const style = getComputedStyle(document.documentElement);
                const hex = style.getPropertyValue(name).trim();
                return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
            })"""
        )
        # Blue against red and green: the difference that protan and deutan eyes keep whole.
        assert abs((player[2] - player[0]) - (machine[2] - machine[0])) > 150


def test_the_page_is_small():
    files = list(Path("melodyrl/web/page").iterdir())

    assert sum(file.stat().st_size for file in files) < MOST_BYTES
