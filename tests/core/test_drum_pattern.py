import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from melodyrl.core.drums.notes import notes_of
from melodyrl.core.drums.pattern import Pattern, parse, write
from melodyrl.core.midi.smf import PPQN
from melodyrl.core.music import TempoMap
from melodyrl.errors import ConfigError

cells = st.lists(st.lists(st.booleans(), min_size=16, max_size=16), min_size=16, max_size=16)


@given(cells, cells)
def test_what_was_written_is_read_back(hit, fixed):
    pattern = Pattern(np.array(hit), np.array(fixed))

    again = parse(write(pattern) if (pattern.hit | pattern.fixed).any() else "")

    assert np.array_equal(again.hit, pattern.hit)
    assert np.array_equal(again.fixed, pattern.fixed)


def test_signs_say_whose_a_cell_is():
    pattern = parse("# a start\n\nKick x.-o|....|.... .... # the ground\n")

    assert pattern.hit[0].tolist() == [True, False, False, True] + [False] * 12
    assert pattern.fixed[0].tolist() == [True, False, True] + [False] * 13
    assert write(pattern) == "kick       x.-o .... .... ....\n"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("kik x... .... .... ....", "Line 1 is for 'kik'"),
        ("kick x... .... ....", "12 cells"),
        ("\nkick X,.. .... .... ....", "Line 2 has the cell"),
        ("kick ................\nkick ................", "second one"),
        ("x" * 20_000, "20000"),
    ],
)
def test_what_is_no_pattern_is_refused_in_a_sentence(text, complaint):
    with pytest.raises(ConfigError, match=complaint):
        parse(text)


def test_notes_lie_on_the_grid_and_end_before_the_next_step():
    tempo_map = TempoMap.constant(120, PPQN)
    pattern = parse("kick x... .... .... ...x\nhat xx.. .... .... ....")

    notes = notes_of(pattern, 2, tempo_map)

    step_ns = 125_000_000
    assert [(n.start_ns // step_ns, n.pitch) for n in notes] == [
        (0, 36), (0, 42), (1, 42), (15, 36), (16, 36), (16, 42), (17, 42), (31, 36),
    ]  # fmt: skip
    assert all(note.end_ns - note.start_ns < step_ns for note in notes)
    assert all(1 <= note.velocity <= 127 for note in notes)
    assert notes[0].velocity > notes[3].velocity
