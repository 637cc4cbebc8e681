"""Knobs and what helps with them: undo, presets, units; and the sustain pedal."""

import pytest
from playwright.sync_api import expect

from melodyrl.core.engine.events import KNOBS, SetKnob, SetMeter
from melodyrl.core.midi.messages import NoteOff, NoteOn
from tests.web.driving import voices, wait_for_voices, wait_until

pytestmark = pytest.mark.browser


def knobs(page):
    return {name: float(page.input_value(f"#knob-{name}")) for name in KNOBS}


def test_each_knob_says_its_value_with_a_unit(visit):
    page = visit()
    shown = page.locator("#knobs output").all_inner_texts()

    weights, others = ["70 %", "30 %", "30 %", "25 %"], ["straight", "exact", "above you"]
    assert shown == [*weights, "1.25 a beat", "0.16", *others]


@pytest.mark.parametrize(
    ("value", "shown"), [("0", "straight"), ("0.33", "33 %"), ("0.99", "99 %"), ("1", "triplets")]
)
def test_swing_says_where_the_off_beat_lies(visit, daemon, value, shown):
    page = visit()
    page.fill("#knob-swing", "0.5")
    page.fill("#knob-swing", value)

    assert page.inner_text("label[for=knob-swing] + input + output") == shown
    assert daemon.wait_for(SetKnob("swing", float(value)))


@pytest.mark.parametrize(
    ("value", "shown"),
    [("-2", "−2 octaves"), ("-1", "−1 octave"), ("0", "above you"), ("1", "+1 octave")],
)
def test_the_register_is_turned_by_whole_octaves(visit, daemon, value, shown):
    page = visit()
    page.fill("#knob-register", "1")
    page.fill("#knob-register", value)

    assert page.inner_text("label[for=knob-register] + input + output") == shown
    assert daemon.wait_for(SetKnob("register", float(value)))
    assert page.get_attribute("#knob-register", "step") == "1"


def test_undo_takes_back_one_turn_after_another(visit, daemon):
    page = visit()
    expect(page.locator("#undo")).to_be_disabled()
    page.fill("#knob-harmony", "0.9")
    page.fill("#knob-density", "3")
    assert "Density" in page.get_attribute("#undo", "title")
    page.click("#undo")
    assert daemon.wait_for(SetKnob("density", 1.25))
    page.click("#undo")

    assert daemon.wait_for(SetKnob("harmony", KNOBS["harmony"][2]))
    assert knobs(page) == {name: usual for name, (_, _, usual) in KNOBS.items()}
    expect(page.locator("#undo")).to_be_disabled()


def test_one_drag_of_a_knob_is_one_turn(visit):
    page = visit()
    page.evaluate(
        """() => {
            const knob = document.getElementById("knob-rhythm");
            for (let i = 0; i < 30; i++) {
                knob.value = i / 30;
                knob.dispatchEvent(new Event("input", { bubbles: true }));
            }
        }"""
    )
    page.click("#undo")

    assert knobs(page)["rhythm"] == KNOBS["rhythm"][2]
    expect(page.locator("#undo")).to_be_disabled()


def test_a_double_click_brings_back_the_usual_value(visit, daemon):
    page = visit()
    page.fill("#knob-temperature", "0.3")
    page.dblclick("label[for=knob-temperature]")

    assert daemon.wait_for(SetKnob("temperature", KNOBS["temperature"][2]))
    assert knobs(page)["temperature"] == KNOBS["temperature"][2]


def test_every_built_in_preset_is_within_the_range_of_each_knob(visit, daemon):
    page = visit()
    presets = page.evaluate("import('/page/presets.js').then(({ BUILT_IN }) => BUILT_IN)")
    for name, values in presets.items():
        page.select_option("#preset", name)
        expect(page.locator("#preset")).to_have_value(name)
        for knob, value in (values or {}).items():
            low, high, _ = KNOBS[knob]
            assert low <= value <= high
            assert daemon.wait_for(SetKnob(knob, value))
        assert values is None or set(values) == set(KNOBS)


def test_a_preset_is_undone_at_once(visit):
    page = visit()
    before = knobs(page)
    page.select_option("#preset", "Outside")
    assert knobs(page) != before
    page.keyboard.press("Control+z")

    assert knobs(page) == before
    expect(page.locator("#preset")).to_have_value("Bandmate")


def test_an_own_preset_is_kept_and_deleted(visit):
    page = visit()
    page.fill("#knob-harmony", "0.33")
    page.click("#preset-save")
    page.fill("#preset-name", "<b>mine</b>")
    page.keyboard.press("Enter")
    expect(page.locator("#preset")).to_have_value("<b>mine</b>")
    page.reload()
    wait_until(page, "globalThis.melodyrl?.state != null")
    page.select_option("#preset", "Sparse")
    page.select_option("#preset", "<b>mine</b>")
    assert knobs(page)["harmony"] == 0.33
    page.click("#preset-delete")

    assert "<b>mine</b>" not in page.locator("#preset option").all_inner_texts()


def test_a_name_that_is_taken_by_a_built_in_preset_is_one_sentence(visit):
    page = visit()
    page.fill("#knob-harmony", "0.33")
    page.click("#preset-save")
    page.fill("#preset-name", "Lyrical")
    page.keyboard.press("Enter")

    wait_until(page, "!document.getElementById('notice').hidden")
    assert "choose a name" in page.inner_text("#notice")


@pytest.mark.parametrize("stored", ["{", "[1]", '{"a": null}', '{"a": {"harmony": "x"}}', "null"])
def test_presets_that_are_not_ours_are_as_if_there_were_none(visit, stored):
    page = visit(prepare=f"localStorage.setItem('melodyrl presets', {stored!r})")

    assert page.locator("#preset optgroup").count() == 1
    expect(page.locator("#preset")).to_have_value("Bandmate")


def test_the_meter_reaches_the_engine(visit, daemon):
    page = visit()
    page.select_option("#meter", "3/4")

    assert daemon.wait_for(SetMeter(3, 4))


def test_the_pedal_holds_what_is_let_go_until_it_comes_up(visit, daemon):
    page = visit()
    page.keyboard.down(" ")
    page.keyboard.press("a")
    page.keyboard.press("d")
    wait_for_voices(page, {"player:48", "player:52", "machine:60", "machine:64"})
    expect(page.locator("#pedal")).to_be_checked()
    page.keyboard.up(" ")

    wait_for_voices(page, set())
    assert daemon.wait_for(NoteOff(48))


def test_a_note_that_is_struck_again_under_the_pedal_sounds_again(visit, daemon):
    page = visit()
    page.check("#pedal")
    for _ in range(3):
        page.keyboard.press("a")
    assert daemon.wait_for(NoteOn(48, 88))
    page.uncheck("#pedal")
    wait_for_voices(page, set())

    ons = [event for event in daemon.told if isinstance(event, NoteOn)]
    offs = [event for event in daemon.told if isinstance(event, NoteOff)]
    assert len(ons) == len(offs) == 3


def test_a_voice_that_is_chosen_is_the_one_that_sounds(visit):
    page = visit()
    page.select_option("#voice-player", "pad")
    page.select_option("#voice-machine", "bass")
    page.locator("#voice-machine").blur()
    page.keyboard.down("a")
    wait_for_voices(page, {"player:48", "machine:60"})

    assert page.evaluate("melodyrl.instruments") == {"player": "pad", "machine": "bass"}
    page.keyboard.up("a")


def test_a_player_who_is_not_to_be_heard_is_silent(visit):
    page = visit()
    page.uncheck("#hear-machine")
    page.keyboard.down("a")
    wait_until(page, "melodyrl.notes.length === 2")

    assert voices(page) == {"player:48"}
    page.keyboard.up("a")
