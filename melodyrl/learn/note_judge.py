"""A small network that reads melodies and learns to tell people's from others, cross-validated.

It sees what no list of statistics holds: the notes in their order. It is the last judge, not a
reward: nothing is trained against it.
"""

from collections.abc import Sequence
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from melodyrl.env.fit import auc
from melodyrl.env.tune import Tune
from melodyrl.measure.discriminate import folds
from melodyrl.measure.judges import NoteJudge
from melodyrl.measure.stretches import BARS

Floats = NDArray[np.float32]

STEPS = BARS * 16
PITCHES = 48
"""Offsets above a tonic that are told apart."""

CHANNELS = PITCHES + 1
"""Of a sixteenth: the pitch that begins, and whether one sounds."""

PARTS = 3
"""Folds are joined to so many parts: a network for each."""

HIDDEN, KERNEL, EPOCHS, BATCH = 32, 8, 8, 64


def note_judge(seed: int) -> NoteJudge:
    """A judge whose networks begin as the seed says."""
    return partial(_judge, seed)


def _judge(seed: int, human: Sequence[Tune], others: Sequence[Tune]) -> float:
    """Mean area under the curve of networks that have not read the tunes they judge."""
    most = min(len(human), len(others))
    tunes = [*_evenly(human, most), *_evenly(others, most)]
    read_NCT = np.stack([_read(tune) for tune in tunes])
    is_human_N = np.arange(len(tunes)) < most
    part_N = folds([tune.name for tune in tunes]) % PARTS
    areas: list[float] = []
    for part in range(PARTS):
        test_N = part_N == part
        if any(len(set(is_human_N[some])) < 2 for some in (test_N, ~test_N)):
            continue
        score_N = _scores(seed, read_NCT, is_human_N, test_N)
        areas.append(auc(score_N[is_human_N[test_N]], score_N[~is_human_N[test_N]]))
    return float(np.mean(areas)) if areas else float("nan")


def _evenly(tunes: Sequence[Tune], most: int) -> list[Tune]:
    return [tunes[int(place)] for place in np.linspace(0, len(tunes) - 1, most)]


def _read(tune: Tune) -> Floats:
    """A stretch as an image, (CHANNELS, STEPS)."""
    image = np.zeros((CHANNELS, STEPS), np.float32)
    image[np.minimum(tune.offsets, PITCHES - 1), tune.onset] = 1.0
    for at, held in zip(tune.onset.tolist(), tune.duration.tolist(), strict=True):
        image[PITCHES, at : at + held] = 1.0
    return image


def _scores(
    seed: int, read_NCT: Floats, is_human_N: NDArray[np.bool_], test_N: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """How human the tests seem to a network that has read all the others."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = _network()
        x, y = torch.from_numpy(read_NCT[~test_N]), torch.from_numpy(is_human_N[~test_N]).float()
        _train(network, x, y)
    network.eval()
    with torch.no_grad():
        return network(torch.from_numpy(read_NCT[test_N])).squeeze(1).double().numpy()


def _network() -> nn.Sequential:
    return nn.Sequential(
        nn.Conv1d(CHANNELS, HIDDEN, KERNEL, stride=2),
        nn.ReLU(),
        nn.Conv1d(HIDDEN, HIDDEN, KERNEL, stride=2),
        nn.ReLU(),
        nn.AdaptiveMaxPool1d(1),
        nn.Flatten(),
        nn.Dropout(0.3),
        nn.Linear(HIDDEN, 1),
    )


def _train(network: nn.Module, x: Tensor, y: Tensor) -> None:
    optimizer = torch.optim.Adam(network.parameters(), lr=2e-3, weight_decay=1e-4)
    loss = nn.BCEWithLogitsLoss()
    for _ in range(EPOCHS):
        for batch in torch.randperm(len(x)).split(BATCH):
            optimizer.zero_grad()
            loss(network(x[batch]).squeeze(1), y[batch]).backward()
            optimizer.step()
