import numpy as np
import pytest

from melodyrl.env.bound_form import form_bound
from rewards import form

STEPS = 96
ONSETS = (form.SAME, form.MOVED, form.STRUCK, form.NEW)


def test_no_answers_are_paid_more():
    bound, rng = form_bound(STEPS), np.random.default_rng(0)
    for _ in range(300):
        run = rng.integers(-form.LONGEST, form.LONGEST + 1, size=3)
        allowed = bound.head_start[STEPS, [0, 1, 2], run].sum()
        eager = rng.random()
        for _ in range(STEPS):
            onset = rng.random() < 0.7
            others = rng.choice(ONSETS, 3) if onset else rng.choice([form.GONE, form.QUIET], 3)
            kind = np.where(onset & (rng.random(3) < eager), form.MOVED, others)
            allowed += onset * bound.price.sum() - float(form.form(run, kind[:, None])[0])
            run = form.follow(run, kind)
        assert allowed >= -1e-4


def test_some_answers_are_paid_the_price():
    """Found another way, by the number of onsets: the most that so many are paid."""
    for distance, price in enumerate(form_bound(STEPS).price):
        table = form.fitted()[distance][form.RUN_CLASS]
        best, dearest = {0: 0.0}, 0.0
        for onsets in range(1, STEPS + 1):
            best = _after(best, table, ONSETS)
            left_in_a_rest = _after(best, table, [form.GONE])[0]
            if onsets < STEPS:
                dearest = max(dearest, max(best.values()) / onsets, left_in_a_rest / onsets)
            best[0] = max(best.get(0, -np.inf), left_in_a_rest)
        assert price == pytest.approx(dearest, abs=1e-3)


def _after(best, table, kinds):
    """The most that is paid by the run that it leads to."""
    after = {}
    for run, paid in best.items():
        for kind in kinds:
            longer = int(form.follow(np.array(run), np.array(kind)))
            after[longer] = max(after.get(longer, -np.inf), paid + table[run, kind])
    return after


def test_nothing_is_heard_yet_in_the_first_bar():
    bound = form_bound(STEPS)

    assert bound.heard(0) == 0.0
    assert bound.heard(1) == pytest.approx(bound.price[0])
    assert bound.heard(4) == pytest.approx(bound.price.sum())
