"""What a good policy is expected to reach, and whether this one does."""

from collections.abc import Iterator
from dataclasses import dataclass

from melodyrl.measure.evaluation import Evaluation
from melodyrl.measure.people import People
from melodyrl.measure.roster import DEFAULT
from melodyrl.measure.row import Row

INSIDE = 22 / 24
"""Share of the statistics whose mean lies in people's band."""

TOLD_APART = 0.8
BARS_REPEATED = (0.05, 0.40)
ENDS_STABLE = 0.7
SURPRISE = 0.3
"""Bits a note from people's mean."""

MONOTONE = 0.95
DISTINCT = 0.95
BACK_WITHIN = 2.0
"""Beats."""


@dataclass(frozen=True, slots=True)
class Aim:
    """One expectation."""

    name: str
    wanted: str
    found: str
    is_met: bool


def aims(found: Evaluation, people: People) -> list[Aim]:
    """All that can be said so far."""
    row = next((row for row in found.rows if row.name == DEFAULT), None)
    told = [] if row is None else [*_like_people(row, people), *_told_apart(row)]
    return [*told, *_of_knobs(found), *_of_takes(found, people), *_of_following(found)]


def _like_people(row: Row, people: People) -> Iterator[Aim]:
    share = row.centres_inside / row.centres
    yield Aim(
        "Statistics whose mean lies in people's band",
        f"{INSIDE:.0%} of them",
        f"{row.centres_inside} of {row.centres}",
        share >= INSIDE,
    )
    bits, human = row.statistics["surprise"].mean, people.bands["surprise"].mean
    yield Aim(
        "Surprise under a trigram of people's tunes",
        f"{human:.2f} ± {SURPRISE} bits a note",
        f"{bits:.2f}",
        abs(bits - human) <= SURPRISE,
    )
    low, high = BARS_REPEATED
    bars = row.statistics["bars repeated"].mean
    yield Aim("Bars repeated", f"{low:.0%} to {high:.0%}", f"{bars:.1%}", low <= bars <= high)
    ends = row.statistics["phrase ends stable"].mean
    yield Aim(
        "Phrases that end on a stable tone",
        f"at least {ENDS_STABLE:.0%}",
        f"{ends:.0%}",
        ends >= ENDS_STABLE,
    )


def _told_apart(row: Row) -> Iterator[Aim]:
    judges = {"the statistics": row.auc, "a network that reads the notes": row.auc_notes}
    for judge, area in judges.items():
        if area is not None:
            name = f"Told from people by {judge} (area under the curve)"
            yield Aim(name, f"at most {TOLD_APART:.2f}", f"{area:.2f}", area <= TOLD_APART)


def _of_knobs(found: Evaluation) -> Iterator[Aim]:
    for curve in found.knobs:
        yield Aim(
            f"The {curve.knob} knob moves {curve.metric} (Spearman)",
            f"at least {MONOTONE}",
            f"{curve.spearman:.3f}",
            curve.spearman >= MONOTONE,
        )
    left = [f"{name} ({curve.knob})" for curve in found.knobs for name in curve.outside]
    if found.knobs:
        yield Aim(
            "What knobs drive out of the bands: range, repeats, notes a beat",
            "nothing",
            ", ".join(left) or "nothing",
            not left,
        )


def _of_takes(found: Evaluation, people: People) -> Iterator[Aim]:
    if (variety := found.variety) is None:
        return
    wanted = DISTINCT * variety.takes
    yield Aim(
        f"Different melodies in {variety.takes} takes on one chart, in one feel",
        f"at least {wanted:.0f}",
        f"{variety.distinct:.1f}",
        variety.distinct >= wanted,
    )
    band = people.same_tune
    yield Aim(
        "How alike two of them are",
        f"{band.low:.2f} to {band.high:.2f}, as two stretches of one tune",
        f"{variety.similarity:.2f}",
        bool(band.holds(variety.similarity)),
    )


def _of_following(found: Evaluation) -> Iterator[Aim]:
    if (adaptation := found.adaptation) is not None:
        beats = adaptation.returned
        yield Aim(
            "Back in harmony after the player jumps a tritone",
            f"within {BACK_WITHIN:.0f} beats",
            "never" if beats != beats else f"{beats:.0f} beats",
            beats <= BACK_WITHIN,
        )
