"""The drummer: a pattern in a loop beside whatever else is played."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from melodyrl.core.drums.kit import NAMES, PITCHES
from melodyrl.core.engine.config import EngineConfig
from melodyrl.core.engine.engine import Engine
from melodyrl.core.engine.events import (
    MODES,
    ChangeDrums,
    Halt,
    Panic,
    Release,
    SetCell,
    SetClock,
    SetDrums,
    SetFill,
    SetMeter,
    SetMode,
    SetTempo,
    Start,
    Stop,
    Sync,
)
from melodyrl.core.engine.notes import take_of
from melodyrl.core.engine.offline import replay, run_offline
from melodyrl.core.engine.snapshot import Asked
from melodyrl.core.engine.takes import from_lines, to_lines
from melodyrl.core.midi.messages import ControlChange, NoteOff, NoteOn
from melodyrl.errors import ConfigError
from tests.fakes import BusyPolicy, FakePolicy
from tests.polling import asked_often, asked_rarely
from tests.strategies import MS, drumming, timed
from tests.wire import balance

SECOND = 1_000 * MS
STEP, BAR = 125 * MS, 2 * SECOND
DRUMS = 9
KICK, SNARE, HAT = (PITCHES[NAMES.index(name)] for name in ("kick", "snare", "hat"))
ROCK = "kick x... .... x... ....\nsnare .... x... .... x..."


def engine(policy=None, **config):
    return Engine(
        EngineConfig(**{"pattern": ROCK, "drums": True, **config}), policy or FakePolicy()
    )


def strokes(outgoing, channel=DRUMS):
    return [
        (each.due_ns, each.message.pitch)
        for each in outgoing
        if isinstance(each.message, NoteOn) and each.message.channel == channel
    ]


def steps(outgoing, origin_ns=0):
    """Which drum is struck at which sixteenth since the music began; all lie on the grid."""
    found = strokes(outgoing)
    assert all((at - origin_ns) % STEP == 0 for at, _ in found)
    return [((at - origin_ns) // STEP, pitch) for at, pitch in found]


def cell(bandmate, drum, step):
    return bandmate.snapshot().drums.cells[NAMES.index(drum)][step]


def test_the_pattern_goes_round_on_the_grid_that_the_first_note_began():
    outgoing = run_offline(engine(mode="off"), [(777, NoteOn(60))], 777 + 2 * BAR - 1)

    bar = [(0, KICK), (4, SNARE), (8, KICK), (12, SNARE)]
    assert steps(outgoing, 777) == [*bar, *((at + 16, pitch) for at, pitch in bar)]


def test_a_stroke_ends_where_the_next_sixteenth_begins():
    outgoing = run_offline(engine(mode="off"), [(0, NoteOn(60))], STEP)

    assert [(each.due_ns, type(each.message)) for each in outgoing] == [
        (0, NoteOn),
        (STEP, NoteOff),
    ]


def test_it_is_silent_until_the_music_begins_and_after_it_was_stopped():
    bandmate = engine()
    assert bandmate.next_wake() is None

    outgoing = run_offline(bandmate, [(0, NoteOn(60)), (BAR + STEP // 2, Stop())], 4 * BAR)

    assert max(each.due_ns for each in outgoing) == BAR + STEP // 2
    ons, offs = balance(outgoing)
    assert ons == offs
    assert bandmate.next_wake() is None


def test_turned_on_it_begins_the_music_alone_and_the_player_joins_on_its_bars():
    bandmate = engine(BusyPolicy(), drums=False)
    alone = run_offline(bandmate, [(5, SetDrums(True))], 5 + 10 * BAR)
    joined = run_offline(bandmate, [(5 + 10 * BAR + STEP, NoteOn(60))], 5 + 11 * BAR)

    assert {each.message.channel for each in alone} == {DRUMS}
    assert steps(alone, 5)[-1] == (160, KICK)
    assert {at for at, _ in strokes(joined, 0)} <= {
        5 + 10 * BAR + 20 * MS + step * STEP for step in range(1, 17)
    }
    assert strokes(joined, 0)
    assert bandmate.snapshot().bar == 10


def test_the_line_rests_after_four_silent_bars_and_the_drums_play_on():
    bandmate = engine(BusyPolicy())
    told = [(0, NoteOn(60)), (SECOND, NoteOff(60))]

    outgoing = run_offline(bandmate, told, 8 * BAR)

    assert strokes(outgoing, 0)[-1][0] < 5 * BAR
    assert steps(outgoing)[-1] == (128, KICK)
    run_offline(bandmate, [(8 * BAR + 1, SetDrums(False))], 8 * BAR + 1)
    assert not bandmate.snapshot().running, "nobody counts the bars any more"


def test_turned_off_it_is_silent_at_once_and_the_line_goes_on():
    bandmate = engine(BusyPolicy())
    told = [(0, NoteOn(60)), (STEP // 2, SetDrums(False))]

    outgoing = run_offline(bandmate, told, BAR)

    drums = [each for each in outgoing if each.message.channel == DRUMS]
    assert [each.due_ns for each in drums] == [0, STEP // 2]
    assert len(strokes(outgoing, 0)) == 16


def test_a_cell_is_heard_as_soon_as_its_step_comes():
    told = [
        (0, NoteOn(60)),
        (STEP + 1, SetCell("hat", 2, "hit")),
        (STEP + 2, SetCell("kick", 8, "open")),
    ]

    outgoing = run_offline(engine(mode="off"), told, BAR - 1)

    assert steps(outgoing) == [(0, KICK), (2, HAT), (4, SNARE), (12, SNARE)]


@pytest.mark.parametrize("running", [True, False])
def test_a_fill_enters_at_the_bar_line_where_there_is_one_and_touches_no_cell_of_the_player(
    running,
):
    bandmate = engine(mode="off")
    told = [
        *([(0, NoteOn(60))] if running else []),
        (STEP, SetCell("hat", 0, "rest")),
        (STEP, ChangeDrums("fill")),
        (2 * STEP, SetFill(1, "kick oooo oooo oooo oooo\nhat o.o. o.o. o.o. o.o.")),
        (3 * STEP, SetCell("hat", 4, "rest")),
    ]
    run_offline(bandmate, told, BAR - 1)
    before = cell(bandmate, "hat", 2)
    bandmate.due(BAR)

    assert before == ("." if running else "o")
    hat = bandmate.snapshot().drums.cells[NAMES.index("hat")]
    assert hat == "-.o.-.o.o.o.o.o."
    assert cell(bandmate, "kick", 0) == "x"


def test_a_fill_that_was_withdrawn_is_not_taken():
    bandmate = engine()
    told = [ChangeDrums("fill"), ChangeDrums("clear"), SetFill(1, "hat oooo oooo oooo oooo")]

    run_offline(bandmate, [(0, each) for each in told], BAR)

    assert cell(bandmate, "hat", 0) == "."
    assert bandmate.snapshot().drums.asked is None


def test_clear_takes_the_machines_hits_away_and_then_the_players():
    bandmate = engine(pattern="kick xo.. .... -... ....")
    bandmate.receive(ChangeDrums("clear"), 0)
    assert bandmate.snapshot().drums.cells[0] == "x.......-......."
    bandmate.receive(ChangeDrums("clear"), 0)
    assert bandmate.snapshot().drums.cells[0] == "." * 16


def test_an_empty_pattern_is_filled_where_the_drums_play_and_only_there():
    assert engine(pattern="").snapshot().drums.asked == Asked(1, "fill")
    bandmate = engine(pattern="", drums=False)
    assert bandmate.snapshot().drums.asked is None
    bandmate.receive(SetDrums(True), 0)
    bandmate.receive(SetDrums(True), 1)
    assert bandmate.snapshot().drums.asked == Asked(1, "fill")


def test_a_variation_is_asked_for_a_bar_before_it_enters():
    bandmate = engine(mode="off", vary_bars=2)
    asked = []
    run_offline(bandmate, [(0, Start()), (0, NoteOn(60))], 0)
    for bar in range(6):
        bandmate.due(bar * BAR + STEP)
        asked.append(bandmate.snapshot().drums.asked)
        if asked[-1]:
            bandmate.receive(SetFill(asked[-1].number, "hat oooo oooo oooo oooo"), bar * BAR + STEP)

    assert asked == [None, Asked(1, "vary"), None, Asked(2, "vary"), None, Asked(3, "vary")]


def test_a_pedal_turns_it_on_and_asks_for_a_fill():
    bandmate = engine(drums=False, mode="off", bindings=((80, "drums-on"), (81, "drums-vary")))
    told = [ControlChange(81, 127), ControlChange(80, 127), ControlChange(81, 0)]

    outgoing = run_offline(bandmate, [(0, each) for each in told], 0)

    assert strokes(outgoing) == [(0, KICK)]
    assert bandmate.snapshot().drums.asked == Asked(1, "vary")


def test_it_swings_with_the_line():
    knobs = dict(EngineConfig().knobs) | {"swing": 1.0}
    outgoing = run_offline(
        engine(mode="off", pattern="hat xxxx xxxx xxxx xxxx", knobs=knobs),
        [(0, NoteOn(60))],
        STEP * 4,
    )

    late = [at % STEP for at, _ in strokes(outgoing)]
    assert late == [0, round(STEP / 3), round(STEP * 2 / 3), round(STEP / 3), 0]


@pytest.mark.parametrize("meter", [(3, 4), (6, 8)])
def test_of_a_shorter_bar_the_first_steps_are_played(meter):
    told = [(0, SetMeter(*meter)), (0, NoteOn(60))]

    outgoing = run_offline(engine(mode="off"), told, 24 * STEP - 1)

    assert [at for at, _ in steps(outgoing)] == [0, 4, 8, 12, 16, 20]


def test_led_by_a_clock_it_plays_from_the_step_that_the_song_is_at():
    led = engine(mode="off", clock="midi")
    told = [(10, Sync(10, 0.0, 120.0)), (BAR, Halt()), (2 * BAR, Sync(2 * BAR - MS, 39.0, 120.0))]

    outgoing = run_offline(led, told, 3 * BAR)

    first = [at for at, _ in strokes(outgoing) if at < BAR]
    assert first == [10 + step * STEP for step in (0, 4, 8, 12)]
    again = [(at, pitch) for at, pitch in strokes(outgoing) if at > BAR]
    assert again[:2] == [(2 * BAR - MS + STEP, KICK), (2 * BAR - MS + 5 * STEP, SNARE)]


def test_led_and_stopped_by_the_player_it_rests_until_their_next_note():
    led = engine(mode="off", clock="midi")
    told = [(0, Sync(0, 0.0, 120.0)), (BAR - 1, Stop()), (2 * BAR + 1, NoteOn(60))]

    outgoing = run_offline(led, told, 3 * BAR - 1)

    assert [at for at, _ in steps(outgoing)] == [0, 4, 8, 12, 36, 40, 44]


def test_the_clock_can_be_given_up_while_it_plays_alone():
    led = engine(mode="off", clock="midi")
    told = [(0, Sync(0, 0.0, 120.0)), (8 * BAR, SetClock("internal"))]

    run_offline(led, told, 9 * BAR)

    assert led.snapshot().running


def test_a_tempo_that_changes_leaves_no_stroke_out_and_none_twice():
    told = [(0, NoteOn(60)), (STEP + 3, SetTempo(60.0)), (BAR, SetTempo(240.0))]
    hats = engine(mode="off", pattern="hat xxxx xxxx xxxx xxxx")

    found = strokes(run_offline(hats, told, BAR))

    assert len(found) == 1 + 1 + (BAR - STEP) // (2 * STEP)


@pytest.mark.parametrize("command", [Stop(), Panic(), Release(), SetDrums(False)])
def test_what_ends_the_playing_ends_the_strokes_at_once(command):
    bandmate = engine(mode="off")
    begun = run_offline(bandmate, [(0, NoteOn(60))], 0)
    bandmate.receive(command, 1)
    ended = bandmate.due(1)

    ons, offs = balance([*begun, *ended])
    assert ons == offs


def test_panic_silences_the_channel_of_drums_that_have_played():
    def panicked(bandmate):
        outgoing = run_offline(bandmate, [(0, NoteOn(60)), (1, Panic())], 1)
        said = [each.message for each in outgoing]
        return {each.channel for each in said if isinstance(each, ControlChange)}

    assert panicked(engine()) == {0, DRUMS}
    assert panicked(engine(drums=False)) == {0}


def test_the_line_plays_the_same_with_and_without_it():
    told = [(0, NoteOn(57)), (1, NoteOn(60)), (2, NoteOn(64)), (BAR, NoteOff(57))]

    def line(drums):
        outgoing = run_offline(engine(drums=drums, seed=3), told, 4 * BAR)
        return [each for each in outgoing if each.message.channel == 0]

    assert line(True) == line(False)


def test_its_sound_is_none_of_the_lines():
    bandmate = engine(mode="off")
    run_offline(bandmate, [(0, NoteOn(60))], 0)

    assert bandmate.snapshot().sounding == ()


def test_channel_and_notes_can_be_others():
    pitches = (35, *PITCHES[1:])
    outgoing = run_offline(
        engine(mode="off", drum_channel=2, drum_pitches=pitches), [(0, NoteOn(60))], STEP
    )

    assert strokes(outgoing, 2) == [(0, 35)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"drum_channel": 0},
        {"drum_channel": 16},
        {"drum_pitches": PITCHES[1:]},
        {"drum_pitches": (38, *PITCHES[1:])},
        {"drum_pitches": (128, *PITCHES[1:])},
        {"pattern": "gong x... .... .... ...."},
        {"pattern": 7},
        {"vary_bars": 3},
        {"drums": 1},
    ],
)
def test_a_config_out_of_range_is_refused(wrong):
    with pytest.raises(ConfigError):
        engine(**wrong)


def test_a_take_holds_the_drums_as_a_part_of_their_own():
    bandmate = engine(BusyPolicy())
    run_offline(bandmate, [(0, NoteOn(60))], BAR - 1)

    take = take_of(bandmate.recording(), bandmate.sent())

    assert [(note.start_ns // STEP, note.pitch) for note in take.drums] == [
        (0, KICK),
        (4, SNARE),
        (8, KICK),
        (12, SNARE),
    ]
    assert len(take.ours) == 16


def test_a_recording_from_before_there_were_drums_is_read():
    head = json.loads(next(to_lines(Engine(EngineConfig(), FakePolicy()).recording())))
    config = head["config"]
    for name in ("drums", "pattern", "vary_bars", "drum_channel", "drum_pitches"):
        del config[name]
    assert from_lines([json.dumps(head)]).config == EngineConfig()
    config["channel"] = DRUMS
    assert from_lines([json.dumps(head)]).config.drum_channel != DRUMS


few = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@few
@given(
    timed(st.one_of(drumming, st.builds(SetMode, st.sampled_from(MODES)))), st.sampled_from(MODES)
)
def test_whatever_the_drums_are_told_every_stroke_ends_and_a_replay_is_exact(told, mode):
    bandmate = engine(mode=mode, vary_bars=1, pattern="")
    told = [(0, NoteOn(60)), *told]
    until = told[-1][0] + 2 * BAR
    outgoing = run_offline(bandmate, told, until)

    recording = from_lines(list(to_lines(bandmate.recording())))

    assert replay(recording, FakePolicy()) == outgoing
    ons, offs = balance([*outgoing, *bandmate.close(until)])
    assert ons == offs


@pytest.mark.parametrize("mode", MODES)
def test_modes_switched_at_each_sixteenth_leave_no_note_behind(mode):
    bandmate = engine(mode=mode, pattern="hat xxxx xxxx xxxx xxxx\n" + ROCK)
    told = [(0, NoteOn(60))]
    for step in range(48):
        told.append((step * STEP + 20 * MS, SetMode(MODES[step % len(MODES)])))
        told.append((step * STEP + 21 * MS, NoteOn(60 + step % 12)))
    outgoing = run_offline(bandmate, sorted(told, key=lambda each: each[0]), 3 * BAR)

    ons, offs = balance([*outgoing, *bandmate.close(3 * BAR)])
    assert ons == offs
    assert len(strokes(outgoing)) == 49 + 12 + 1


@few
@given(timed(drumming), st.lists(st.integers(0, 500 * MS), max_size=40))
def test_polling_never_changes_what_the_drums_play(told, polls):
    told = [(0, NoteOn(60)), *told]
    until = told[-1][0] + BAR

    expected = asked_rarely(engine(mode="off"), told, until)

    assert asked_often(engine(mode="off"), told, polls, until) == expected
