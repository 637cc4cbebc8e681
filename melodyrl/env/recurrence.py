"""How tunes bring back what was played one, two and four bars ago: what form is fitted to.

And which bar before it each bar answers: what an intent is drawn from.

Against people stand chance, each tune beside another's bars, and loops, each tune's first one, two
or four bars round and round, as they are and a step of the scale further each time.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.music.meter import PHRASE_BARS
from melodyrl.core.policy.answers import ANSWERS, FRESH, LAGS, MOVED, SAME, STRUCK, answer_of
from melodyrl.env.tune import MAJOR, MINOR, Tune
from rewards import form

LOOPED_BARS = 12
"""Bars that a loop goes on for."""

OTHERS = 8
"""Tunes that each tune is laid beside: long runs are rare by chance, and still to be counted."""

Counts = NDArray[np.int64]
Line = tuple[NDArray[np.int16], NDArray[np.int16]]
"""By sixteenth from the first whole bar on: the pitch that begins (or NONE), and its move."""


def recurrence_counts(tunes: Sequence[Tune]) -> Counts:
    """What people do, (3, 17, 5) by distance, class of the run, and kind."""
    return sum((_counted(line, line, t.bar_steps) for t, line in _lines(tunes)), _nothing())


def chance_counts(tunes: Sequence[Tune], rng: np.random.Generator) -> Counts:
    """The same of each tune beside the bars of others in its meter."""
    lines, counts = _lines(tunes), _nothing()
    for tune, line in lines:
        others = [other for like, other in lines if like.bar_steps == tune.bar_steps]
        for other in rng.integers(len(others), size=OTHERS):
            counts += _counted(line, others[other], tune.bar_steps)
    return counts


def loop_counts(tunes: Sequence[Tune], rng: np.random.Generator) -> Counts:
    """The same of each tune's first one, two or four bars, over and over, and carried on."""
    counts = _nothing()
    for tune, (pitch, _) in _lines(tunes):
        period = int(rng.choice(form.LAGS)) * tune.bar_steps
        for steps in (0, int(rng.choice((-1, 1)))):
            looped = _looped(pitch, period, LOOPED_BARS * tune.bar_steps, steps, tune.minor)
            line = looped, _moves(looped, tune.minor)
            counts += _counted(line, line, tune.bar_steps)
    return counts


def bar_counts(tunes: Sequence[Tune]) -> Counts:
    """Which bar before it each bar of people answers, and how, (2, 8, 13, 13).

    In the first eight bars or later, by bar of eight, by what the bar before answered, and as
    `Intent.answer`: the closest answer counts, of the nearest bar. A bar that answers nothing at
    all that was heard is fresh.
    """
    counts = np.zeros((2, PHRASE_BARS, ANSWERS, ANSWERS), np.int64)
    for tune, line in _lines(tunes):
        bars, before = _bars(line, tune.bar_steps), FRESH
        for number in range(1, len(bars)):
            answer = _answer(bars, number)
            if _sounds(bars[number]):
                later, bar = int(number >= PHRASE_BARS), number % PHRASE_BARS
                counts[later, bar, before, answer] += 1
            before = answer
    return counts


def coincidence_counts(tunes: Sequence[Tune]) -> Counts:
    """Pairs of bars at distances at which none answers, (2,): of other rhythms, and alike in it."""
    counts = np.zeros(2, np.int64)
    for tune, line in _lines(tunes):
        begins = np.array([pitch != form.NONE for pitch, _ in _bars(line, tune.bar_steps)])
        for apart in set(range(1, PHRASE_BARS)) - set(LAGS.tolist()):
            now, then = begins[apart:], begins[:-apart]
            alike = (now == then).all(axis=-1)[now.any(axis=-1) & then.any(axis=-1)]
            counts += (~alike).sum(), alike.sum()
    return counts


def begun_counts(tunes: Sequence[Tune]) -> Counts:
    """As `recurrence_counts`, in bars that answer no other with all of their notes or steps."""
    counts = _nothing()
    for tune, line in _lines(tunes):
        bars = _bars(line, tune.bar_steps)
        # SAME and MOVED come before STRUCK.
        whole = [FRESH < _answer(bars, n) < answer_of(STRUCK, 0) for n in range(len(bars))]
        kept = ~np.repeat(whole, tune.bar_steps)[: len(line[0])]
        for number, lag in enumerate(form.LAGS):
            kinds, heard, runs = _compared(line, line, lag * tune.bar_steps)
            free = kept[lag * tune.bar_steps :][heard]
            np.add.at(counts[number], (runs[free], kinds[free]), 1)
    return counts


def _bars(line: Line, bar: int) -> list[Line]:
    rest = np.full(-len(line[0]) % bar, form.NONE, np.int16)
    pitch, move = (np.concatenate([part, rest]).reshape(-1, bar) for part in line)
    return list(zip(pitch, move, strict=True))


def _sounds(bar: Line) -> bool:
    return bool((bar[0] != form.NONE).any())


def _answer(bars: list[Line], number: int) -> int:
    """The answer that a bar is, see `Intent.answer`; FRESH where nothing begins in it."""
    if not _sounds(bars[number]):
        return FRESH
    for way in (SAME, MOVED, STRUCK):
        for place, lag in enumerate(LAGS.tolist()):
            if lag <= number and _answers(bars[number], bars[number - lag], way):
                return answer_of(way, place)
    return FRESH


def _answers(now: Line, then: Line, way: int) -> bool:
    onsets = np.flatnonzero(now[0] != form.NONE)
    if not np.array_equal(onsets, np.flatnonzero(then[0] != form.NONE)):
        return False
    if way == SAME:
        return np.array_equal(now[0], then[0])
    # The first note of a sequence may come from anywhere.
    later = onsets[1:]
    return way == STRUCK or (len(later) > 0 and np.array_equal(now[1][later], then[1][later]))


def _nothing() -> Counts:
    return np.zeros((len(form.LAGS), form.CLASSES, form.QUIET), np.int64)


def _lines(tunes: Sequence[Tune]) -> list[tuple[Tune, Line]]:
    return [(tune, _line(tune)) for tune in tunes]


def _line(tune: Tune) -> Line:
    start = tune.first_bar * tune.bar_steps
    inside = tune.onset >= start
    kept = replace(tune, onset=tune.onset[inside] - start)
    offsets = tune.offsets[inside]
    length = int(kept.onset[-1]) + 1 if len(offsets) else 0
    pitch = np.full(length, form.NONE, np.int16)
    pitch[kept.onset] = offsets
    return pitch, _moves(pitch, tune.minor)


def _moves(pitch: NDArray[np.int16], minor: bool) -> NDArray[np.int16]:
    """Steps of the scale from the onset before to each onset."""
    move, onset = np.full(len(pitch), form.NONE, np.int16), np.flatnonzero(pitch != form.NONE)
    move[onset[1:]] = np.diff(form.degree(pitch[onset], minor))
    return move


def _looped(
    pitch: NDArray[np.int16], period: int, length: int, steps: int, minor: bool
) -> NDArray[np.int16]:
    """The first so many sixteenths over and over, so many steps of the scale further each time."""
    rounds, place = np.divmod(np.arange(length), period)
    heard = np.append(pitch, np.full(period, form.NONE, np.int16))[place]
    return np.where(heard == form.NONE, form.NONE, _carried(heard, steps * rounds, minor))


def _carried(pitch: NDArray[np.int16], steps: NDArray[np.intp], minor: bool) -> NDArray[np.int16]:
    """Offsets so many steps of the scale further, all on tones of the scale."""
    octave, step = np.divmod(form.degree(pitch, minor) + steps, 7)
    return (12 * octave + np.take(MINOR if minor else MAJOR, step)).astype(np.int16)


def _counted(now: Line, then: Line, bar: int) -> Counts:
    """A line against another of an earlier time, sixteenth by sixteenth."""
    counts = _nothing()
    for number, lag in enumerate(form.LAGS):
        kinds, _, runs = _compared(now, then, lag * bar)
        np.add.at(counts[number], (runs, kinds), 1)
    return counts


def _compared(
    now: Line, then: Line, apart: int
) -> tuple[NDArray[np.int8], NDArray[np.bool_], NDArray[np.int8]]:
    """A line against one so many sixteenths earlier: kinds, where they say anything, and runs.

    Kinds and classes of runs are those that say anything, where is of all sixteenths from there on.
    """
    length = max(min(len(now[0]) - apart, len(then[0])), 0)
    kinds = form.kinds(then[0][:length], now[0][apart : apart + length])
    kinds = form.moved(kinds, then[1][:length], now[1][apart : apart + length])
    heard = kinds != form.QUIET
    return kinds[heard], heard, form.RUN_CLASS[_runs(kinds[heard])]


def _runs(kinds: NDArray[np.int8]) -> NDArray[np.intp]:
    """The run before each sixteenth, see `form.LONGEST`."""
    run = np.zeros(len(kinds) + 1, np.intp)
    for place, kind in enumerate(kinds):
        run[place + 1] = form.follow(run[place], kind)
    return run[:-1]
