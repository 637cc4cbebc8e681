"""What a policy is asked."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(slots=True, eq=False)
class Question:
    """A choice among actions, of one lane. Whoever asks leaves the arrays as they are."""

    features: Floats
    """(D,) what is known of the moment."""
    judgement: Floats
    """(A, K) what each action earns at once, by reward term."""
    mask: NDArray[np.bool_]
    """(A,) the actions that may be chosen."""
    w: Floats
    """(K,) what the terms weigh."""
    temperature: float
    """In units of w . Q; 0 takes the best."""
    habit: Floats | None = None
    """(A,) in nats, see `policy.habit`; None where all is alike."""
