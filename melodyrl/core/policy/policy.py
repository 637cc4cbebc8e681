"""How a mind chooses: a draw by w . Q and by people's habit, and why it chose what it did."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.policy.chords.preset import ChordPreset
from melodyrl.core.policy.network import Bools, Floats, Network
from melodyrl.core.policy.observe import layout
from melodyrl.core.policy.presets import Preset
from melodyrl.core.policy.question import Question
from melodyrl.core.policy.state import WINDOW
from melodyrl.core.policy.thoughts import Thoughts

AnyPreset = Preset | ChordPreset
"""The task of a melody or of an accompaniment."""

THOUGHTS = 128
"""Choices that are thought about at a time: two octaves of notes in two steps of the grid, and as
many again."""

MIDDLE = 12
"""Offset that the rule begins from: the second of the three octaves."""


@dataclass(frozen=True, slots=True, eq=False)
class Decision:
    """An action, and why: the value of each reward term, for it and for all others."""

    action: int
    q_AK: Floats  # noqa: N815
    """(A, K) Q-values of all actions."""
    terms: Floats
    """(K,) Q-values of the action: what it is worth from now on."""
    reward: Floats
    """(K,) what the action earns at once."""
    chances_A: NDArray[np.float64]  # noqa: N815
    """(A,) how likely each action was; of those that cannot be drawn from, 1 for the action."""


@dataclass(frozen=True, slots=True, eq=False)
class Odds:
    """What one action is drawn by."""

    q_AK: Floats  # noqa: N815
    """(A, K) Q-values of all actions."""
    chances_A: NDArray[np.float64]  # noqa: N815
    """(A,) how likely each action is."""
    mass_A: NDArray[np.float64] | None  # noqa: N815
    """(A,) sums of the chances up to each; None where nothing is left to chance."""
    last: int
    """The last action that can be; the only one, where nothing is left to chance."""

    def draw(self, judgement: Floats, rng: np.random.Generator) -> Decision:
        """An action by its chance; what is lost in rounding goes to the last one."""
        action = self.last
        if (mass := self.mass_A) is not None:
            drawn = mass.searchsorted(rng.random() * float(mass[-1]), side="right")
            action = min(int(drawn), self.last)
        return Decision(action, self.q_AK, self.q_AK[action], judgement[action], self.chances_A)


class Policy(Protocol):
    """What the engine asks at each step of the grid."""

    @property
    def name(self) -> str:
        """What to call it, in one or two words."""
        ...

    @property
    def preset(self) -> AnyPreset:
        """The task that it was made for."""
        ...

    def decide(self, question: Question, rng: np.random.Generator) -> Decision:
        """Choose one of the actions of the mask, by nothing but the question and the generator.

        It is asked also about notes that never come.
        """
        ...

    def think(self, question: Question) -> None:
        """Work ahead for `decide` of this very question; or do nothing."""
        ...


class NetworkPolicy:
    """Draws by w . Q of a trained network, and by habit."""

    def __init__(self, network: Network, preset: AnyPreset, name: str = "network") -> None:
        self.network, self.preset, self.name = network, preset, name
        self._thoughts = Thoughts[Odds](THOUGHTS)

    def decide(self, question: Question, rng: np.random.Generator) -> Decision:
        """Draw an action; at temperature 0 take the best one.

        Raises:
            FloatingPointError: a Q-value of a legal action is not finite.
        """
        odds = self._thoughts.recall(question) or self._weigh(question)
        return odds.draw(question.judgement, rng)

    def think(self, question: Question) -> None:
        """Do all but draw."""
        if self._thoughts.recall(question) is not None:
            return
        with suppress(FloatingPointError):  # raised again where it is to be decided
            with np.errstate(over="ignore", invalid="ignore"):
                self.network.think(question.features, question.w, question.judgement)
            self._thoughts.keep(self._weigh(question), question)

    def _weigh(self, asked: Question) -> Odds:
        with np.errstate(over="ignore", invalid="ignore"):
            q_AK = self.network.one(asked.features, asked.w, asked.judgement, asked.mask)
        return weigh(q_AK, asked.mask, asked.w, asked.temperature, asked.habit)


class GreedyPolicy:
    """Draws by w . r, and by habit: looks one step ahead, and needs no file."""

    def __init__(self, preset: AnyPreset, name: str = "greedy") -> None:
        self.preset, self.name = preset, name

    def decide(self, question: Question, rng: np.random.Generator) -> Decision:
        """Draw an action by what it earns now; at temperature 0 take the best one."""
        earned, mask, w = question.judgement, question.mask, question.w
        return choose(earned, earned, mask, w, question.temperature, rng, question.habit)

    def think(self, question: Question) -> None:
        """Nothing: a choice costs little."""


class RulePolicy:
    """The nearest chord tone on each beat, held until the next: what plays when all else fails.

    Without a chord it takes the scale; without either it holds its note, or rests. It reads
    the features and the mask alone, draws nothing, and never raises on arrays of its preset.
    """

    def __init__(self, preset: Preset, name: str = "rule") -> None:
        self.preset, self.name = preset, name
        self._layout = layout(preset)

    def decide(self, question: Question, rng: np.random.Generator) -> Decision:
        """Choose by rule; w, temperature, rng and habit change nothing."""
        judgement, mask = question.judgement, question.mask
        action = self._choose(np.nan_to_num(question.features), mask)
        earned = judgement[action]
        return Decision(action, judgement, earned, earned, _certain(action, len(mask)))

    def think(self, question: Question) -> None:
        """Nothing: a choice costs little."""

    def _choose(self, features: Floats, mask: Bools) -> int:
        actions = self.preset.actions
        if actions.hold is not None and not features[self._layout["level"]][:3].any():
            return self._wait(mask)
        allowed = mask[actions.first_pitch :] & self._in_harmony(features)
        if not allowed.any():
            return self._wait(mask)
        away = np.abs(actions.pitches - self._last_offset(features)).astype(np.float64)
        return actions.first_pitch + int(np.where(allowed, away, np.inf).argmin())

    def _wait(self, mask: Bools) -> int:
        """Hold if possible, else rest, else the first legal action."""
        actions = self.preset.actions
        for quiet in (actions.hold, actions.rest):
            if quiet is not None and mask[quiet]:
                return quiet
        return int(mask.argmax())

    def _in_harmony(self, features: Floats) -> Bools:
        """(P,) pitches of the chord, or of the scale where there is no chord."""
        classes = self.preset.actions.classes
        chord = features[self._layout["chord"]] > 0.5
        if not chord.any() and "scale" in self._layout:
            chord = features[self._layout["scale"]] > 0.5
        return chord[classes]

    def _last_offset(self, features: Floats) -> float:
        if "pitches" in self._layout:
            pitches = features[self._layout["pitches"]]
            return 24.0 * float(pitches[WINDOW - 1]) if pitches[-1] > 0.5 else MIDDLE
        degree = features[self._layout["degrees"]][-self.preset.actions.count :]
        return float(self.preset.actions.offsets[int(degree.argmax())])


def choose(
    q_AK: Floats,
    judgement: Floats,
    mask: Bools,
    w: Floats,
    temperature: float,
    rng: np.random.Generator,
    habit: Floats | None = None,
) -> Decision:
    """Draw from softmax(w . Q / temperature + habit) over the legal actions.

    At temperature 0 take the best by w . Q; the higher it is, the more habit decides.

    Raises:
        FloatingPointError: w . Q of a legal action is not finite.
    """
    return weigh(q_AK, mask, w, temperature, habit).draw(judgement, rng)


def weigh(
    q_AK: Floats, mask: Bools, w: Floats, temperature: float, habit: Floats | None = None
) -> Odds:
    """All that `choose` does but draw.

    Raises:
        FloatingPointError: w . Q of a legal action is not finite.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        score = np.where(mask, q_AK @ w, -np.inf)
    finite = np.count_nonzero(np.isfinite(score))
    if not finite or finite < np.count_nonzero(mask):
        raise FloatingPointError("The policy's values are not finite.")
    if temperature <= 0.0:
        best = int(score.argmax())
        return Odds(q_AK, _certain(best, len(score)), None, best)
    chances_A = _chances(score, temperature, habit)
    return Odds(q_AK, chances_A, chances_A.cumsum(), len(mask) - 1 - int(mask[::-1].argmax()))


def _chances(score: Floats, temperature: float, habit: Floats | None) -> NDArray[np.float64]:
    """softmax(score / temperature + habit) of scores that are -inf where nothing is allowed."""
    # In float64: a temperature too small for float32 would be a division by zero.
    below = np.asarray(score - score.max(), np.float64)
    with np.errstate(over="ignore", under="ignore"):
        nats = below / temperature if habit is None else below / temperature + habit.reshape(-1)
        mass = np.exp(nats - nats.max())
    return mass / mass.sum()


def _certain(action: int, count: int) -> NDArray[np.float64]:
    return (np.arange(count) == action).astype(np.float64)
