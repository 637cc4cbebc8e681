import pytest
from hypothesis import given
from hypothesis import strategies as st

from melodyrl.core.music import Chord, parse_progression
from melodyrl.core.music.chord import QUALITIES
from melodyrl.core.music.voicing import BASS, voice

FOUR_TONES = [quality for quality, tones in QUALITIES.items() if 3 <= len(tones) <= 4]
chords = st.builds(lambda root, quality: Chord(root, quality, root), st.integers(0, 11),
                   st.sampled_from(FOUR_TONES))  # fmt: skip


@given(chords, chords, st.integers(60, 68))
def test_each_tone_sounds_once_above_its_root_and_within_bounds(first, second, highest):
    voicing = voice(second, voice(first, (), 48, highest), 48, highest)

    low, upper = voicing[0], voicing[1:]
    assert low % 12 == second.root
    assert BASS[0] <= low <= BASS[1]
    assert sorted(pitch % 12 for pitch in upper) == sorted(second.pitch_classes)
    assert upper == tuple(sorted(upper))
    assert upper[0] >= 48
    assert upper[-1] <= highest


@given(chords, chords)
def test_upper_voices_move_less_than_in_root_position(first, second):
    before = voice(first, (), 48, 68)
    after = voice(second, before, 48, 68)
    root_position = [48 + tone for tone in second.pitch_classes]

    def moved(voicing):
        return sum(min(abs(pitch - other) for other in before[1:]) for pitch in voicing)

    assert moved(after[1:]) <= moved(sorted(root_position)) + 2 * len(after)


def test_common_tones_stay():
    chart = [chord for chord in parse_progression("C Am F G") if chord]
    voicings = [voice(chart[0], (), 48, 68)]
    for chord in chart[1:]:
        voicings.append(voice(chord, voicings[-1], 48, 68))

    c, am, f, _ = (set(each[1:]) for each in voicings)
    assert len(c & am) == 2
    assert len(am & f) == 2


@pytest.mark.parametrize("floor", [62, 80, 113])
def test_above_a_low_tune_there_is_no_bass(floor):
    voicing = voice(Chord(7, "7", 7), (), floor, floor + 14, bass=False)

    assert len(voicing) == 4
    assert min(voicing) >= floor
    assert max(voicing) <= floor + 14
