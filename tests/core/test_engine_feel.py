"""The feel of a solo: chosen, drawn, changed at a bar line, and replayed."""

import numpy as np
import pytest

from melodyrl.core.engine.config import EngineConfig
from melodyrl.core.engine.engine import Engine
from melodyrl.core.engine.events import Nanos, SetFeel
from melodyrl.core.engine.offline import replay, run_offline
from melodyrl.core.midi.messages import NoteOn
from melodyrl.core.music import Key
from melodyrl.core.policy.policy import GreedyPolicy
from melodyrl.core.policy.presets import FULL
from tests.strategies import MS
from tests.wire import balance

BAR = 16 * 125 * MS
CHORD = [(Nanos(0), NoteOn(pitch)) for pitch in (48, 52, 55)]


def engine(feel="any", seed=1):
    return Engine(EngineConfig(key=Key(0), feel=feel, seed=seed), GreedyPolicy(FULL))


def onsets(bandmate, told=(), bars=8):
    outgoing = run_offline(bandmate, [*CHORD, *told], Nanos(bars * BAR))
    outgoing += bandmate.close(Nanos(bars * BAR))
    ons, offs = balance(outgoing)
    assert ons == offs
    return np.array([each.due_ns for each in outgoing if isinstance(each.message, NoteOn)])


def test_a_reel_has_more_notes_than_a_ballad():
    count = {feel: len(onsets(engine(feel))) for feel in ("reel", "ballad")}

    assert count["reel"] > 2 * count["ballad"]


def test_the_reasons_say_what_the_bar_is_to_be():
    bandmate = engine("air")
    run_offline(bandmate, CHORD, Nanos(BAR))

    assert bandmate.snapshot().feel == "air"
    why = bandmate.snapshot().why
    assert why is not None
    assert why.bar is not None
    assert why.bar.feel == "air"


def test_another_feel_comes_with_the_next_bar():
    changed = [(Nanos(4 * BAR - 100 * MS), SetFeel("reel"))]
    at = onsets(engine("ballad"), changed)

    assert (at >= 4 * BAR).sum() > 2 * (at < 4 * BAR).sum()


def test_where_any_is_asked_for_seeds_differ_in_feel():
    def drawn(seed):
        bandmate = engine(seed=seed)
        run_offline(bandmate, CHORD, Nanos(BAR))
        return bandmate.snapshot().why.bar.feel

    assert len({drawn(seed) for seed in range(12)}) > 2


def test_a_take_with_a_change_of_feel_replays():
    bandmate = engine("hymn")
    told = [(Nanos(2 * BAR), SetFeel("song")), (Nanos(4 * BAR), SetFeel("any"))]
    outgoing = run_offline(bandmate, [*CHORD, *told], Nanos(8 * BAR))

    assert replay(bandmate.recording(), GreedyPolicy(FULL)) == outgoing


@pytest.mark.parametrize("nonsense", ["waltz", 3, None])
def test_an_unknown_feel_is_dropped(nonsense):
    bandmate = engine("air")
    bandmate.receive(SetFeel(nonsense), Nanos(0))

    assert bandmate.snapshot().feel == "air"
    assert bandmate.snapshot().dropped == 1
