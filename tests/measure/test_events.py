from melodyrl.core.policy.actions import HOLD, ONSET, REST
from melodyrl.env.counting import timeline
from melodyrl.measure.events import count_events
from tests.measure.tunes import tune


def dotted():
    """A dotted eighth with a sixteenth of silence, then an eighth, from the second beat on."""
    line = tune([60, 62], [4, 2], start=4)
    line.duration[0] = 3
    return line


def test_events_from_the_first_note_to_the_last():
    assert timeline(dotted()).tolist() == [ONSET, HOLD, HOLD, REST, ONSET, HOLD]


def test_each_event_is_counted_at_its_place_and_age():
    counts = count_events([dotted()])

    assert counts.sum() == 6
    assert counts[4, 0, ONSET] == 1
    assert counts[5, 1, HOLD] == counts[6, 2, HOLD] == 1
    assert counts[7, 3, REST] == 1
    assert counts[8, 1, ONSET] == 1  # the rest was one sixteenth old
    assert counts[9, 1, HOLD] == 1


def test_ages_are_capped_and_rests_grow_older():
    line = tune([60, 62], [64, 4])
    line.duration[0] = 1
    counts = count_events([line])

    assert counts[2, 1, REST] == 1  # the first rest began one sixteenth ago
    assert counts[:, 16, REST].sum() > 40
