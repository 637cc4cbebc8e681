"""The feel on the page: chosen, the same on every page, and told with the reasons."""

import pytest
from playwright.sync_api import expect

from melodyrl.core.engine.events import SetFeel

pytestmark = pytest.mark.browser


def test_a_feel_reaches_the_engine_and_every_page_shows_it(visit, daemon):
    page, other = visit(), visit()
    page.locator("#feel").select_option("reel")

    assert daemon.wait_for(SetFeel("reel"))
    for each in (page, other):
        expect(each.locator("#feel")).to_have_value("reel")


def test_the_reasons_say_which_bar_is_answered(visit):
    page = visit()
    page.keyboard.down("a")
    page.locator(".why summary").click()

    expect(page.locator("#why-table caption")).to_contain_text(
        "This bar is an air's, and answers the one 4 bars back: the same notes."
    )
