"""What a melody is like, in figures that no reward is made of, alike for people and for us.

A statistic is a function of a stretch of eight bars (`stretches`), NaN where the stretch cannot
tell (no leap, no chord). A new one is one function, and one line here.
"""

from collections.abc import Callable

from melodyrl.env.tune import Tune
from melodyrl.measure import harmonic, melodic, metrical

STATISTICS: dict[str, Callable[[Tune], float]] = {
    "repeated notes": melodic.repeated_notes,
    "steps": melodic.steps,
    "thirds": melodic.thirds,
    "fourths and fifths": melodic.fourths_and_fifths,
    "wider": melodic.wider,
    "mean interval": melodic.mean_interval,
    "compass": melodic.compass,
    "distinct in eight": melodic.distinct_in_eight,
    "class entropy": melodic.class_entropy,
    "classes": melodic.classes,
    "correlation 1": melodic.correlation(1),
    "correlation 2": melodic.correlation(2),
    "correlation 3": melodic.correlation(3),
    "long runs": melodic.long_runs,
    "longest repeat": melodic.longest_repeat,
    "leaps turned": melodic.leaps_turned,
    "leaps stepped back": melodic.leaps_stepped_back,
    "leaps continued": melodic.leaps_continued,
    "step inertia": melodic.step_inertia,
    "alternation": melodic.alternation,
    "figures repeated": metrical.figures_repeated,
    "bars repeated": metrical.bars_repeated,
    "rhythms repeated": metrical.rhythms_repeated,
    "groove": metrical.groove,
    "rests": metrical.rests,
    "notes a beat": metrical.notes_a_beat,
    "long notes": metrical.long_notes,
    "on the beat": metrical.on_the_beat,
    "syncopated": metrical.syncopated,
    "outside the scale": melodic.outside_the_scale,
    "phrase ends on triad": harmonic.phrase_ends_on_triad,
    "phrase ends stable": harmonic.phrase_ends_stable,
    "strong chord tones": harmonic.strong_chord_tones,
    "beat chord tones": harmonic.beat_chord_tones,
    "off-beat chord tones": harmonic.offbeat_chord_tones,
    "chord tones": harmonic.chord_tones,
    "left by step": harmonic.left_by_step,
    "proper tones": harmonic.proper_tones,
}


def statistics(stretch: Tune) -> dict[str, float]:
    """Every statistic of a stretch by its name."""
    return {name: measure(stretch) for name, measure in STATISTICS.items()}
