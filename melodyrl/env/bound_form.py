"""What form can pay for an onset at most, whatever a melody answers.

A melody that could answer at each distance what suits it best is limited by its runs alone. At
each distance the price of an onset is found at which no sequence of answers is worth its onsets.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from rewards import form

Floats = NDArray[np.float64]

_ONSETS = (form.SAME, form.MOVED, form.STRUCK, form.NEW)


@dataclass(frozen=True, slots=True, eq=False)
class FormBound:
    """The prices, and what form can pay above them where there are runs already.

    The sum over the distances is clipped to [-1, 1]. Clipping lowers what is above 1, and a part
    is taken as -1/3 at least, so that no sum of parts is below what it is clipped to.
    """

    price: Floats
    """(3,) by form.LAGS."""
    head_start: Floats
    """(sixteenths left, 3, R) by the run so far, see `form.LONGEST`; 0 without one."""

    def heard(self, bar: int) -> np.float32:
        """The price of an onset in a bar: what is too far back for it is not heard."""
        return np.float32(self.price[np.array(form.LAGS) <= bar].sum())


@cache
def form_bound(sixteenths: int) -> FormBound:
    """The bound over so many sixteenths."""
    parts = np.maximum(form.fitted().astype(np.float64), -1.0 / len(form.LAGS))
    rewards = parts[:, form.RUN_CLASS]
    price = np.array([_price(part, sixteenths) for part in rewards])
    above = [_above(part, asked, sixteenths) for part, asked in zip(rewards, price, strict=True)]
    return FormBound(price, np.stack(above, axis=1))


def _price(rewards: Floats, sixteenths: int) -> float:
    """The least price at which nothing is paid above it where there is no run."""
    low, high = 0.0, 1.0
    while high - low > 1e-5:
        middle = (low + high) / 2
        if _above(rewards, middle, sixteenths)[-1, 0] > 0.0:
            low = middle
        else:
            high = middle
    return high


def _above(rewards: Floats, price: float, sixteenths: int) -> Floats:
    """The most that is paid above a price: (sixteenths + 1, R) by those left, of rewards (R, 6)."""
    after = form.follow(np.arange(len(rewards))[:, None], np.arange(rewards.shape[1]))
    paid = rewards - price * np.isin(np.arange(rewards.shape[1]), _ONSETS)
    above = np.zeros((sixteenths + 1, len(rewards)))
    for left in range(1, sixteenths + 1):
        above[left] = (paid + above[left - 1][after]).max(axis=1)
    return above
