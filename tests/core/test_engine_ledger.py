from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from melodyrl.core.engine.ledger import Ledger
from melodyrl.core.midi.messages import ControlChange, NoteOff, NoteOn


def test_a_note_that_sounds_ends_before_it_begins_again():
    ledger = Ledger(3)

    assert ledger.on(60, 80) == [NoteOn(60, 80, 3)]
    assert ledger.on(60, 90) == [NoteOff(60, 3), NoteOn(60, 90, 3)]
    assert ledger.sounding == (60,)


def test_a_note_that_does_not_sound_needs_no_end():
    assert Ledger(0).off(60) == []


def test_panic_silences_the_channel_even_where_nothing_sounds():
    ledger = Ledger(5)
    ledger.on(64, 70)

    assert ledger.panic() == [NoteOff(64, 5), ControlChange(123, 0, 5), ControlChange(120, 0, 5)]
    assert ledger.panic() == [ControlChange(123, 0, 5), ControlChange(120, 0, 5)]


@settings(deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(60, 64))))
def test_after_release_every_on_has_had_its_off(moves):
    ledger = Ledger(0)
    messages = []
    for is_on, pitch in moves:
        messages += ledger.on(pitch, 64) if is_on else ledger.off(pitch)
    messages += ledger.release()

    ons = Counter(each.pitch for each in messages if isinstance(each, NoteOn))
    offs = Counter(each.pitch for each in messages if isinstance(each, NoteOff))
    assert ons == offs
    assert ledger.sounding == ()
