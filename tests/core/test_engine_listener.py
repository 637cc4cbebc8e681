import random

import pytest

from melodyrl.core.engine.events import Nanos
from melodyrl.core.engine.listener import Listener
from melodyrl.core.midi.messages import ControlChange, NoteOff, NoteOn
from melodyrl.core.music import QUALITIES, Key, recognise

MS = 1_000_000
BEATS_2 = 1_000 * MS
C_MAJOR = Key(0)


class Player:
    """Plays into a listener at times in milliseconds, and asks it for the chord."""

    def __init__(self):
        self.listener = Listener()

    def down(self, at_ms, *pitches):
        for pitch in pitches:
            self.listener.note_on(NoteOn(pitch), Nanos(at_ms * MS))

    def up(self, at_ms, *pitches):
        for pitch in pitches:
            self.listener.note_off(NoteOff(pitch), Nanos(at_ms * MS))

    def pedal(self, at_ms, is_down):
        self.listener.control(ControlChange(64, 127 * is_down), Nanos(at_ms * MS))

    def chord(self, at_ms, key=C_MAJOR):
        self.listener.read(Nanos(at_ms * MS), BEATS_2, key)
        return self.listener.chord.name if self.listener.chord else None


@pytest.fixture
def player():
    return Player()


def test_nothing_is_heard_in_silence(player):
    assert player.chord(0) is None


def test_notes_that_are_held_make_the_chord(player):
    player.down(0, 57, 60, 64)

    assert player.chord(20) == "Am"


def test_the_harmony_stays_when_the_hands_lift(player):
    player.down(0, 57, 60, 64)
    player.chord(20)
    player.up(400, 57)
    player.chord(401)
    player.up(410, 60)
    player.chord(411)
    player.up(420, 64)

    assert player.chord(5000) == "Am"


def test_a_single_note_is_the_root_of_a_triad_of_the_key(player):
    player.down(0, 62)

    assert player.chord(20) == "Dm"


def test_an_arpeggio_is_heard_as_its_chord(player):
    for at, pitch in ((0, 53), (250, 57), (500, 60)):
        player.down(at, pitch)
        player.up(at + 200, pitch)
        name = player.chord(at + 210)

    assert name == "F"


def test_what_was_played_long_ago_is_not_part_of_an_arpeggio(player):
    player.down(0, 48)
    player.up(100, 48)
    player.chord(110)
    player.down(5000, 57)

    assert player.chord(5020) == "Am"


def test_a_chord_that_sounds_stays_under_a_melody(player):
    player.down(0, 48, 52, 55)
    player.chord(20)
    for at, pitch in ((500, 74), (750, 77), (1000, 71)):
        player.down(at, pitch)
        assert player.chord(at + 20) == "C"
        player.up(at + 200, pitch)


def test_a_new_chord_is_heard_through_the_old_one_under_the_pedal(player):
    """A pianist changes the pedal just after the chord, so both sound at the decision."""
    player.pedal(0, True)
    player.down(10, 48, 52, 55)
    player.chord(30)
    player.up(1900, 48, 52, 55)
    player.down(2000, 53, 57, 60)

    assert player.chord(2020) == "F"
    player.pedal(2050, False)
    assert player.chord(2145) == "F"
    assert player.chord(2300) == "F"


LARGE = [quality for quality, tones in QUALITIES.items() if 4 <= len(tones) <= 5]


@pytest.mark.parametrize("quality", LARGE)
@pytest.mark.parametrize("is_struck_alone", [True, False])
def test_a_chord_over_a_bass_that_is_held_is_read_with_it(quality, is_struck_alone):
    """Each tone in turn is the bass; the others are struck above it, twice."""
    for up in range(12):
        for bass in QUALITIES[quality]:
            player = Player()
            above = [60 + up + each for each in QUALITIES[quality] if each != bass]
            player.down(0, 36 + up + bass)
            player.down(500 if is_struck_alone else 5, *above)
            player.chord(520, None)
            player.up(900, *above)
            player.chord(1100, None)
            player.down(1500, *above)
            player.chord(1520, None)

            assert player.listener.chord == recognise([36 + up + bass, *above])


@pytest.mark.parametrize(
    ("held", "struck", "name"),
    [
        ((38,), (53, 57, 60), "Dm7"),
        ((48,), (55, 58, 64), "C7"),
        ((60,), (64, 67, 70), "C7"),
        ((36,), (55, 64, 70), "C7"),
        ((36,), (53, 57, 60), "F/C"),
        ((36,), (55, 59, 62), "G/C"),
        ((38, 45), (60, 64, 65), "Dm9"),
        ((36, 46), (64, 69, 74), "C13"),
        ((36, 48), (55, 58, 64), "C7"),
    ],
)
def test_a_left_hand_that_is_held_belongs_to_what_the_right_hand_strikes(
    player, held, struck, name
):
    player.down(0, *held)
    player.chord(20, None)
    player.down(1000, *struck)

    assert player.chord(1020, None) == name


def test_a_bass_under_the_pedal_belongs_to_what_is_struck_above_it(player):
    player.pedal(0, True)
    player.down(10, 38)
    player.up(400, 38)
    player.down(500, 53, 57, 60)

    assert player.chord(520) == "Dm7"


def test_a_chord_with_a_bass_of_its_own_leaves_an_old_bass_behind(player):
    player.down(0, 36)
    player.down(500, 52, 55, 60)
    player.chord(520)
    player.up(980, 52, 55, 60)
    player.down(1000, 43, 59, 62, 65)

    assert player.chord(1020) == "G7"


@pytest.mark.parametrize("lifted", [(), (60,), (64,), (67,), (60, 64), (60, 67), (64, 67)])
def test_an_old_chord_does_not_muddy_a_new_one_however_many_of_its_keys_are_down(lifted):
    kept = {60, 64, 67}.difference(lifted)
    for root in range(12):
        for quality in ("", "m", "7", "maj7", "m7"):
            new = {60 + (root + each) % 12 for each in QUALITIES[quality]}
            if new & kept or {64, 67} <= new:
                continue  # what stays down, or is struck again, is part of the new chord
            player = Player()
            player.down(0, 60, 64, 67)
            player.chord(20)
            player.up(960, *lifted)
            player.down(1000, *new)
            player.chord(1020, None)

            assert player.listener.chord == recognise(new)


def test_an_overlap_of_two_chords_is_forgotten_once_the_old_one_is_released(player):
    player.down(0, 48, 52)
    player.chord(20)
    player.down(1000, 53, 57)
    player.down(1100, 60)
    player.chord(1120)
    player.up(1150, 48, 52)

    assert player.chord(1300) == "F"


def test_the_pedal_holds_what_the_fingers_leave(player):
    player.pedal(0, True)
    player.down(0, 60)
    player.up(100, 60)

    assert player.listener.sounding == {60}
    assert player.listener.fingers == set()
    player.pedal(200, False)
    assert player.listener.sounding == set()


def test_a_pedal_change_right_after_a_short_note_leaves_nothing_to_read(player):
    player.pedal(0, True)
    player.down(10, 60)
    player.up(11, 60)
    player.pedal(12, False)

    assert player.chord(20) is None


def test_an_off_without_an_on_is_nothing(player):
    player.up(0, 60)

    assert player.listener.sounding == set()
    assert player.chord(20) is None


def test_velocity_follows_the_player(player):
    for at in range(12):
        player.listener.note_on(NoteOn(60 + at, 30), Nanos(at))

    assert 30 <= player.listener.velocity < 33


def test_forgetting_keeps_what_is_held(player):
    player.down(0, 64, 72)
    player.chord(20)
    player.up(30, 72)

    player.listener.forget()

    assert player.listener.chord is None
    assert player.listener.highest == 64
    assert player.listener.sounding == {64}


def test_all_sound_off_ends_what_the_pedal_holds(player):
    player.pedal(0, True)
    player.down(0, 60, 64)
    player.up(100, 60)

    player.listener.control(ControlChange(120, 0), Nanos(200 * MS))

    assert player.listener.sounding == {64}


def test_other_controllers_change_nothing(player):
    player.listener.control(ControlChange(1, 127), Nanos(0))
    player.down(0, 60)
    player.up(1, 60)

    assert player.listener.sounding == set()


def a_listener_at_some_time(chance, split):
    """One that has heard notes by chance, together and apart, and when it heard the last."""
    listener, at_ns, down = Listener(split), 0, set()
    for _ in range(chance.randrange(1, 60)):
        at_ns += chance.choice([0, 5, 30, 61, 125, 400]) * MS
        pitch = chance.randrange(40, 80)
        match chance.randrange(8):
            case 0 if down:
                listener.note_off(NoteOff(down.pop()), Nanos(at_ns))
            case 1:
                listener.control(ControlChange(64, chance.choice([0, 127])), Nanos(at_ns))
            case 2:
                listener.read(Nanos(at_ns), BEATS_2, C_MAJOR)
            case _:
                down.add(pitch)
                listener.note_on(NoteOn(pitch), Nanos(at_ns))
    return listener, at_ns


@pytest.mark.parametrize("split", [None, 57])
def test_a_chord_is_foretold_as_it_is_heard_then(split):
    chance = random.Random(4)
    for _ in range(400):
        listener, at_ns = a_listener_at_some_time(chance, split)
        pitch = chance.choice([None, *range(40, 80)])
        at_ns = Nanos(at_ns + chance.randrange(2_000) * MS)

        foretold = [listener.foretell(at_ns, BEATS_2, C_MAJOR, pitch) for _ in range(2)]

        if pitch is not None:
            listener.note_on(NoteOn(pitch), at_ns)
        listener.read(at_ns, BEATS_2, C_MAJOR)
        assert foretold == [listener.chord] * 2


def test_between_two_turns_a_note_is_heard_alike():
    chance = random.Random(5)
    for _ in range(200):
        listener, now_ns = a_listener_at_some_time(chance, None)
        until_ns = now_ns + 400 * MS
        turns = listener.turns(Nanos(now_ns), Nanos(until_ns), BEATS_2)
        heard = {onsets: listener.foretell(at, BEATS_2, C_MAJOR, 66) for at, onsets in turns}

        for at_ns in (chance.randrange(now_ns, until_ns + 1) for _ in range(20)):
            before = [onsets for turn_ns, onsets in turns if turn_ns <= at_ns]
            if before:
                assert listener.foretell(Nanos(at_ns), BEATS_2, C_MAJOR, 66) == heard[before[-1]]
