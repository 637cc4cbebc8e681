import numpy as np

from melodyrl.learn.note_judge import note_judge
from melodyrl.measure.stretches import stretches
from tests.measure.tunes import tune, wandering


def parts(tunes):
    return [part for each in tunes for part in stretches(each)]


HUMAN = parts(wandering(f"own/{n}", n, 128) for n in range(60))


def test_it_tells_loops_from_tunes():
    loops = parts(tune([60, 64, 67, 64] * 16, 4, f"loop/{n}") for n in range(60))

    assert note_judge(0)(HUMAN, loops) > 0.95


def test_it_cannot_tell_a_source_from_itself():
    others = parts(wandering(f"other/{n}", 100 + n, 128) for n in range(60))

    assert note_judge(0)(HUMAN, others) < 0.75


def test_same_seed_same_verdict_and_no_trace_in_the_global_generator():
    import torch

    others = parts(wandering(f"other/{n}", 100 + n, 128) for n in range(20))
    before = torch.random.get_rng_state()

    verdicts = [note_judge(3)(HUMAN, others) for _ in range(2)]

    assert verdicts[0] == verdicts[1]
    assert (torch.random.get_rng_state() == before).all()


def test_one_melody_cannot_be_judged():
    assert np.isnan(note_judge(0)(HUMAN[:1], HUMAN[:1]))
