import pytest
from hypothesis import given
from hypothesis import strategies as st

from melodyrl.core.engine.check import makes_sense
from melodyrl.core.engine.events import KNOBS, Nanos, SetKnob, SetMode, Tap
from melodyrl.core.midi.messages import SUSTAIN, ControlChange, NoteOn
from melodyrl.errors import ConfigError
from melodyrl.live.controls import BUTTONS, Controls, meanings


def told(mapping, *heard):
    events = []
    controls = Controls(lambda event, at_ns: events.append(event), meanings(mapping))
    for event in heard:
        controls(event, Nanos(7))
    return events


def test_a_controller_turns_its_knob_from_end_to_end():
    low, high, _ = KNOBS["density"]

    ends = told(["21=density"], ControlChange(21, 0), ControlChange(21, 127, 9))

    assert ends == [SetKnob("density", low), SetKnob("density", high)]


def test_what_has_no_meaning_is_handed_on():
    heard = (NoteOn(60), ControlChange(SUSTAIN, 127), ControlChange(22, 5))

    assert told(["21=harmony"], *heard) == list(heard)


def test_a_button_is_pressed_once_until_it_comes_up():
    values = (0, 70, 127, 64, 63, 90)

    assert told(["9=tap"], *(ControlChange(9, value) for value in values)) == [Tap(), Tap()]
    assert told(["9 = answer"], ControlChange(9, 127)) == [SetMode("answer")]


@given(st.sampled_from([*KNOBS, *BUTTONS]), st.integers(0, 127))
def test_whatever_it_means_makes_sense_to_the_engine(name, value):
    assert all(makes_sense(event) for event in told([f"1={name}"], ControlChange(1, value)))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("harmony", "write one such as 21=harmony"),
        ("x=harmony", "write one such as 21=harmony"),
        ("21=", "write one such as 21=harmony"),
        ("64=harmony", "sustain pedal"),
        ("123=panic", "cannot be mapped"),
        ("128=panic", "cannot be mapped"),
        ("21=loudness", "choose harmony"),
    ],
)
def test_a_map_that_says_nothing_is_one_sentence(text, sentence):
    with pytest.raises(ConfigError, match=sentence):
        meanings([text])
