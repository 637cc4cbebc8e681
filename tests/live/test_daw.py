"""Slaved to a real DAW: it leads by its MIDI clock, and records what it is given (benchmarks/daw.py
says how near to its grid)."""

from itertools import groupby

import mido
import numpy as np
import pytest

from tests.live.daw import Ardour
from tests.live.daw_song import LOCATE, SLOW_BPM, play
from tests.live.hearing import unended

pytestmark = [pytest.mark.daw, pytest.mark.jack, pytest.mark.slow]

SIXTEENTH_S = 15 / SLOW_BPM
ON_GRID = 0.9
"""Share of onsets within a quarter of a sixteenth of their delay; by chance it were half."""
START, CONTINUE, STOP, POSITION = 0xFA, 0xFB, 0xFC, 0xF2


@pytest.fixture(scope="module")
def heard(jack, tmp_path_factory):
    if not Ardour.is_here():
        pytest.skip("Ardour 7 is not installed (apt install ardour)")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("JACK_DEFAULT_SERVER", "JACK_NO_START_SERVER"):
            patch.setenv(name, jack[name])
        return play(jack, tmp_path_factory.mktemp("daw"), slow=8, fast=16)


def transport(said):
    """All but ticks and notes; Ardour may say twice that it begins."""
    told = [data for _, data in said if data[0] in (START, CONTINUE, STOP, POSITION)]
    return [data for data, _ in groupby(told)]


def notes(said):
    return [
        (at, mido.Message.from_bytes(data)) for at, data in said if data[0] & 0xF0 in (0x80, 0x90)
    ]


def test_music_begins_and_goes_on_where_the_daw_does(heard):
    begun, gone_on = heard.parts

    assert transport(heard.clock)[0] == [START]
    assert [POSITION, *divmod(LOCATE * 24, 128)[::-1]] in transport(heard.clock)
    assert transport(heard.wire) == transport(heard.clock), "what it sends on as a clock"
    assert 0 < begun.onsets_s[0] < SIXTEENTH_S
    assert 0 < gone_on.onsets_s[0] < SIXTEENTH_S


def test_each_note_is_recorded_in_its_order_on_the_grid_through_a_change_of_tempo(heard):
    """Judged as long as the DAW's own clock runs: a busy machine makes it stand still."""
    played = [m.note for _, m in notes(heard.wire) if m.type == "note_on"]
    recorded = [pitch for part in heard.parts for pitch in part.pitches]
    near = np.concatenate(
        [
            part.off_ms()[part.is_settled & part.is_calm] < 15_000 / part.tempos[-1] / 4
            for part in heard.parts
        ]
    )

    assert recorded == played
    assert len(near) >= 8
    assert np.mean(near) >= ON_GRID


def test_nothing_sounds_or_begins_while_the_daw_stands_still(heard):
    codes = [data[0] for _, data in heard.wire]
    stopped, gone_on = codes.index(STOP), codes.index(CONTINUE)

    assert unended(notes(heard.wire[:gone_on])) == 0
    assert not [m for _, m in notes(heard.wire[stopped:gone_on]) if m.type == "note_on"]
    assert unended(notes(heard.wire)) == 0
