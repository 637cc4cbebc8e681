"""What the engine promises whoever drives it, whatever it is told."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from melodyrl.core.engine.config import EngineConfig, default_knobs
from melodyrl.core.engine.engine import Engine
from melodyrl.core.engine.events import (
    MODES,
    Announce,
    Outgoing,
    Panic,
    Release,
    SetKey,
    SetKnob,
    SetMeter,
    SetMode,
    SetTempo,
    Start,
    Stop,
)
from melodyrl.core.engine.notes import take_of
from melodyrl.core.engine.offline import replay, run_offline
from melodyrl.core.midi.messages import ControlChange, NoteOff, NoteOn
from melodyrl.core.music import Key
from melodyrl.core.policy.policy import GreedyPolicy, RulePolicy
from melodyrl.core.policy.presets import EIGHT_BAR, FULL
from melodyrl.errors import ConfigError
from tests.fakes import BrokenPolicy, BusyPolicy, EightBarPolicy, FakePolicy
from tests.polling import asked_often, asked_rarely
from tests.strategies import MS, events, gaps_ns, nonsense, note_offs, note_ons, timed
from tests.wire import balance

SECOND = 1_000 * MS
few = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def engine(policy=None, **config):
    return Engine(EngineConfig(**config), policy or FakePolicy())


def held(at_ns, *pitches, velocity=80):
    return [(at_ns, NoteOn(pitch, velocity)) for pitch in pitches]


def messages(outgoing, kind):
    return [each.message for each in outgoing if isinstance(each.message, kind)]


def test_first_answer_comes_a_listening_time_after_the_first_note():
    bandmate = engine(BusyPolicy())

    bandmate.receive(NoteOn(60), SECOND)

    assert bandmate.next_wake() == SECOND + 17 * MS
    assert bandmate.due(SECOND + 20 * MS - 1) == []
    assert bandmate.next_wake() == SECOND + 20 * MS
    assert [each.due_ns for each in bandmate.due(SECOND + 20 * MS)] == [SECOND + 20 * MS]


def test_decisions_lie_on_the_grid_that_the_first_note_began():
    outgoing = run_offline(engine(BusyPolicy(), tempo_bpm=90.0), held(777, 48, 52, 55), 3 * SECOND)

    away = [(each.due_ns - 777 - 20 * MS) % (60 * SECOND / 90 / 4) for each in outgoing]
    step_ns = 60 * SECOND / 90 / 4
    assert outgoing
    assert max(min(each, step_ns - each) for each in away) <= 1


def test_all_notes_of_a_chord_are_heard_before_the_first_answer():
    bandmate = engine()
    for late_ms, pitch in ((0, 57), (9, 60), (16, 64)):
        bandmate.receive(NoteOn(pitch), SECOND + late_ms * MS)
    bandmate.due(SECOND + 20 * MS)

    picture = bandmate.snapshot()
    assert (picture.chord, picture.key) == ("Am", "A minor")
    assert picture.held == (57, 60, 64)


def test_nothing_is_played_before_anything_is_heard():
    bandmate = engine()

    assert bandmate.next_wake() is None
    assert bandmate.due(100 * SECOND) == []


def test_harmony_changes_with_the_chords():
    told = held(0, 48, 52, 55)
    told += [(2 * SECOND - MS, NoteOff(pitch)) for pitch in (48, 52, 55)]
    told += held(2 * SECOND, 53, 57, 60)
    bandmate = engine(RulePolicy(FULL), key=Key(0))

    outgoing = run_offline(bandmate, told, 4 * SECOND)

    for each in outgoing:
        if isinstance(each.message, NoteOn):
            chord = {0, 4, 7} if each.due_ns < 2 * SECOND else {5, 9, 0}
            assert each.message.pitch % 12 in chord


def test_all_notes_off_lets_the_keys_of_its_channel_go():
    told = [(0, NoteOn(60)), (0, NoteOn(64)), (0, NoteOn(67, 80, 1))]
    told += [(100 * MS, ControlChange(123, 0, channel)) for channel in (0, 2)]
    bandmate = engine(FakePolicy(), mode="harmony")

    outgoing = run_offline(bandmate, told, 110 * MS)

    assert bandmate.snapshot().held == (67,)
    assert len(messages(outgoing, NoteOn)) == 3
    assert [each.due_ns for each in outgoing if isinstance(each.message, NoteOff)] == [100 * MS] * 2
    ours = take_of(bandmate.recording(), bandmate.sent())
    assert [note.end_ns for note in ours.player] == [100 * MS, 100 * MS, 110 * MS]


def test_all_notes_off_of_a_daw_that_locates_changes_nothing_where_no_key_is_down():
    daw = [(SECOND, ControlChange(number, 0, each)) for each in range(16) for number in (64, 123)]
    heard = [*held(0, 57, 60, 64), (400 * MS, NoteOff(57)), (401 * MS, NoteOff(60))]
    heard += [(402 * MS, NoteOff(64))]

    with_daw = run_offline(engine(BusyPolicy()), [*heard, *daw], 60 * SECOND)

    assert with_daw == run_offline(engine(BusyPolicy()), heard, 60 * SECOND)


def test_snapshot_says_where_its_step_begins_on_the_grid():
    bandmate = engine(tempo_bpm=120.0)
    bandmate.receive(NoteOn(60), SECOND)
    began = []
    for at_ms in (1020, 1124, 1160, 3141, 3142):
        bandmate.due(at_ms * MS)
        picture = bandmate.snapshot()
        began.append((picture.bar, picture.step, picture.step_began_ns // MS))

    assert began == [(0, 0, 1000), (0, 0, 1000), (0, 1, 1125), (1, 0, 3000), (1, 1, 3125)]


def test_after_a_new_tempo_the_step_begins_where_that_tempo_puts_it():
    bandmate = engine(tempo_bpm=120.0)
    bandmate.receive(NoteOn(60), SECOND)
    bandmate.receive(SetTempo(60.0), SECOND + 100 * MS)

    began_ns = bandmate.snapshot().step_began_ns
    bandmate.receive(Stop(), 2 * SECOND)

    assert began_ns == SECOND - 100 * MS
    assert bandmate.snapshot().step_began_ns == 2 * SECOND


def test_music_ends_at_the_bar_line_after_four_silent_bars_and_begins_anew():
    bandmate = engine(BusyPolicy())
    told = [*held(0, 60), (SECOND, NoteOff(60))]

    outgoing = run_offline(bandmate, told, 60 * SECOND)

    assert not bandmate.snapshot().running
    assert outgoing[-1].due_ns == 10 * SECOND + 17 * MS
    ons, offs = balance(outgoing)
    assert ons == offs
    again = run_offline(bandmate, held(61 * SECOND + 5, 60), 61 * SECOND + 5 + 20 * MS)
    assert again[0].due_ns == 61 * SECOND + 5 + 20 * MS
    assert (bandmate.snapshot().bar, bandmate.snapshot().step) == (0, 0)


F_MAJOR = (53, 57, 60)


def left_alone(seed, *told):
    """What is said in 4/4 at 120 to a chord of F in C that is let go in the first bar, and more."""
    bandmate = engine(FakePolicy(), key=Key(0), seed=seed)
    lifted = [(SECOND, NoteOff(pitch)) for pitch in F_MAJOR]
    return run_offline(bandmate, [*held(0, *F_MAJOR), *lifted, *told], 30 * SECOND)


@pytest.mark.parametrize("seed", range(6))
def test_a_line_that_is_left_alone_comes_to_rest_at_the_end_of_its_last_bar(seed):
    outgoing = left_alone(seed)

    last = [each for each in outgoing if isinstance(each.message, NoteOn)][-1]
    assert last.message.pitch % 12 == 0, "the one tone that F major has of the tonic's triad"
    assert last.due_ns == 9 * SECOND + 20 * MS, "the last strong beat of the fifth bar"
    assert outgoing[-1] == Outgoing(10 * SECOND + 17 * MS, NoteOff(last.message.pitch))


def test_a_player_who_is_back_in_the_last_bar_is_played_along_with():
    told = [(8 * SECOND + 1_100 * MS, NoteOn(60)), (8 * SECOND + 1_300 * MS, NoteOff(60))]

    outgoing = left_alone(0, *told)
    onsets = [each.due_ns for each in outgoing if isinstance(each.message, NoteOn)]

    assert [at_ns for at_ns in onsets if 9.2 * SECOND < at_ns < 10 * SECOND]
    assert max(onsets) == 17 * SECOND + 20 * MS


def test_a_held_chord_keeps_the_music_going_though_nothing_new_is_played():
    bandmate = engine()

    run_offline(bandmate, held(0, 48, 52, 55), 30 * SECOND)

    assert bandmate.snapshot().running


def test_a_note_off_that_is_lost_does_not_play_for_ever():
    bandmate = engine(mode="harmony")

    bandmate.receive(NoteOn(60), 0)
    outgoing = bandmate.due(10**30)

    assert not bandmate.snapshot().running
    ons, offs = balance(outgoing)
    assert ons == offs


def test_second_voice_comes_at_once_and_ends_with_its_note():
    bandmate = engine(mode="harmony", key=Key(0))

    bandmate.receive(NoteOn(64, 100, 2), 5)
    (begun,) = bandmate.due(5)
    bandmate.receive(NoteOff(64, 1), 2 * SECOND)
    assert messages(bandmate.due(2 * SECOND), NoteOff) == [], "another channel's key came up"
    bandmate.receive(NoteOff(64, 2), 3 * SECOND)
    (ended,) = bandmate.due(3 * SECOND)

    assert (begun.due_ns, ended.due_ns) == (5, 3 * SECOND)
    assert begun.message.velocity == 85
    assert 64 - begun.message.pitch in (3, 4, 5, 7, 8, 9, 12)
    assert begun.message.pitch % 12 in (0, 2, 4, 5, 7, 9, 11)
    assert ended.message == NoteOff(begun.message.pitch)


@few
@given(timed(st.one_of(note_ons, note_offs)))
def test_second_voices_are_consonant_and_none_outlives_its_note(told):
    bandmate = engine(mode="harmony")
    consonant = {3, 4, 5, 7, 8, 9, 12, 15, 16}

    down = set()
    for at_ns, event in told:
        bandmate.receive(event, at_ns)
        down.discard((event.pitch, event.channel))
        if isinstance(event, NoteOn) and event.velocity > 0:
            down.add((event.pitch, event.channel))
        for on in messages(bandmate.due(at_ns), NoteOn):
            assert abs(on.pitch - event.pitch) in consonant
        assert len(bandmate.snapshot().sounding) <= len(down)


def test_where_no_pitch_is_left_the_second_voice_is_silent():
    bandmate = engine(mode="harmony")

    outgoing = run_offline(bandmate, held(0, *range(128)), 0)

    ours = [on.pitch for on in messages(outgoing, NoteOn)]
    assert 0 < len(ours) < 128
    assert len(ours) == len(set(ours))


def test_solo_is_as_loud_as_the_player_and_accents_the_beat():
    def loudness(velocity):
        told = [(0, NoteOn(48 + up, velocity)) for up in range(12)]
        outgoing = run_offline(engine(BusyPolicy()), told, 2 * SECOND)
        return [on.velocity for on in messages(outgoing, NoteOn)]

    soft, loud = loudness(20), loudness(110)

    assert max(soft) < min(loud)
    assert soft[0] == max(soft)
    assert soft[4] > soft[1]


def test_a_chord_that_is_announced_is_seen_above_the_tonic_until_the_music_begins_anew():
    seen = []

    class Onlooker(FakePolicy):
        def decide(self, question, rng):
            next_chord = question.features[25:37]  # of the full preset
            seen.append(tuple(np.flatnonzero(next_chord)))
            return super().decide(question, rng)

    f_major = 1 << 5 | 1 << 9 | 1 << 0
    told = [*held(0, 50, 54, 57), (SECOND, Announce(f_major)), (2 * SECOND, Start())]
    run_offline(engine(Onlooker(), key=Key(2)), told, 3 * SECOND)

    unknown, known = (), (3, 7, 10)
    assert seen == [unknown] * 8 + [known] * 8 + [unknown] * 8


def test_off_only_listens():
    bandmate = engine(BusyPolicy(), mode="off")

    assert run_offline(bandmate, held(0, 57, 60, 64), 4 * SECOND) == []
    assert bandmate.snapshot().chord == "Am"


@pytest.mark.parametrize(
    "command", [SetMode("off"), SetMode("harmony"), Stop(), Panic(), Release()]
)
def test_what_ends_the_playing_releases_at_once(command):
    bandmate = engine(BusyPolicy())
    begun = run_offline(bandmate, held(0, 48, 52, 55), SECOND)
    assert bandmate.snapshot().sounding

    bandmate.receive(command, SECOND)
    ended = bandmate.due(SECOND)

    assert bandmate.snapshot().sounding == ()
    ons, offs = balance([*begun, *ended])
    assert ons == offs


def test_music_runs_on_after_a_release():
    bandmate = engine(BusyPolicy())
    run_offline(bandmate, [*held(0, 48, 52, 55), (SECOND, Release())], SECOND)

    after = run_offline(bandmate, [], 2 * SECOND)

    assert bandmate.snapshot().running
    assert messages(after, NoteOn)


def test_panic_silences_the_channel_and_forgets_what_is_held():
    bandmate = engine(mode="off", channel=4)
    bandmate.receive(NoteOn(60), 0)
    bandmate.receive(Panic(), 1)

    sent = messages(bandmate.due(1), ControlChange)

    assert sent == [ControlChange(123, 0, 4), ControlChange(120, 0, 4)]
    assert bandmate.snapshot().held == ()
    assert not bandmate.snapshot().running


def test_tempo_changes_keep_the_place():
    bandmate = engine(BusyPolicy())
    run_offline(bandmate, [*held(0, 60), (SECOND, SetTempo(60.0))], SECOND)
    before = bandmate.snapshot()

    outgoing = bandmate.due(3 * SECOND)

    assert (before.bar, before.beat) == (0, 1)
    assert (bandmate.snapshot().bar, bandmate.snapshot().beat) == (0, 3)
    onsets = [each.due_ns for each in outgoing if isinstance(each.message, NoteOn)]
    assert set(np.diff(onsets)) == {250 * MS}


def test_a_key_comes_into_force_at_the_bar_line():
    bandmate = engine(key=Key(0))
    told = [*held(0, 48, 52, 55), (2 * SECOND + 500 * MS, SetKey(7, minor=False))]
    run_offline(bandmate, told, 4 * SECOND)
    assert bandmate.snapshot().key == "C major"

    bandmate.due(4 * SECOND + 20 * MS)

    assert bandmate.snapshot().key == "G major"


def test_a_meter_begins_a_bar_at_the_next_step():
    bandmate = engine()
    run_offline(bandmate, [*held(0, 60), (SECOND, SetMeter(3, 4))], SECOND + 20 * MS)

    picture = bandmate.snapshot()
    assert (picture.meter, picture.bar, picture.step) == ("3/4", 1, 0)


def test_start_begins_a_bar_without_a_note():
    bandmate = engine(BusyPolicy(), key=Key(2))
    outgoing = run_offline(bandmate, [(0, Start())], SECOND)

    assert messages(outgoing, NoteOn)
    assert all(on.pitch % 12 in {2, 4, 6, 7, 9, 11, 1} for on in messages(outgoing, NoteOn))


def test_knobs_reach_the_policy():
    class Watcher(BusyPolicy):
        def decide(self, question, rng):
            self.seen = (question.w.copy(), question.temperature)
            return super().decide(question, rng)

    policy = Watcher()
    bandmate = engine(policy)
    run_offline(bandmate, held(0, 60), 20 * MS)
    level, _ = policy.seen
    bandmate.receive(SetKnob("harmony", 1.0), 21 * MS)
    bandmate.receive(SetKnob("temperature", 0.3), 22 * MS)
    bandmate.due(SECOND)

    turned, temperature = policy.seen
    assert turned[0] > level[0]
    assert temperature == 0.3
    assert dict(bandmate.snapshot().knobs)["harmony"] == 1.0


@few
@given(nonsense)
def test_nonsense_is_counted_and_changes_nothing(event):
    bandmate = engine()

    bandmate.receive(event, 5)

    assert bandmate.snapshot().dropped == 1
    assert bandmate.due(SECOND) == []
    assert bandmate.recording().events == ()


def test_time_that_runs_backward_stands_still():
    bandmate = engine(BusyPolicy())
    bandmate.receive(NoteOn(60), 5 * SECOND)
    bandmate.receive(NoteOn(64), 1 * SECOND)
    bandmate.receive(NoteOn(67), -7)

    assert [at for at, _ in bandmate.recording().events] == [5 * SECOND] * 3
    assert bandmate.next_wake() == 5 * SECOND + 17 * MS


def test_a_policy_that_fails_is_counted_and_the_rules_play_on():
    bandmate = engine(BrokenPolicy())
    ruled = engine(RulePolicy(FULL))

    outgoing = run_offline(bandmate, held(0, 48, 52, 55), 4 * SECOND)

    assert outgoing == run_offline(ruled, held(0, 48, 52, 55), 4 * SECOND)
    picture = bandmate.snapshot()
    assert picture.fallback
    assert picture.failures == 32
    assert not ruled.snapshot().fallback


def test_a_policy_for_another_task_is_refused():
    with pytest.raises(ConfigError, match="eight-bar"):
        engine(EightBarPolicy(EIGHT_BAR))


@pytest.mark.parametrize(
    "wrong",
    [
        {"tempo_bpm": float("nan")},
        {"mode": "dance"},
        {"channel": 16},
        {"knobs": {}},
        {"seed": -1},
        {"listen_ns": -1},
        {"key": Key(12)},
        {"clock": "sun"},
    ],
)
def test_a_config_out_of_range_is_refused(wrong):
    with pytest.raises(ConfigError):
        engine(**wrong)


def test_the_reason_names_the_choice_and_its_terms():
    bandmate = engine(GreedyPolicy(FULL))
    run_offline(bandmate, held(0, 57, 60, 64), 20 * MS)

    why = bandmate.snapshot().why

    assert why is not None
    assert [name for name, _ in why.chosen.terms] == list(FULL.terms)
    assert len(why.alternatives) == 4
    assert why.chosen.name not in [each.name for each in why.alternatives]
    values = [each.value for each in why.alternatives]
    assert values == sorted(values, reverse=True)


def test_take_pairs_the_notes_of_both_players():
    bandmate = engine(BusyPolicy())
    told = [*held(0, 60, velocity=90), (SECOND, NoteOff(60)), *held(SECOND, 62)]
    run_offline(bandmate, told, 2 * SECOND)

    take = take_of(bandmate.recording(), bandmate.sent())

    played = [(note.pitch, note.start_ns, note.end_ns) for note in take.player]
    assert played == [(60, 0, SECOND), (62, SECOND, 2 * SECOND)]
    assert take.ours[0].start_ns == 20 * MS
    assert all(note.start_ns < note.end_ns <= 2 * SECOND for note in take.ours)


@few
@given(
    st.lists(st.tuples(st.integers(-SECOND, 3 * SECOND), st.one_of(events, events, nonsense))),
    st.sampled_from(MODES),
)
def test_every_on_gets_exactly_one_off_whatever_is_told_and_whenever(jumps, mode):
    bandmate = engine(mode=mode)
    outgoing, now = [], 0
    for jump_ns, event in jumps:
        now += jump_ns
        bandmate.receive(event, now)
        outgoing += bandmate.due(now)
    outgoing += bandmate.close(now)

    ons, offs = balance(outgoing)
    assert ons == offs
    assert bandmate.next_wake() is None
    due = [each.due_ns for each in outgoing]
    assert due == sorted(due), "messages are due in the order in which they are returned"


@pytest.mark.parametrize("mode", MODES)
def test_a_flood_leaves_no_note_behind(mode):
    rng = np.random.default_rng(1)
    bandmate = engine(mode=mode)
    outgoing = []
    for number in range(1_500):
        pitch, is_on = int(rng.integers(128)), rng.random() < 0.6
        note = NoteOn(pitch, 90) if is_on else NoteOff(pitch)
        bandmate.receive(note, number * 100_000)
        outgoing += bandmate.due(number * 100_000)

    ons, offs = balance([*outgoing, *bandmate.close(SECOND)])
    assert ons == offs


@few
@given(timed(), st.sampled_from(MODES), st.lists(st.integers(0, 500 * MS), max_size=40))
def test_polling_never_changes_what_is_played(told, mode, polls):
    until = (told[-1][0] if told else 0) + 3 * SECOND
    rarely, often = engine(mode=mode), engine(mode=mode)

    expected = asked_rarely(rarely, told, until)

    assert asked_often(often, told, polls, until) == expected
    assert often.recording() == rarely.recording()


@few
@given(st.lists(st.tuples(gaps_ns, gaps_ns, events), max_size=30), st.sampled_from(MODES))
def test_a_replay_plays_exactly_what_was_played(steps, mode):
    """Also where the loop was late, so that events were stamped before the last poll."""
    bandmate = engine(mode=mode)
    outgoing, now = [], 0
    for gap_ns, late_ns, event in steps:
        now += gap_ns + late_ns
        outgoing += bandmate.due(now)
        bandmate.receive(event, now - late_ns)
    outgoing += bandmate.due(now + SECOND)

    assert replay(bandmate.recording(), FakePolicy()) == outgoing


@few
@given(
    timed(st.one_of(note_ons, note_ons, note_offs)),
    st.integers(-12, 12),
    st.booleans(),
    st.sampled_from((-2.0, -1.0, 0.0, 1.0)),
)
def test_a_transposed_player_gets_a_transposed_answer(told, up, is_solo, register):
    first = [(0, NoteOn(56)), (0, NoteOn(59)), (0, NoteOn(63))]
    played = first + [(at, event) for at, event in told if event.pitch >= 56]
    moved = [(at, _moved(event, up)) for at, event in played]
    until = played[-1][0] + 3 * SECOND
    config = {
        "mode": "solo" if is_solo else "harmony",
        "knobs": default_knobs() | {"register": register},
    }

    here = run_offline(engine(**config), played, until)
    there = run_offline(engine(**config), moved, until)

    assert [(each.due_ns, _moved(each.message, up)) for each in here] == [
        (each.due_ns, each.message) for each in there
    ]


def _moved(message, up):
    match message:
        case NoteOn(pitch, velocity, channel):
            return NoteOn(pitch + up, velocity, channel)
        case _:
            return NoteOff(message.pitch + up, message.channel)


def test_the_same_seed_plays_the_same_and_another_differently():
    def play(seed):
        policy = GreedyPolicy(FULL)
        return run_offline(engine(policy, seed=seed), held(0, 48, 52, 55), 8 * SECOND)

    assert play(1) == play(1)
    assert play(1) != play(2)
