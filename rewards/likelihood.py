"""The unit of the chord terms: natural log-likelihoods of what people do, brought to [-1, 1].

All terms of an accompaniment are in one unit, so that they can be traded and summed as evidence
is. At weights of .25 and the default temperature (.04) one nat of a term moves a choice by one nat:
draws from softmax(w . r / temperature) are then draws from what the terms say together. Ours.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float32]

NATS = 6.25
"""Nats to a reward of 1: a weight of .25 and a temperature of .04 make 1 / (.25 / .04). What is
rarer than exp(-6.25), one in five hundred, is all the same."""


def reward(nats: ArrayLike) -> FloatArray:
    """A log-likelihood, or a log ratio of two, as a reward in [-1, 1]."""
    return np.clip(np.asarray(nats, np.float64) / NATS, -1.0, 1.0).astype(np.float32)
