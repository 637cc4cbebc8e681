"""The split point on the page: chosen, shown on the piano, and the same on every page."""

import pytest
from playwright.sync_api import expect

from melodyrl.core.engine.events import SetSplit
from tests.web.driving import key

pytestmark = pytest.mark.browser


def test_a_split_reaches_the_engine_and_every_page_shows_it(visit, daemon):
    page, other = visit(), visit()
    page.get_by_label("Split").select_option("C4")

    assert daemon.wait_for(SetSplit(60))
    for each in (page, other):
        expect(each.get_by_label("Split")).to_have_value("60")
        expect(each.locator(".key.split")).to_have_count(1)
        expect(each.locator(key(60))).to_contain_class("split")

    other.get_by_label("Split").select_option("Off")
    assert daemon.wait_for(SetSplit(None))
    expect(page.locator(".key.split")).to_have_count(0)


def test_a_split_is_chosen_with_the_keyboard(visit, daemon):
    page = visit()
    page.get_by_label("Split").focus()
    page.keyboard.type("C3")
    page.keyboard.press("Enter")

    assert daemon.wait_for(SetSplit(48))


def test_the_mark_stays_with_its_key_where_the_octave_moves(visit, daemon):
    page = visit()
    daemon.publish(split=60)
    expect(page.locator(key(60))).to_contain_class("split")
    page.click("#octave-up")

    expect(page.locator(key(60))).to_contain_class("split")
    expect(page.locator(".key.split")).to_have_count(1)
