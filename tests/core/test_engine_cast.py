"""A policy that is set while it plays enters at the bar line, and takes over what is there."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from melodyrl.core.engine.config import EngineConfig
from melodyrl.core.engine.engine import Engine
from melodyrl.core.engine.events import MODES, Nanos, SetMeter, SetPolicy, Stop
from melodyrl.core.engine.offline import replay, run_offline
from melodyrl.core.engine.takes import from_lines, to_lines
from melodyrl.core.midi.messages import NoteOff, NoteOn
from melodyrl.core.music import Key
from melodyrl.core.policy.chords.preset import CHORDS
from melodyrl.core.policy.presets import EIGHT_BAR, FULL
from melodyrl.errors import ConfigError, FileError
from tests.fakes import BrokenPolicy, BusyPolicy, EightBarPolicy, FakePolicy, decision
from tests.strategies import MS, timed
from tests.wire import balance

STEP = 125 * MS
BAR = 16 * STEP
HELD = [(Nanos(0), NoteOn(pitch)) for pitch in (48, 52, 55)]
few = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


class SilentPolicy(FakePolicy):
    """Rests."""

    name, digest = "silent", "silent-1"

    def decide(self, question, rng):
        return decision(FULL.actions.rest, question.judgement)


class Chords(FakePolicy):
    preset, name, digest = CHORDS, "chords", "chords-1"


class OtherChords(Chords):
    name, digest = "other chords", "chords-2"


def engine(policy=None, **config):
    settings = {"key": Key(0), "seed": 3, **config}
    return Engine(EngineConfig(**settings), policy or BusyPolicy(), chord_policy=Chords())


def choose(bandmate, policy, part="melody", at_ns=0):
    bandmate.admit(policy)
    bandmate.receive(SetPolicy(part, policy.digest), Nanos(at_ns))


def onsets(outgoing):
    return [
        round((each.due_ns - 20 * MS) / STEP)
        for each in outgoing
        if isinstance(each.message, NoteOn)
    ]


@pytest.mark.parametrize("step", range(32))
def test_a_policy_that_is_set_at_any_sixteenth_enters_at_the_next_bar_line(step):
    bandmate = engine()
    outgoing = run_offline(bandmate, HELD, Nanos(step * STEP + 50 * MS))
    choose(bandmate, SilentPolicy(), at_ns=step * STEP + 50 * MS)
    outgoing += run_offline(bandmate, [], Nanos(4 * BAR))

    entered = (step // 16 + 1) * 16
    assert onsets(outgoing) == list(range(entered))
    ons, offs = balance(outgoing)
    assert ons == offs


def test_the_snapshot_says_who_plays_and_who_comes():
    bandmate = engine()
    run_offline(bandmate, HELD, Nanos(STEP))
    choose(bandmate, SilentPolicy(), at_ns=STEP)
    before = bandmate.snapshot()
    bandmate.due(Nanos(BAR + STEP))
    after = bandmate.snapshot()

    assert dict(before.policies) == {"melody": "fake-1", "chords": "chords-1"}
    assert before.coming == (("melody", "silent-1"),)
    assert dict(after.policies)["melody"] == "silent-1"
    assert after.coming == ()


def test_where_no_music_runs_it_plays_at_once():
    bandmate = engine(mode="harmony")
    choose(bandmate, SilentPolicy())

    assert dict(bandmate.snapshot().policies)["melody"] == "silent-1"


def test_music_that_ends_before_the_bar_line_begins_again_with_the_new_one():
    bandmate = engine()
    run_offline(bandmate, HELD, Nanos(STEP))
    choose(bandmate, SilentPolicy(), at_ns=STEP)
    bandmate.receive(Stop(), Nanos(2 * STEP))
    bandmate.due(Nanos(2 * STEP))

    assert bandmate.snapshot().coming == ()
    assert onsets(run_offline(bandmate, [(Nanos(3 * STEP), NoteOn(60))], Nanos(BAR))) == []


def test_a_new_meter_begins_the_bar_that_it_enters_at():
    bandmate = engine()
    run_offline(bandmate, HELD, Nanos(4 * STEP))
    choose(bandmate, SilentPolicy(), at_ns=4 * STEP)
    outgoing = run_offline(bandmate, [(Nanos(4 * STEP), SetMeter(3, 4))], Nanos(BAR))

    assert max(onsets(outgoing), default=0) < 5


def test_of_two_before_one_bar_line_the_later_enters():
    bandmate = engine(SilentPolicy())
    run_offline(bandmate, HELD, Nanos(STEP))
    choose(bandmate, FakePolicy(), at_ns=STEP)
    choose(bandmate, SilentPolicy(), at_ns=2 * STEP)

    assert onsets(run_offline(bandmate, [], Nanos(2 * BAR))) == []


def test_a_chord_policy_leaves_the_melody_alone():
    bandmate = engine(mode="chords")
    choose(bandmate, OtherChords(), "chords")

    assert dict(bandmate.snapshot().policies) == {"melody": "fake-1", "chords": "chords-2"}


@pytest.mark.parametrize(
    "event",
    [
        SetPolicy("melody", "never-admitted"),
        SetPolicy("chords", "silent-1"),
        SetPolicy("bass", "silent-1"),
        SetPolicy("melody", None),
        SetPolicy(["melody"], "silent-1"),
    ],
)
def test_a_policy_that_is_not_known_is_counted_and_changes_nothing(event):
    bandmate = engine()
    bandmate.admit(SilentPolicy())
    bandmate.receive(event, Nanos(0))

    assert bandmate.snapshot().dropped == 1
    assert dict(bandmate.snapshot().policies)["melody"] == "fake-1"
    assert bandmate.recording().events == ()


def test_a_policy_for_another_task_is_not_admitted():
    with pytest.raises(ConfigError, match="playing live needs one for 'full' or 'chords'"):
        engine().admit(EightBarPolicy(EIGHT_BAR))


def test_a_policy_that_fails_once_it_plays_is_replaced_by_the_rules():
    bandmate = engine()
    choose(bandmate, type("Broken", (BrokenPolicy,), {"digest": "broken-1"})())

    outgoing = run_offline(bandmate, HELD, Nanos(2 * BAR))

    assert bandmate.snapshot().failures > 0
    assert onsets(outgoing)


CAST = {
    ("melody", each.digest): each for each in (SilentPolicy(), FakePolicy())
} | {("chords", each.digest): each for each in (Chords(), OtherChords())}  # fmt: skip
swaps = st.builds(lambda key: SetPolicy(*key), st.sampled_from(sorted(CAST)))


def told_with_swaps(bandmate, told, until_ns):
    outgoing = []
    for at_ns, event in told:
        if isinstance(event, SetPolicy):
            bandmate.admit(CAST[event.part, event.digest])
        outgoing += run_offline(bandmate, [(at_ns, event)], Nanos(at_ns))
    return outgoing + run_offline(bandmate, [], until_ns)


@few
@given(timed(most=20), timed(swaps, most=6), st.sampled_from(MODES))
def test_through_swaps_a_replay_is_exact_and_every_note_ends(told, entering, mode):
    told = sorted([*told, *entering], key=lambda each: each[0])
    until_ns = Nanos((told[-1][0] if told else 0) + 2 * BAR)
    bandmate = engine(FakePolicy(), mode=mode)
    outgoing = told_with_swaps(bandmate, told, until_ns)

    recording = from_lines(list(to_lines(bandmate.recording())))

    assert replay(recording, FakePolicy(), Chords(), CAST) == outgoing
    assert (recording.policy_digest, recording.chord_policy_digest) == ("fake-1", "chords-1")
    ons, offs = balance([*outgoing, *bandmate.close(until_ns)])
    assert ons == offs


def test_a_replay_without_the_policy_that_entered_says_which_is_missing():
    bandmate = engine(FakePolicy())
    choose(bandmate, SilentPolicy())

    with pytest.raises(FileError, match="The policy silent-1 that entered for the melody"):
        replay(bandmate.recording(), FakePolicy(), Chords())


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("step", range(16))
def test_a_swap_at_each_sixteenth_leaves_no_note_behind_and_doubles_none(step, mode):
    """Both policies begin notes all the time; the player lets go long before the end."""
    bandmate = engine(FakePolicy(), mode=mode)
    told = [
        (Nanos(at * STEP + offset), event)
        for at in range(0, 40, 2)
        for offset, event in ((0, NoteOn(60 + at % 7)), (STEP, NoteOff(60 + at % 7)))
    ]
    told += [
        (Nanos(step * STEP + 3 * MS), SetPolicy("melody", "silent-1")),
        (Nanos(step * STEP + BAR), SetPolicy("melody", "fake-1")),
        (Nanos(step * STEP), SetPolicy("chords", "chords-2")),
    ]
    told.sort(key=lambda each: each[0])
    outgoing = told_with_swaps(bandmate, told, Nanos(8 * BAR))

    ons, offs = balance(outgoing)
    assert ons == offs
    assert bool(ons) == (mode != "off")
