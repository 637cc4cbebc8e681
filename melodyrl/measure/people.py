"""What is known of people's melodies without a corpus: counts over many tunes, read from JSON.

`melodyrl fit` writes them. Bands are of 4/4 alone, since that is what policies are measured in.
A fifth of the tunes, by a hash of their names, is held out: it makes the row of people.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from melodyrl.env.fit import HELD_OUT
from melodyrl.env.tune import Tune
from melodyrl.errors import ConfigError
from melodyrl.measure.bands import FEWEST, Band, band
from melodyrl.measure.estimate import Estimate
from melodyrl.measure.events import count_events
from melodyrl.measure.figures import NAMES, Figures, figures, joined, together
from melodyrl.measure.plain import text
from melodyrl.measure.profile import Profile, profile
from melodyrl.measure.row import Row, summarise
from melodyrl.measure.similarity import similarities
from melodyrl.measure.stretches import stretches
from melodyrl.measure.trigram import Trigram, count, trigram

FILE = "people.json"
HELD_OUT_NAME = "people, held out"
FOLDS = 5
"""Parts of the tunes: one held out, each other measured by a trigram of the rest."""


@dataclass(frozen=True, slots=True)
class People:
    """Bands and habits of people."""

    tunes: Mapping[str, int]
    """Tunes of each corpus in 4/4."""
    bands: Mapping[str, Band]
    """By statistic."""
    held_out: Row
    profile: Profile
    same_tune: Band
    """Similarity of two stretches of one tune."""
    other_tunes: Band
    """Similarity of stretches of two tunes of one corpus."""
    trigram: Trigram
    events: NDArray[np.int64]
    """Of `count_events`."""


def by_corpus(tunes: Sequence[Tune]) -> dict[str, list[Tune]]:
    """The tunes in 4/4 by where they are from, and 2/4 and 2/2, which are read as that."""
    found: dict[str, list[Tune]] = {}
    for tune in tunes:
        if tune.bar_steps == 16:
            found.setdefault(tune.source, []).append(tune)
    return found


def unread(tunes: Sequence[Tune], model: Trigram) -> dict[str, Figures]:
    """Figures of each corpus, no tune measured by a model that has read it.

    The model has read all but those held out: each part is measured by what it were without that.
    """
    parts = [[tune for tune in tunes if tune.split() == part] for part in range(FOLDS)]
    models = [model if part == HELD_OUT else model.without(parts[part]) for part in range(FOLDS)]
    return {
        source: joined([figures([tune], models[tune.split()]) for tune in some])
        for source, some in by_corpus(tunes).items()
    }


def evenly(tunes: Sequence[Tune], model: Trigram) -> Figures:
    """Figures of tunes with as many stretches of each corpus; those of few stretches left out."""
    found = [figures(some, model) for some in by_corpus(tunes).values()]
    return together([each for each in found if len(each.stretches) >= FEWEST] or found)


def fit_people(tunes: Sequence[Tune]) -> dict[str, Any]:
    """What `people` reads, of tunes of many corpora: the same tunes, the same numbers.

    Raises:
        ConfigError: the tunes are too few to say where people's melodies lie.
    """
    rest = [tune for tune in tunes if tune.split() != HELD_OUT]
    kept = count(rest)
    model = trigram(kept)
    bands = _bands(unread(rest, model))
    held = evenly([tune for tune in tunes if tune.split() == HELD_OUT], model)
    profiled = profile(evenly(rest, model).stretches)
    same, others = _similarities(rest)
    return {
        "tunes": {source: len(some) for source, some in by_corpus(tunes).items()},
        "bands": {name: asdict(each) for name, each in bands.items()},
        "held_out": asdict(summarise(HELD_OUT_NAME, held, bands, np.random.default_rng(0))),
        "profile": asdict(profiled),
        "same_tune": asdict(same),
        "other_tunes": asdict(others),
        "trigram": kept.tolist(),
        "events": count_events(t for some in by_corpus(rest).values() for t in some).tolist(),
    }


def write_people(fitted: dict[str, Any], folder: Path) -> None:
    """Write what was fitted as one file of JSON."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FILE).write_text(text(fitted), encoding="utf-8")


@cache
def people() -> People:
    """What ships."""
    return parse(files("melodyrl.measure").joinpath(FILE).read_text("utf-8"))


def parse(written: str) -> People:
    """What `write_people` wrote."""
    read = json.loads(written)
    held = read["held_out"]
    told = {name: Estimate(**each) for name, each in held["statistics"].items()}
    return People(
        tunes=read["tunes"],
        bands={name: _band(each) for name, each in read["bands"].items()},
        held_out=Row(**held | {"statistics": told, "inside": Estimate(**held["inside"])}),
        profile=Profile(**{name: tuple(each) for name, each in read["profile"].items()}),
        same_tune=_band(read["same_tune"]),
        other_tunes=_band(read["other_tunes"]),
        trigram=trigram(np.array(read["trigram"], np.int64)),
        events=np.array(read["events"], np.int64),
    )


def _band(read: dict[str, Any]) -> Band:
    corpora = {name: tuple(each) for name, each in read["corpora"].items()}
    return Band(**read | {"shares": tuple(read["shares"]), "corpora": corpora})


def _bands(found: Mapping[str, Figures]) -> dict[str, Band]:
    """Of each statistic that a corpus knows, by the figures of each."""
    bands: dict[str, Band] = {}
    for name in NAMES:
        values = {source: each.of(name) for source, each in found.items()}
        if (known := band(values)) is not None:
            bands[name] = known
    if not bands:
        raise ConfigError(
            f"Too few tunes in 4/4 for bands: at least {FEWEST} stretches of eight bars are "
            "needed of a corpus. Read more tunes."
        )
    return bands


def _similarities(tunes: Sequence[Tune]) -> tuple[Band, Band]:
    """Of the first two stretches of each tune, and of the first ones of neighbours in a corpus."""
    same: dict[str, np.ndarray] = {}
    others: dict[str, np.ndarray] = {}
    for source, some in by_corpus(tunes).items():
        parts = [each for tune in some if (each := list(stretches(tune))[:2])]
        firsts, pairs = [each[0] for each in parts], [each for each in parts if len(each) == 2]
        same[source] = similarities([a for a, _ in pairs], [b for _, b in pairs])
        others[source] = similarities(firsts[:-1], firsts[1:])
    found = band(same), band(others)
    if found[0] is None or found[1] is None:
        raise ConfigError(
            f"Too few long tunes in 4/4: at least {FEWEST} of sixteen bars are needed of a corpus. "
            "Read more tunes."
        )
    return found[0], found[1]
