"""The whole evaluation, stage by stage; what is measured stays when a later stage is stopped.

What is told of a policy is independent of its rewards; the return that it was trained for is the
last column.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.policy.policy import NetworkPolicy
from melodyrl.env.plan import Plan
from melodyrl.env.players import CHARTS, HEARD, Habits, full_plan
from melodyrl.env.tune import Tune
from melodyrl.measure.adaptation import Adaptation, adapt
from melodyrl.measure.estimate import bootstrap
from melodyrl.measure.figures import Figures, figures
from melodyrl.measure.judges import Apart, Judges
from melodyrl.measure.knobs import METRICS, SETTINGS, Front, KnobCurve, Known, front, turn
from melodyrl.measure.people import People
from melodyrl.measure.perform import Told, perform, tunes
from melodyrl.measure.profile import Profile, profile
from melodyrl.measure.roster import BEAM, BEST_PAID, DEFAULT, Player, lanes_for, players
from melodyrl.measure.row import Row, summarise
from melodyrl.measure.variety import Variety, vary

Tells = Callable[[str, int], None]
"""Hears what is being measured, and how many sixteenths have been played since."""

STEPS = 256
"""Sixteenths of an episode."""

MIXTURES = 11
"""Points of the front."""

VARIED = 6
"""Progressions that takes are compared on: one for each feel."""

SAMPLES = 8
"""Melodies that are shown: those over the first progressions, not chosen."""

PAID = 3
"""The same of what is paid the most."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How much is measured."""

    seed: int = 0
    progressions: int = 500
    seeds: int = 3
    """Times that what is random plays over all progressions."""
    costly: int = 48
    """Progressions of the beam search."""
    knob_progressions: int = 96
    takes: int = 100
    adapted: int = 48
    """Progressions in which the player jumps."""


QUICK = Settings(progressions=40, seeds=1, costly=4, knob_progressions=8, takes=20, adapted=6)


@dataclass(slots=True)
class Evaluation:
    """All that is known so far."""

    policy: str
    settings: Settings
    rows: list[Row] = field(default_factory=list)
    live: Row | None = None
    """The policy over players that it hears as it does live: late, early, silent, modulating."""
    among_people: Mapping[str, Apart] = field(default_factory=dict)
    """How well judges tell each corpus from the others."""
    histograms: dict[str, tuple[float, ...]] = field(default_factory=dict)
    """Of the policy at its defaults, in the bins of the bands."""
    profile: Profile | None = None
    """The same of when its notes begin and how long they last."""
    samples: list[Tune] = field(default_factory=list)
    best_paid: list[Tune] = field(default_factory=list)
    """What the rewards alone would have played."""
    knobs: list[KnobCurve] = field(default_factory=list)
    front: Front | None = None
    variety: Variety | None = None
    adaptation: Adaptation | None = None
    is_judged: bool = False
    """People's tunes were at hand, so that judges could be asked."""


@dataclass(frozen=True, slots=True)
class Evaluator:
    """Measures a policy against people."""

    policy: NetworkPolicy
    people: People
    settings: Settings
    judges: Judges | None = None

    def stages(self, tells: Tells) -> Iterator[Evaluation]:
        """Measure stage by stage: the same evaluation after each, with more in it."""
        found = Evaluation(self.policy.name, self.settings, is_judged=self.judges is not None)
        charts = self._plan(CHARTS, self.settings.progressions, 1)
        for player in players(self.policy, self.people):
            self._add(found, player, charts, tells)
            yield found
        self._add_people(found)
        yield found
        live = self._plan(HEARD, self.settings.progressions, 2)
        player = replace(self._default(), name=f"{DEFAULT}, heard live")
        found.live = self._row(player, live, _telling(tells, "playing live"))[0]
        yield found
        yield from self._alone(found, tells)

    def cost(self) -> int:
        """Sixteenths that all stages play together."""
        chosen = self.settings
        rows = sum(self._plays(each) for each in players(self.policy, self.people))
        live = self._plays(self._default())
        knobs = (len(METRICS) * SETTINGS + MIXTURES) * chosen.knob_progressions
        return STEPS * (rows + live + knobs + VARIED * chosen.takes + chosen.adapted)

    def _alone(self, found: Evaluation, tells: Tells) -> Iterator[Evaluation]:
        """What is measured of the policy alone."""
        chosen, known = self.settings, Known(self.people.bands, self.people.trigram)
        plan = self._plan(CHARTS, chosen.knob_progressions, 3)
        for knob in METRICS:
            told = _telling(tells, f"the {knob} knob")
            found.knobs.append(turn(self.policy, knob, plan, chosen.seed, known, told))
            yield found
        told = _telling(tells, "harmony against diversity")
        found.front = front(self.policy, MIXTURES, plan, chosen.seed, known, told)
        yield found
        plan, told = self._plan(CHARTS, VARIED, 4), _telling(tells, "many takes")
        found.variety = vary(self.policy, plan, chosen.takes, self._rng(5), told)
        yield found
        plan, told = self._plan(CHARTS, chosen.adapted, 6), _telling(tells, "a change of key")
        found.adaptation = adapt(self.policy, plan, told)
        yield found

    def _add(self, found: Evaluation, player: Player, plan: Plan, tells: Tells) -> None:
        some = plan.take(np.arange(self.settings.costly)) if player.is_costly else plan
        row, played, heard = self._row(player, some, _telling(tells, player.name))
        found.rows.append(row)
        if player.name == BEST_PAID:
            found.best_paid = played[:PAID]
        if player.name == DEFAULT:
            found.samples = played[:SAMPLES]
            found.histograms = self._histograms(heard)
            found.profile = profile(heard.stretches)

    def _row(self, player: Player, plan: Plan, told: Told) -> tuple[Row, list[Tune], Figures]:
        """A player over a plan, as often as there are seeds where that makes a difference."""
        played: list[Tune] = []
        rewards: list[NDArray[np.float64]] = []
        weight = BEAM if player.is_costly else 1
        for seed in range(self.settings.seeds if player.is_random else 1):
            strategy = player.strategy(self._rng(7, seed))
            heard = perform(
                lanes_for(player.knobs, plan), strategy, lambda steps: told(weight * steps)
            )
            played += tunes(heard, player.name)
            rewards.append(heard.reward)
        found = figures(played, self.people.trigram, 0)
        lane = np.tile(np.arange(len(plan.length)), len(rewards))
        reward = bootstrap(np.concatenate(rewards), lane, self._rng(8))
        row = summarise(player.name, found, self.people.bands, self._rng(9), reward)
        return self._judged(row, found), played, found

    def _add_people(self, found: Evaluation) -> None:
        """The held-out row; with a corpus, the judges' word on it and on each corpus."""
        found.rows.append(self.people.held_out)
        if self.judges is not None:
            found.among_people = self.judges.among_people()

    def _judged(self, row: Row, found: Figures) -> Row:
        return row if self.judges is None else self.judges.judged(row, found)

    def _histograms(self, found: Figures) -> dict[str, tuple[float, ...]]:
        shares: dict[str, tuple[float, ...]] = {}
        for name, band in self.people.bands.items():
            values = found.of(name)
            shares[name] = tuple(band.histogram(values[~np.isnan(values)]).tolist())
        return shares

    def _default(self) -> Player:
        everyone = players(self.policy, self.people)
        return next(player for player in everyone if player.name == DEFAULT)

    def _plays(self, player: Player) -> int:
        """Episodes of a row, each counted by how much it costs."""
        if player.is_costly:
            return BEAM * self.settings.costly
        seeds = self.settings.seeds if player.is_random else 1
        return seeds * self.settings.progressions

    def _plan(self, habits: Habits, lanes: int, stream: int) -> Plan:
        return full_plan(self._rng(stream), lanes, "test", habits)

    def _rng(self, *stream: int) -> np.random.Generator:
        return np.random.default_rng((self.settings.seed, *stream))


def _telling(tells: Tells, what: str) -> Told:
    return lambda steps: tells(what, steps)
