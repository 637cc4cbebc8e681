"""A control of the player's keyboard turns what it was bound to, or what it learns."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from melodyrl.core.engine.config import EngineConfig
from melodyrl.core.engine.controls import bound, meaning, scaled
from melodyrl.core.engine.engine import Engine
from melodyrl.core.engine.events import (
    KNOBS,
    MODES,
    SWITCHES,
    TARGETS,
    Forget,
    Learn,
    SetKnob,
    SetMode,
)
from melodyrl.core.engine.offline import replay, run_offline
from melodyrl.core.engine.takes import from_lines, to_lines
from melodyrl.core.midi.messages import ControlChange, NoteOff, NoteOn
from melodyrl.errors import ConfigError
from tests.fakes import BusyPolicy, FakePolicy
from tests.strategies import MS, controls, events, learning, timed
from tests.wire import balance

SECOND = 1_000 * MS


def engine(*bindings, **config):
    return Engine(EngineConfig(bindings=tuple(bindings), **config), BusyPolicy())


def told(bandmate, *asked):
    for event in asked:
        bandmate.receive(event, bandmate.told_ns)
    return bandmate.snapshot()


def knob(picture, name):
    return dict(picture.knobs)[name]


@pytest.mark.parametrize("name", KNOBS)
def test_a_whole_turn_of_a_control_is_the_whole_range_of_a_knob(name):
    low, high, _ = KNOBS[name]
    bandmate = engine((21, name))
    places = [knob(told(bandmate, ControlChange(21, at)), name) for at in range(128)]

    assert (places[0], places[-1]) == (low, high)
    assert places[63] < (low + high) / 2 < places[64]
    assert places == sorted(places)
    assert places[64] - places[63] == pytest.approx((high - low) / 127)


def test_a_control_turns_on_every_channel():
    assert knob(told(engine((21, "harmony")), ControlChange(21, 0, 9)), "harmony") == 0.0


def test_a_control_that_is_bound_to_nothing_turns_nothing():
    bandmate = engine((21, "harmony"))
    before = bandmate.snapshot()

    assert told(bandmate, ControlChange(22, 99)) == before


def test_the_control_that_moves_next_is_learned_and_turns_at_once():
    bandmate = engine()
    armed = told(bandmate, Learn("density"))
    learned = told(bandmate, ControlChange(74, 127))

    assert (armed.armed, armed.bindings) == ("density", ())
    assert (learned.armed, learned.bindings) == (None, ((74, "density"),))
    assert knob(learned, "density") == 4.0
    assert told(bandmate, ControlChange(75, 0)).bindings == ((74, "density"),)


def test_learning_replaces_the_binding_of_the_control_and_that_of_the_target():
    bandmate = engine((1, "rhythm"), (21, "harmony"), (22, "density"))

    picture = told(bandmate, Learn("density"), ControlChange(21, 127))

    assert picture.bindings == ((1, "rhythm"), (21, "density"))
    before = knob(picture, "harmony")
    assert knob(told(bandmate, ControlChange(21, 3)), "harmony") == before


def test_none_disarms_and_the_last_that_was_asked_for_is_learned():
    bandmate = engine()

    assert told(bandmate, Learn("harmony"), Learn(None), ControlChange(21, 9)).bindings == ()
    picture = told(bandmate, Learn("harmony"), Learn("rhythm"), ControlChange(21, 9))
    assert picture.bindings == ((21, "rhythm"),)


def test_what_is_forgotten_is_turned_no_more():
    bandmate = engine((21, "harmony"), (22, "rhythm"))

    picture = told(bandmate, Forget("harmony"), Forget("density"), ControlChange(21, 0))

    assert picture.bindings == ((22, "rhythm"),)
    assert knob(picture, "harmony") == KNOBS["harmony"][2]


@pytest.mark.parametrize("controller", [0, 32, 64, *range(120, 128)])
def test_a_controller_with_a_meaning_of_its_own_is_not_learned(controller):
    bandmate = engine()

    picture = told(bandmate, Learn("harmony"), ControlChange(controller, 127))

    assert (picture.armed, picture.bindings) == ("harmony", ())
    assert told(bandmate, ControlChange(119, 127)).bindings == ((119, "harmony"),)


def test_a_pedal_stays_a_pedal_while_a_control_is_waited_for():
    bandmate = engine()

    picture = told(bandmate, Learn("harmony"), NoteOn(60), ControlChange(64, 127), NoteOff(60))

    assert picture.held == (60,)


@pytest.mark.parametrize("mode", MODES)
def test_a_mode_is_switched_where_its_control_passes_the_middle_upward(mode):
    other = MODES[MODES.index(mode) - 1]
    bandmate = engine((21, f"mode-{mode}"), mode=other)

    modes = []
    for value in (0, 63, 64, 127, 64, 63, 127):
        modes.append(told(bandmate, ControlChange(21, value)).mode)
        told(bandmate, SetMode(other))

    assert modes == [other, other, mode, other, other, other, mode]


def test_a_switch_that_is_on_stays_on_while_another_control_is_learned():
    bandmate = engine((21, "mode-off"))
    told(bandmate, ControlChange(21, 127), SetMode("solo"), Learn("rhythm"), ControlChange(1, 5))

    assert told(bandmate, ControlChange(21, 120)).mode == "solo"
    assert told(bandmate, Learn("mode-off"), ControlChange(21, 127)).mode == "off"


@pytest.mark.parametrize("target", ["panic", "stop"])
def test_panic_and_stop_can_be_switched(target):
    bandmate = engine((21, target))
    begun = run_offline(bandmate, [(0, NoteOn(60))], SECOND)
    assert bandmate.snapshot().sounding

    bandmate.receive(ControlChange(21, 127), SECOND)
    picture = bandmate.snapshot()

    assert not picture.running
    assert picture.held == (() if target == "panic" else (60,))
    ons, offs = balance([*begun, *bandmate.due(SECOND)])
    assert ons == offs


def test_a_control_plays_exactly_as_its_knob_does():
    notes = [(0, NoteOn(48)), (0, NoteOn(52)), (0, NoteOn(55))]
    by_control = [(at * MS, ControlChange(21, at % 128)) for at in range(0, 3000, 37)]
    by_knob = [(at, SetKnob("density", scaled("density", each.value))) for at, each in by_control]

    turned = run_offline(engine((21, "density")), [*notes, *by_control], 4 * SECOND)

    assert turned == run_offline(engine(), [*notes, *by_knob], 4 * SECOND)


def test_bindings_are_part_of_a_recording():
    bandmate = engine((21, "harmony"), (22, "mode-chords"))
    told(bandmate, Learn("panic"), ControlChange(23, 0), Learn(None), Forget("harmony"))

    recording = from_lines(list(to_lines(bandmate.recording())))

    assert recording == bandmate.recording()
    assert recording.config.bindings == ((21, "harmony"), (22, "mode-chords"))


@settings(max_examples=25)
@given(timed(st.one_of(events, controls, controls, learning)), st.sampled_from(MODES))
def test_whatever_is_learned_notes_end_and_a_replay_is_exact(steps, mode):
    config = EngineConfig(bindings=((1, "temperature"), (7, "mode-harmony")), mode=mode)
    bandmate = Engine(config, FakePolicy())
    until = (steps[-1][0] if steps else 0) + SECOND
    outgoing = run_offline(bandmate, steps, until)

    assert replay(bandmate.recording(), FakePolicy()) == outgoing
    picture = bandmate.snapshot()
    assert len({at for at, _ in picture.bindings} | {0, 64, 120, 123}) == 4 + len(picture.bindings)
    assert len({target for _, target in picture.bindings}) == len(picture.bindings)
    assert all(low <= knob(picture, name) <= high for name, (low, high, _) in KNOBS.items())
    ons, offs = balance([*outgoing, *bandmate.close(until)])
    assert ons == offs


@pytest.mark.parametrize(
    ("bindings", "words"),
    [
        (((128, "harmony"),), "not one of 0 to 127"),
        (((True, "harmony"),), "not one of 0 to 127"),
        ((("21", "harmony"),), "not one of 0 to 127"),
        (((64, "harmony"),), "Controller 64 is the sustain pedal; choose another one"),
        (((0, "harmony"),), "Controller 0 is bank select"),
        (((32, "harmony"),), "Controller 32 is bank select"),
        (((123, "harmony"),), "Controller 123 is a channel mode message"),
        (((21, "loudness"),), "Controller 21 cannot turn 'loudness'; choose harmony, "),
        (((21, ["harmony"]),), "cannot turn"),
        (((21, "harmony"), (21, "rhythm")), "Each controller is bound once at most"),
        (((21, "harmony"), (22, "harmony")), "Each target is bound once at most"),
    ],
)
def test_bindings_that_cannot_be_are_refused_in_one_sentence(bindings, words):
    with pytest.raises(ConfigError) as raised:
        engine(*bindings)

    assert words in str(raised.value)
    assert "\n" not in str(raised.value)


def test_the_later_of_two_bindings_holds():
    bindings = ()
    for controller, target in [(21, "harmony"), (22, "rhythm"), (21, "density"), (23, "rhythm")]:
        bindings = bound(bindings, controller, target)

    assert bindings == ((21, "density"), (23, "rhythm"))


def test_every_free_controller_can_turn_every_target():
    assert sum(meaning(each) is None for each in range(128)) == 128 - 11
    assert (*KNOBS, *SWITCHES) == TARGETS
    for target in TARGETS:
        assert told(engine(), Learn(target), ControlChange(1, 0)).bindings == ((1, target),)
