"""The choice of a policy on the page, its card, and what a file says, which is text and no more."""

import json
import shutil

import httpx
import pytest
from playwright.sync_api import expect

from melodyrl.cli.policy_cards import PolicyCards
from melodyrl.cli.policy_list import PolicyList
from melodyrl.core.engine.events import ChoosePolicy
from tests.core.policy_files import policy_bytes
from tests.web.driving import wait_until
from tests.web.stand_in import StandIn

pytestmark = pytest.mark.browser

SCRIPT = "<img src=x onerror=hacked=1>"


@pytest.fixture
def folder(tmp_path):
    figures = {"updates": 20000.0, "reward": 0.2, "greedy": 0.1}
    (tmp_path / "mine.safetensors").write_bytes(policy_bytes(figures=figures))
    (tmp_path / f"{SCRIPT}.safetensors").write_bytes(policy_bytes(code_version=SCRIPT))
    (tmp_path / "broken.safetensors").write_bytes(b"no policy")
    return tmp_path


@pytest.fixture
def daemon(folder):
    stand_in = StandIn(cards=PolicyCards(PolicyList(folder, folder / "runs")))
    stand_in.start()
    yield stand_in
    stand_in.stop()


def choice(page):
    return page.get_by_label("Policy")


def listed(page):
    wait_until(page, "document.querySelectorAll('#policy option').length > 3")
    return page.locator("#policy option").all_inner_texts()


def test_a_policy_is_chosen_comes_at_the_bar_line_and_every_page_agrees(visit, daemon):
    page, other = visit(), visit()
    assert "mine" in listed(page)
    expect(choice(page)).to_have_value("shipped")
    choice(page).select_option("mine")

    assert daemon.wait_for(ChoosePolicy("mine"))
    for each in (page, other):
        expect(choice(each)).to_have_value("mine")
        expect(each.locator("#policy-card")).to_have_text(
            "From the next bar on · w·r +0.2000 a step (greedy +0.1000) · "
            "20,000 updates, seed 3, version 0.1.0"
        )
    daemon.enter()
    for each in (page, other):
        expect(each.locator("#policy-card")).to_have_text(
            "w·r +0.2000 a step (greedy +0.1000) · 20,000 updates, seed 3, version 0.1.0"
        )


def test_a_policy_is_chosen_with_the_keyboard(visit, daemon):
    page = visit()
    listed(page)
    choice(page).focus()
    page.keyboard.type("rul")
    page.keyboard.press("Enter")

    assert daemon.wait_for(ChoosePolicy("rules"))


def test_the_mode_chords_offers_those_that_play_chords(visit, daemon):
    page = visit()
    assert "shipped-chords" not in listed(page)
    daemon.publish(mode="chords")

    expect(choice(page)).to_have_value("shipped-chords")
    assert page.locator("#policy option:enabled").all_inner_texts() == [
        "shipped-chords",
        "greedy-chords",
    ]


def test_what_a_file_says_is_text_and_cannot_run(visit, daemon):
    page = visit()
    assert SCRIPT in listed(page)
    choice(page).select_option(SCRIPT)
    assert daemon.wait_for(ChoosePolicy(SCRIPT))
    daemon.enter()

    expect(page.locator("#policy-card")).to_contain_text(f"version {SCRIPT}")
    assert page.evaluate("typeof hacked") == "undefined"
    assert page.locator("img").count() == 1  # our own, in the title
    assert page.locator("#policy-card *").count() == 0


def test_one_that_cannot_be_read_is_shown_and_not_to_be_had(visit):
    page = visit()

    assert "broken (cannot be read)" in listed(page)
    option = page.locator("#policy option", has_text="broken")
    expect(option).to_be_disabled()
    assert "too short to be a safetensors file" in option.get_attribute("title")


def test_a_refusal_stands_below_the_choice_and_the_old_one_stays_chosen(visit, daemon):
    page = visit()
    listed(page)
    sentence = "The checkpoint x is damaged; the old one plays on."
    daemon.choose = lambda name: daemon.publish(refused=sentence)
    choice(page).select_option("mine")

    expect(page.locator("#policy-card")).to_have_text(sentence)
    expect(choice(page)).to_have_value("shipped")


def test_one_that_is_new_is_there_when_the_list_is_opened(visit, folder):
    page = visit()
    listed(page)
    shutil.copy(folder / "mine.safetensors", folder / "newer.safetensors")
    page.wait_for_timeout(2100)
    choice(page).focus()

    expect(page.locator("#policy option", has_text="newer")).to_have_count(1)


def test_one_that_plays_and_is_not_in_the_list_is_shown_by_its_name(visit, daemon):
    page = visit()
    listed(page)
    cast = tuple(type(role)(role.part, "/elsewhere/x", None) for role in daemon.state.cast)
    daemon.publish(cast=cast)

    expect(choice(page)).to_have_value("/elsewhere/x")


def test_one_that_is_in_no_list_is_looked_for_once(visit, daemon):
    page, asked = visit(), []
    listed(page)
    page.on("request", lambda request: asked.append(request.url))
    cast = tuple(type(role)(role.part, "/elsewhere/x", None) for role in daemon.state.cast)
    for tempo_bpm in (101.0, 102.0, 103.0):  # states come all the time
        page.wait_for_timeout(2100)
        daemon.publish(cast=cast, tempo_bpm=tempo_bpm)
        expect(page.locator("#tempo")).to_have_value(str(round(tempo_bpm)))

    assert [url.rsplit("/", 1)[1] for url in asked] == ["policies"]


def test_the_list_is_not_for_strangers(daemon):
    url = f"{daemon.stage.url}policies"

    assert httpx.get(url, headers={"Origin": "http://evil.example"}).status_code == 403
    assert httpx.get(url, headers={"Host": "evil.example"}).status_code == 403
    names = [each["name"] for each in json.loads(httpx.get(url).text)["policies"]]
    assert {"mine", SCRIPT, "broken"} <= set(names)
