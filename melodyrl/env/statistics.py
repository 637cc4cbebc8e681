"""What a melody is like, in figures that no reward is made of; measured alike on people and on us.

A statistic is a function of a stretch of eight bars (`stretches`), NaN where the stretch cannot
tell (no leap, no chord). Definitions are the usual ones: intervals and post-skip reversal after
Huron (2006), groove after Dixon et al. as in MusPy (Dong et al. 2020), CTnCTR after Yeh et al.
(2021).
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.music.meter import BEAT, MID_BAR, Meter
from melodyrl.env.tune import MAJOR, MINOR, Tune

BARS = 8
"""Bars of a stretch."""

FEWEST_NOTES = 12
"""A stretch with fewer notes says little."""

LEAP = 5
"""Semitones from which an interval is a leap."""

UNKNOWN = float("nan")

Ints = NDArray[np.integer]
Bools = NDArray[np.bool_]


def stretches(tune: Tune, bars: int = BARS) -> Iterator[Tune]:
    """The tune cut into stretches of whole bars that lie side by side, its last few left out."""
    length = bars * tune.bar_steps
    for start in range(0, int(tune.onset[-1]) + tune.bar_steps - length + 1, length):
        inside = (tune.onset >= start) & (tune.onset < start + length)
        if inside.sum() < FEWEST_NOTES:
            continue
        onset = tune.onset[inside] - start
        chords = _chords_from(tune.chords, start, start + length)
        held = np.minimum(tune.duration[inside], length - onset)
        yield replace(tune, onset=onset, duration=held, pitch=tune.pitch[inside], chords=chords)


def statistics(stretch: Tune) -> dict[str, float]:
    """Every statistic of a stretch by its name."""
    return {name: measure(stretch) for name, measure in STATISTICS.items()}


def repeated_notes(stretch: Tune) -> float:
    """Share of intervals that are unisons."""
    return _share(_moves(stretch) == 0)


def steps(stretch: Tune) -> float:
    """Share of intervals of 1 or 2 semitones."""
    return _between(stretch, 1, 2)


def thirds(stretch: Tune) -> float:
    """Share of intervals of 3 or 4 semitones."""
    return _between(stretch, 3, 4)


def fourths_and_fifths(stretch: Tune) -> float:
    """Share of intervals of 5 to 7 semitones."""
    return _between(stretch, 5, 7)


def wider(stretch: Tune) -> float:
    """Share of intervals wider than a fifth."""
    return _between(stretch, 8, 127)


def mean_interval(stretch: Tune) -> float:
    """Mean size of an interval in semitones."""
    return float(np.abs(_moves(stretch)).mean())


def compass(stretch: Tune) -> float:
    """Semitones from the lowest to the highest note."""
    return float(stretch.pitch.max() - stretch.pitch.min())


def class_entropy(stretch: Tune) -> float:
    """Entropy of the pitch classes in bits."""
    share = np.bincount(stretch.pitch % 12, minlength=12) / len(stretch.pitch)
    return float(-(share[share > 0] * np.log2(share[share > 0])).sum())


def classes(stretch: Tune) -> float:
    """How many pitch classes there are."""
    return float(len(np.unique(stretch.pitch % 12)))


def correlation(lag: int) -> Callable[[Tune], float]:
    """Correlation of the pitches with those so many notes later."""

    def measure(stretch: Tune) -> float:
        centred = stretch.pitch - stretch.pitch.mean()
        power = float((centred**2).sum())
        return float((centred[lag:] * centred[:-lag]).sum()) / power if power else UNKNOWN

    return measure


def long_runs(stretch: Tune) -> float:
    """Share of intervals that are part of four or more in one direction."""
    direction = np.sign(_moves(stretch))
    length = _run_lengths(direction)
    return _share((length >= 4) & (direction != 0))


def longest_repeat(stretch: Tune) -> float:
    """How often a note is struck in a row, at most."""
    still = _moves(stretch) == 0
    return float(1 + (_run_lengths(still)[still].max() if still.any() else 0))


def leaps_turned(stretch: Tune) -> float:
    """Of the leaps, the share that the next interval turns back from."""
    return _after_leaps(stretch, lambda leap, after: np.sign(after) == -np.sign(leap))


def leaps_stepped_back(stretch: Tune) -> float:
    """Of the leaps, the share that the next interval turns back from by a step."""
    return _after_leaps(
        stretch, lambda leap, after: (np.sign(after) == -np.sign(leap)) & (np.abs(after) <= 2)
    )


def leaps_continued(stretch: Tune) -> float:
    """Of the leaps, the share that the next interval goes on from in the same direction."""
    return _after_leaps(stretch, lambda leap, after: np.sign(after) == np.sign(leap))


def step_inertia(stretch: Tune) -> float:
    """Of the steps that another note follows, the share that go on in their direction."""
    moves = _moves(stretch)
    step, after = moves[:-1], moves[1:]
    counts = (np.abs(step) >= 1) & (np.abs(step) <= 2) & (after != 0)
    return _share(np.sign(step[counts]) == np.sign(after[counts]))


def alternation(stretch: Tune) -> float:
    """Share of the notes that end a pattern A B A B."""
    p = stretch.pitch
    return _share((p[3:] == p[1:-2]) & (p[2:-1] == p[:-3]) & (p[3:] != p[2:-1]))


def figures_repeated(stretch: Tune) -> float:
    """Share of figures of four intervals and their rhythm that were heard before."""
    moves, gaps = _moves(stretch), np.diff(stretch.onset)
    rows = zip(moves.tolist(), gaps.tolist(), strict=True)
    return _heard_before(_grams(list(rows), 4))


def bars_repeated(stretch: Tune) -> float:
    """Share of the bars that were heard before, note for note."""
    return _heard_before([bar for bar in _bars(stretch) if bar])


def rhythms_repeated(stretch: Tune) -> float:
    """Share of the bars whose rhythm was heard before."""
    return _heard_before([tuple(at for at, _ in bar) for bar in _bars(stretch) if bar])


def groove(stretch: Tune) -> float:
    """How far each bar has its onsets where the bar before has them: 1 less their mean distance."""
    grid = np.zeros(BARS * stretch.bar_steps, np.bool_)
    grid[stretch.onset[stretch.onset < len(grid)]] = True
    bars = grid.reshape(BARS, stretch.bar_steps)
    return float(1 - (bars[1:] != bars[:-1]).mean())


def rests(stretch: Tune) -> float:
    """Share of the time in which no note sounds."""
    first, last = int(stretch.onset[0]), int(stretch.onset[-1] + stretch.duration[-1])
    return 1 - float(stretch.duration.sum()) / (last - first)


def notes_a_beat(stretch: Tune) -> float:
    """Onsets a quarter note."""
    return len(stretch.onset) / (BARS * stretch.bar_steps / 4)


def long_notes(stretch: Tune) -> float:
    """Share of the notes that last a half note or longer."""
    return _share(stretch.duration >= 8)


def on_the_beat(stretch: Tune) -> float:
    """Share of the onsets that fall on a beat."""
    return _share(_levels(stretch) <= BEAT)


def outside_the_scale(stretch: Tune) -> float:
    """Share of the notes that are not of the key."""
    scale = np.isin((stretch.pitch - stretch.tonic) % 12, MINOR if stretch.minor else MAJOR)
    return _share(~scale)


def phrase_ends_stable(stretch: Tune) -> float:
    """Of the last notes of each four bars, the share on the tonic or its third or fifth.

    Where chords are known, a tone of the chord is stable too.
    """
    half = BARS // 2 * stretch.bar_steps
    ends = [np.flatnonzero(stretch.onset < end) for end in (half, 2 * half)]
    last = np.unique([end[-1] for end in ends if len(end)])
    third = 3 if stretch.minor else 4
    stable = np.isin((stretch.pitch - stretch.tonic) % 12, (0, third, 7))
    on_chord = _on_chord(stretch)
    return _share((stable | (False if on_chord is None else on_chord))[last])


def strong_chord_tones(stretch: Tune) -> float:
    """Share of the onsets on strong beats that are tones of the chord."""
    return _chord_tones(stretch, lambda level: level <= MID_BAR)


def beat_chord_tones(stretch: Tune) -> float:
    """Share of the onsets on other beats that are tones of the chord."""
    return _chord_tones(stretch, lambda level: level == BEAT)


def offbeat_chord_tones(stretch: Tune) -> float:
    """Share of the onsets off the beat that are tones of the chord."""
    return _chord_tones(stretch, lambda level: level > BEAT)


def chord_tones(stretch: Tune) -> float:
    """Share of all onsets that are tones of the chord."""
    return _chord_tones(stretch, lambda level: level >= 0)


def left_by_step(stretch: Tune) -> float:
    """Of the notes that are no chord tones, the share left by a step."""
    on_chord = _on_chord(stretch)
    if on_chord is None:
        return UNKNOWN
    size = np.abs(_moves(stretch))
    return _share(((size >= 1) & (size <= 2))[~on_chord[:-1]])


def proper_tones(stretch: Tune) -> float:
    """CTnCTR: chord tones, and other tones that a chord tone follows within two semitones."""
    on_chord = _on_chord(stretch)
    if on_chord is None:
        return UNKNOWN
    resolved = ~on_chord[:-1] & on_chord[1:] & (np.abs(_moves(stretch)) <= 2)
    return float(on_chord.sum() + resolved.sum()) / len(on_chord)


STATISTICS: dict[str, Callable[[Tune], float]] = {
    "repeated notes": repeated_notes,
    "steps": steps,
    "thirds": thirds,
    "fourths and fifths": fourths_and_fifths,
    "wider": wider,
    "mean interval": mean_interval,
    "compass": compass,
    "class entropy": class_entropy,
    "classes": classes,
    "correlation 1": correlation(1),
    "correlation 2": correlation(2),
    "correlation 3": correlation(3),
    "long runs": long_runs,
    "longest repeat": longest_repeat,
    "leaps turned": leaps_turned,
    "leaps stepped back": leaps_stepped_back,
    "leaps continued": leaps_continued,
    "step inertia": step_inertia,
    "alternation": alternation,
    "figures repeated": figures_repeated,
    "bars repeated": bars_repeated,
    "rhythms repeated": rhythms_repeated,
    "groove": groove,
    "rests": rests,
    "notes a beat": notes_a_beat,
    "long notes": long_notes,
    "on the beat": on_the_beat,
    "outside the scale": outside_the_scale,
    "phrase ends stable": phrase_ends_stable,
    "strong chord tones": strong_chord_tones,
    "beat chord tones": beat_chord_tones,
    "off-beat chord tones": offbeat_chord_tones,
    "chord tones": chord_tones,
    "left by step": left_by_step,
    "proper tones": proper_tones,
}


def _moves(stretch: Tune) -> Ints:
    return np.diff(stretch.pitch.astype(np.int64))


def _share(flags: Bools) -> float:
    return float(flags.mean()) if len(flags) else UNKNOWN


def _between(stretch: Tune, least: int, most: int) -> float:
    size = np.abs(_moves(stretch))
    return _share((size >= least) & (size <= most))


def _run_lengths(values: NDArray[np.generic]) -> Ints:
    """Of each place, how long the run of equal values is that it is part of."""
    starts = np.flatnonzero(np.concatenate([[True], values[1:] != values[:-1]]))
    lengths = np.diff(np.append(starts, len(values)))
    return np.repeat(lengths, lengths)


def _after_leaps(stretch: Tune, holds: Callable[[Ints, Ints], Bools]) -> float:
    moves = _moves(stretch)
    leaps = np.flatnonzero(np.abs(moves[:-1]) >= LEAP)
    return _share(holds(moves[leaps], moves[leaps + 1]))


def _grams(rows: list[tuple[int, int]], length: int) -> list[tuple[tuple[int, int], ...]]:
    return [tuple(rows[i : i + length]) for i in range(len(rows) - length + 1)]


def _heard_before(things: list[tuple[object, ...]] | list[tuple[tuple[int, int], ...]]) -> float:
    return 1 - len(set(things)) / len(things) if things else UNKNOWN


def _bars(stretch: Tune) -> list[tuple[tuple[int, int], ...]]:
    """Of each bar, the sixteenth and the pitch of its notes."""
    bar, step = np.divmod(stretch.onset, stretch.bar_steps)
    notes = list(zip(step.tolist(), stretch.pitch.tolist(), strict=True))
    return [tuple(notes[i] for i in np.flatnonzero(bar == number)) for number in range(BARS)]


def _levels(stretch: Tune) -> Ints:
    meter = Meter(4, 4) if stretch.bar_steps == 16 else Meter(3, 4)
    meter = Meter(6, 8) if stretch.beat_steps == 6 else meter
    by_step = np.array([meter.level(step) for step in range(stretch.bar_steps)])
    return by_step[stretch.onset % stretch.bar_steps]


def _chord_tones(stretch: Tune, where: Callable[[Ints], Bools]) -> float:
    on_chord = _on_chord(stretch)
    return UNKNOWN if on_chord is None else _share(on_chord[where(_levels(stretch))])


def _on_chord(stretch: Tune) -> Bools | None:
    """Of each note, whether it is a tone of the chord at its onset; None where none is known."""
    if not stretch.chords:
        return None
    at, mask = np.array(stretch.chords).T
    sounding = mask[np.maximum(np.searchsorted(at, stretch.onset, side="right") - 1, 0)]
    return (sounding >> (stretch.pitch % 12) & 1).astype(np.bool_)


def _chords_from(
    chords: tuple[tuple[int, int], ...], start: int, end: int
) -> tuple[tuple[int, int], ...]:
    """The chords of a stretch of time, the one that sounds at its beginning included."""
    before = [mask for at, mask in chords if at <= start]
    first = [(0, before[-1])] if before else []
    return (*first, *((at - start, mask) for at, mask in chords if start < at < end))
