import numpy as np
import pytest

from melodyrl.env import optima
from melodyrl.env.fit import auc, fit, rhythm_counts, write
from melodyrl.env.tune import Tune


def tune(name: str, seed: int) -> Tune:
    """Steps with now and then a third, in quarters and eighths."""
    rng = np.random.default_rng(seed)
    degree = np.clip(np.cumsum(rng.choice([-2, -1, -1, 0, 1, 1, 2], 64)), -7, 7) + 7
    pitch = np.array([0, 2, 4, 5, 7, 9, 11])[degree % 7] + 12 * (degree // 7) + 60
    duration = rng.choice([2, 4], 64)
    onset = np.cumsum(duration) - duration
    return Tune(name, onset, duration, pitch.astype(np.int16), 16, 4, 0, False)


@pytest.fixture
def tunes(monkeypatch):
    monkeypatch.setattr(optima, "LANES", 3)
    return [tune(f"own/{n}", n) for n in range(25)]


def test_same_tunes_same_bytes(tunes, tmp_path):
    for folder in ("a", "b"):
        write(*fit(tunes, rounds=1), {"own": 25}, tmp_path / folder)

    names = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert names == [
        f"{term}.json"
        for term in ("diversity", "feels", "form", "guard", "harmony", "rhythm", "smoothness")
    ]
    for name in names:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_held_out_tunes_are_never_counted(tunes):
    kept = [tune for tune in tunes if tune.split() != 0]

    tables, _ = fit(tunes, rounds=0)

    assert tables.smooth_human.sum() == 63 * len(kept)
    assert len(kept) < len(tunes)


def test_loops_rank_below_the_tunes(tunes):
    _, figures = fit(tunes, rounds=1)

    assert figures["loops of four"] > 0.9
    assert figures["alternation"] > 0.9


def test_auc_counts_ties_half():
    assert auc(np.array([2.0, 3.0]), np.array([1.0])) == 1.0
    assert auc(np.array([1.0]), np.array([1.0])) == 0.5


def test_events_are_counted_where_they_happen():
    """A pickup, as if from the last bar of four: a quarter, a rest, and an eighth."""
    short = Tune("own/x", np.array([8, 14]), np.array([4, 2]), np.array([60, 62]), 16, 4, 0, False)

    counts = rhythm_counts([short])

    assert counts.sum() == 8
    assert counts[0, 1, 8, 0, 0] == 1  # the first onset, nothing before it
    assert counts[0, 1, 9, 1, 1] == 1  # held
    assert counts[0, 1, 12, 4, 2] == 1  # a rest, four sixteenths after the onset
    assert counts[0, 1, 13, 1, 2] == 1  # the rest is one sixteenth old
    assert counts[0, 1, 14, 2, 0] == 1
