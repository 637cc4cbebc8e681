"""A pattern as a canvas of two colours: what each stroke is worth, and what a network sees."""

import numpy as np

from melodyrl.core.canvas import Easel, Size
from melodyrl.core.drums.kit import IN_FAMILY, IN_ROLE, KIT, STEPS
from melodyrl.core.drums.people import CHANCE
from melodyrl.core.drums.rules import (
    LEVELS,
    PULSES,
    TERMS,
    Bools,
    Floats,
    accents,
    bounds,
    carriers,
    excess,
    hits,
    in_roles,
    syncopation,
)

SIZE = Size(STEPS, len(KIT), 2)
"""A drum a row, a sixteenth a column; colour 0 is a rest and 1 a hit."""

NAME = "drums"

PLANES = 27
"""Pictures of the grid that `see` makes."""

WEIGHTS: Floats = np.full(len(TERMS), 1.0, np.float32)
"""All rules count alike."""

_CHANCES = np.concatenate([CHANCE, np.full((1, STEPS), 0.05)])
_LOG_ODDS = (np.log(_CHANCES / (1 - _CHANCES)) / 4).astype(np.float32)
_LEVEL = (np.arange(5)[:, None] == LEVELS).astype(np.float32)
_CIRCLE = np.exp(2j * np.pi * np.arange(STEPS) / STEPS)


def judge(easel: Easel) -> Floats:
    """What every stroke mends, by rule, each in [-1, 1], (N, 512, 6)."""
    count = len(easel.canvas)
    hit = easel.canvas == 1
    cell = np.arange(SIZE.cells)
    other = np.repeat(hit.reshape(count, 1, -1), SIZE.cells, axis=1)
    other[:, cell, cell] ^= True
    allowed = bounds(hit, easel.fixed, easel.aim)
    lane = np.repeat(np.arange(count), SIZE.cells)
    after = excess(other.reshape(-1, len(KIT), STEPS), allowed.take(lane))
    before = excess(hit, allowed)[:, None]
    mended = np.clip(before - after.reshape(count, SIZE.cells, len(TERMS)), -1, 1)
    reward = np.zeros((count, SIZE.cells, 2, len(TERMS)), np.float32)
    # A cell's only stroke that changes it: to a hit where there is none, to a rest where there is.
    flat = hit.reshape(count, -1)
    reward[..., 0, :] = mended * flat[..., None]
    reward[..., 1, :] = mended * ~flat[..., None]
    return reward.reshape(count, SIZE.actions, len(TERMS))


def see(easel: Easel) -> Floats:
    """All that the rules depend on, (N, PLANES, 16, 16)."""
    hit = easel.canvas == 1
    role = in_roles(hit)
    wide = (len(hit), len(KIT), STEPS)
    of_role = IN_ROLE.astype(np.float32)  # (roles, drums)
    gap = (hits(hit) - easel.aim[:, :4]) / 4
    line = PULSES[easel.aim[:, 5].astype(np.int_)]
    pull = (role[:, :3].sum(1) @ _CIRCLE)[:, None] / 8
    heard = IN_FAMILY.T @ (IN_FAMILY @ hit.any(2).astype(np.float32)[..., None])
    constant = [
        (syncopation(role[:, 0]) - easel.aim[:, 4]) / 4,
        *left(easel).T,
    ]
    planes = [
        hit,
        easel.fixed,
        *of_role[:, None, :, None],
        *_LEVEL[:, None, None, :],
        np.einsum("rd,nrt->ndt", of_role, role.astype(np.float32)),
        np.einsum("rd,rt->dt", of_role, _LOG_ODDS)[None],
        np.einsum("rd,nr->nd", of_role, gap)[..., None],
        np.minimum(heard, 1),
        carriers(hit & easel.fixed, easel.aim)[..., None],
        (pull * np.conj(_CIRCLE)).real[:, None, :],
        (pull * np.conj(_CIRCLE)).imag[:, None, :],
        np.einsum("d,nt->ndt", of_role[2], line.astype(np.float32)),
        accents(role)[:, None, :],
        *(each[:, None, None] for each in constant),
    ]
    return np.stack([np.broadcast_to(plane, wide) for plane in planes], axis=1, dtype=np.float32)


def is_done(easel: Easel) -> Bools:
    """Where every rule is kept, (N,)."""
    kept: Bools = left(easel) <= 0
    return np.logical_and.reduce(kept, axis=1)


def left(easel: Easel) -> Floats:
    """How far beyond each rule, (N, 6)."""
    hit: Bools = easel.canvas == 1
    return excess(hit, bounds(hit, easel.fixed, easel.aim))
