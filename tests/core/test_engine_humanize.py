"""What is sent strays a little in time and in loudness; what is decided does not."""

from collections import defaultdict
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from melodyrl.core.engine.config import EngineConfig, default_knobs
from melodyrl.core.engine.engine import Engine
from melodyrl.core.engine.events import SetKnob, SetTempo, Start
from melodyrl.core.engine.humanize import Hand
from melodyrl.core.engine.offline import run_offline
from melodyrl.core.engine.swing import delay
from melodyrl.core.engine.takes import from_lines, to_lines
from melodyrl.core.midi.clock import RealTime
from melodyrl.core.midi.messages import NoteOff, NoteOn
from melodyrl.core.music import COMMON, Key
from melodyrl.core.policy.chords.preset import CHORDS
from tests.fakes import BusyPolicy, FakePolicy
from tests.polling import asked_rarely, assert_whole_and_again
from tests.strategies import MS, events, timed

SECOND = 1_000 * MS
STEP = 125 * MS
LISTEN = 20 * MS
HAND = Hand(7, 1)
GROOVE = "kick x... x... x... x...\nhat x.x. x.x. x.x. x.x."
few = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
amounts = st.floats(0, 1)


class FakeChords(FakePolicy):
    preset = CHORDS


def engine(policy=None, humanize=1.0, swing=0.0, **config):
    knobs = default_knobs() | {"humanize": humanize, "swing": swing}
    config = EngineConfig(key=Key(0), knobs=knobs, **config)
    return Engine(config, policy or BusyPolicy(), chord_policy=FakeChords())


def begun(outgoing, channel=0):
    ons = [each for each in outgoing if isinstance(each.message, NoteOn)]
    return [each for each in ons if each.message.channel == channel]


def strayed(**config):
    """How late each note-on of eight bars at 120 is after its sixteenth, in milliseconds."""
    outgoing = run_offline(engine(**config), [(0, NoteOn(60))], 16 * SECOND)
    return np.array([(each.due_ns - LISTEN) % STEP / MS for each in begun(outgoing)])


def test_it_is_exact_by_default():
    assert EngineConfig().knobs["humanize"] == 0
    assert not strayed(humanize=0.0).any()
    assert HAND.touched([NoteOn(60, 80)], 3, 0.0) == [NoteOn(60, 80)]


def test_it_strays_by_some_milliseconds_and_is_never_early():
    late = strayed()

    assert late.min() >= 0
    assert late.max() <= 32
    assert late.mean() == pytest.approx(16, abs=6)
    assert 4 < late.std() < 12


def test_half_the_knob_strays_half_as_far():
    assert strayed(humanize=0.5) == pytest.approx(strayed(humanize=1.0) / 2, abs=1e-5)


def test_it_drifts_slowly_as_well():
    """Of independent deviations the means of 16 would stray a quarter as far as each does."""
    late = np.array([HAND.late_ns(step, 1.0, STEP) for step in range(16 * 256)])

    bars = late.reshape(-1, 16).mean(axis=1)

    assert bars.std() > 0.45 * late.std()


def test_the_power_falls_as_the_frequency_rises():
    late = np.array([HAND.late_ns(step, 1.0, STEP) for step in range(64 * 256)], float)
    power = (np.abs(np.fft.rfft(late.reshape(-1, 64) - late.mean())) ** 2).mean(axis=0)

    slow, fast = power[1:4].mean(), power[16:].mean()

    assert 4 < slow / fast < 40, "1/f: a tenfold frequency has a tenth of the power"


@given(st.integers(0, 10**6), amounts, st.floats(0, 1), st.sampled_from([20.0, 120.0, 400.0]))
def test_no_sixteenth_is_due_before_the_one_that_it_follows(step, humanize, swing, tempo_bpm):
    length = 15e9 / tempo_bpm

    def due(step):
        swung = (step + delay(step % 16, COMMON, swing)) * length
        return swung + HAND.late_ns(step, humanize, length)

    assert due(step + 1) - due(step) > length / 3
    assert 0 <= HAND.late_ns(step, humanize, length) <= length / 3


def test_another_seed_strays_otherwise_and_the_same_seed_the_same():
    assert (strayed(seed=1) == strayed(seed=1)).all()
    assert (strayed(seed=1) != strayed(seed=2)).any()


def test_the_notes_of_a_chord_stay_together_and_differ_in_loudness():
    outgoing = run_offline(engine(mode="chords"), [(0, NoteOn(72))], 8 * SECOND)

    chords = defaultdict(list)
    for each in begun(outgoing):
        chords[each.due_ns].append(each.message.velocity)

    assert chords
    assert all(len(chord) >= 3 for chord in chords.values())
    assert any(len(set(chord)) > 1 for chord in chords.values())


def test_decisions_stay_the_same():
    def told(humanize):
        outgoing = run_offline(engine(FakePolicy(), humanize), [(0, NoteOn(60))], 16 * SECOND)
        return [(type(each.message), each.message.pitch) for each in outgoing]

    assert told(1.0) == told(0.0)


def test_loudness_strays_around_what_was_decided():
    def velocities(humanize):
        outgoing = run_offline(engine(humanize=humanize), [(0, NoteOn(60))], 60 * SECOND)
        return np.array([each.message.velocity for each in begun(outgoing)])

    louder = velocities(1.0) - velocities(0.0)

    assert 2 < louder.std() < 10
    assert abs(louder.mean()) < 4
    assert np.abs(louder).max() <= 24


@pytest.mark.parametrize(("velocity", "within"), [(1, (1, 30)), (127, (98, 127))])
def test_loudness_stays_one_that_can_be_sent(velocity, within):
    for step in range(200):
        (note,) = HAND.touched([NoteOn(60, velocity)], step, 1.0)
        assert within[0] <= note.velocity <= within[1]


def test_drums_stray_on_their_own_and_drift_with_the_line():
    drums = Hand(7, 2)
    both = np.array(
        [[hand.late_ns(step, 1.0, STEP) for step in range(4096)] for hand in (HAND, drums)]
    )

    alike = np.corrcoef(both)[0, 1]

    assert 0.25 < alike < 0.6, "three of seven dice are everybody's"


def test_strokes_are_humanized():
    told = [(0, Start())]
    exact, loose = (
        begun(
            run_offline(engine(humanize=each, drums=True, pattern=GROOVE), told, 8 * SECOND - MS), 9
        )
        for each in (0.0, 1.0)
    )

    late = [b.due_ns - a.due_ns for a, b in zip(exact, loose, strict=True)]
    assert min(late) >= 0
    assert max(late) <= 32 * MS
    assert len(set(late)) > 20
    assert [each.message.pitch for each in loose] == [each.message.pitch for each in exact]
    assert len({each.message.velocity for each in loose}) > len(
        {each.message.velocity for each in exact}
    )


def test_second_voices_come_at_once_and_a_clock_that_is_sent_stays_exact():
    bandmate = engine(mode="harmony", clock_out=True)
    told = [(0, NoteOn(60, 80)), (2 * STEP + 5, NoteOn(64, 80))]

    outgoing = run_offline(bandmate, told, SECOND)

    assert [each.due_ns for each in begun(outgoing)] == [0, 2 * STEP + 5]
    assert len({each.message.velocity for each in begun(outgoing)}) == 1
    ticks = [each.due_ns for each in outgoing if each.message is RealTime.TICK]
    assert {(b - a) // 10_000 for a, b in pairwise(ticks[1:])} == {2083}


def test_a_knob_that_is_turned_live_holds_from_the_next_step_on():
    turns = [(SECOND + 60 * MS, SetKnob("humanize", 0.0))]

    outgoing = begun(run_offline(engine(), [(0, NoteOn(60)), *turns], 3 * SECOND))

    late = [(each.due_ns - LISTEN) % STEP for each in outgoing]
    assert any(late[:9])
    assert not any(late[9:])


def test_a_take_from_before_it_was_exact():
    recording = engine().recording()
    lines = [line.replace('"humanize": 1.0, ', "") for line in to_lines(recording)]

    assert from_lines(lines).config.knobs["humanize"] == 0


turning = st.one_of(
    events,
    st.builds(SetKnob, st.sampled_from(["humanize", "swing"]), amounts),
    st.builds(SetTempo, st.floats(20, 400)),
)


@few
@given(timed(turning), st.sampled_from(["solo", "chords", "harmony", "answer"]), st.booleans())
def test_whatever_is_told_each_on_has_its_off_in_order_and_a_replay_the_same_bytes(
    told, mode, drums
):
    config = {"mode": mode, "drums": drums, "pattern": GROOVE, "swing": 1.0}
    bandmate = engine(FakePolicy(), **config)

    assert_whole_and_again(bandmate, told, FakePolicy(), FakeChords())


@few
@given(timed(turning), st.sampled_from(["solo", "chords"]))
def test_polling_changes_nothing_that_strays(told, mode):
    until = (told[-1][0] if told else 0) + 3 * SECOND
    rarely, often = (engine(FakePolicy(), mode=mode) for _ in range(2))

    assert asked_rarely(rarely, told, until) == run_offline(often, told, until)


def test_a_fork_strays_as_the_one_that_it_came_from():
    bandmate = engine()
    run_offline(bandmate, [(0, NoteOn(60)), (SECOND, NoteOff(60))], 2 * SECOND)
    fork = bandmate.fork()

    assert fork.due(6 * SECOND) == bandmate.due(6 * SECOND)
