"""One melody over one simulated player, as Gymnasium knows environments."""

from typing import Any, ClassVar

import gymnasium
import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from melodyrl.core.music.pitch import PITCH_CLASS_NAMES
from melodyrl.core.policy.observe import size
from melodyrl.core.policy.presets import PRESETS, PresetName
from melodyrl.env.chords import NO_CHORD
from melodyrl.env.lanes import MelodyLanes, Observation
from melodyrl.env.progressions import Split, chord_names
from melodyrl.errors import ConfigError

Observed = dict[str, NDArray[np.float32]]

WIDEST_FEATURE = 8.0
"""Features are written as numbers near 1; none is larger than this."""


class MelodyEnv(gymnasium.Env[Observed, np.int64]):
    """Play a melody over chords, one note or one sixteenth at a time.

    ## Description
    A simulated player plays chords; the agent plays a melody above them. The presets are those
    of `melodyrl.core.policy.presets`: `eight-bar` (eight bars of four quarter notes in C major,
    a triad a bar, the next one known) and `full` (every sixteenth, with late chords, silences
    and changes of key). This is one lane of `MelodyLanes`, which is many times faster.

    ## Action Space
    `eight-bar`: `Discrete(7)`, the notes C D E F G A B. `full`: `Discrete(38)`: 0 holds the
    note, 1 rests, 2-37 begin a note 0-35 semitones above the base, a pitch of the tonic.
    `action_masks()` tells which are legal. An illegal hold is played as a rest, another illegal
    action as the nearest legal note, or as a rest where there is none; `info["action"]` is
    what was played.

    ## Observation Space
    A `Dict`: `features` (D,), all that the rewards can depend on, laid out as
    `melodyrl.core.policy.observe.layout` says; `judgement` (A, K), the reward of each action
    now by term; `weights` (K,), the preferences of the episode.

    ## Rewards
    The sum of the terms, each in [-1, 1], weighted by the preferences. `info["terms"]` holds
    the terms by name, before weighting.

    ## Starting State
    Nothing played, chords and preferences drawn anew. `reset(options={"weights": ...})` sets
    the preferences (K,) from there on.

    ## Episode End
    `eight-bar` terminates with its 32nd note. `full` never terminates and is truncated after
    16 bars.

    ## Arguments
    `preset`: "eight-bar" or "full". `split`: chords of the "train" or of the "test" set.
    `weights`: preferences (K,) for every episode. `render_mode`: None or "ansi", which writes
    a line a bar: chords, then notes, `-` for held and `.` for rest.
    """

    # Gymnasium declares these two less narrowly than it uses them.
    metadata: ClassVar[dict[str, Any]] = {  # pyright: ignore[reportIncompatibleVariableOverride]
        "render_modes": ["ansi"],
        "render_fps": 4,
    }

    def __init__(
        self,
        preset: PresetName = "eight-bar",
        *,
        split: Split = "train",
        weights: NDArray[np.float32] | None = None,
        render_mode: str | None = None,
    ) -> None:
        if preset not in PRESETS:
            raise ConfigError(f"{preset!r} is not a preset; choose one of {', '.join(PRESETS)}.")
        if render_mode not in (None, "ansi"):
            raise ConfigError(f"{render_mode!r} is not a render mode; choose None or 'ansi'.")
        self.preset, self.render_mode = PRESETS[preset], render_mode
        self.split: Split = split
        self._weights = weights
        actions, terms = self.preset.actions.count, len(self.preset.terms)
        wide, shape = WIDEST_FEATURE, (size(self.preset),)
        self.action_space = spaces.Discrete(actions)
        self.observation_space = spaces.Dict(  # pyright: ignore[reportAttributeAccessIssue]
            features=spaces.Box(-wide, wide, shape, np.float32),
            judgement=spaces.Box(-1.0, 1.0, (actions, terms), np.float32),
            weights=spaces.Box(0.0, 1.0, (terms,), np.float32),
        )
        self._lanes: MelodyLanes | None = None
        self._bars: list[str] = []

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observed, dict[str, Any]]:
        """Begin an episode."""
        super().reset(seed=seed)
        if options and "weights" in options:
            self._weights = np.asarray(options["weights"], np.float32)
        self._lanes = MelodyLanes(
            self.preset, 1, self.np_random, split=self.split, weights=self._weights
        )
        self._bars = []
        self._seen = self._lanes.reset()
        return self._observed(self._seen, self._lanes.w[0]), {}

    def step(self, action: np.int64) -> tuple[Observed, float, bool, bool, dict[str, Any]]:
        """Play an action, and hear what comes next."""
        lanes = self._running()
        played = self._legal(int(action))
        self._write(lanes, played)
        w = lanes.w[0]
        step = lanes.step(np.array([played]))
        self._seen = step.final
        info = {
            "terms": dict(zip(self.preset.terms, step.reward[0].tolist(), strict=True)),
            "action": played,
        }
        reward = float(step.reward[0] @ w)
        terminated, truncated = bool(step.terminated[0]), bool(step.truncated[0])
        if not (terminated or truncated):
            w = lanes.w[0]
        return self._observed(step.final, w), reward, terminated, truncated, info

    def action_masks(self) -> NDArray[np.bool_]:
        """The actions that are legal now, (A,)."""
        self._running()
        return self._seen.mask[0].copy()

    def render(self) -> str | None:  # type: ignore[override]
        """The episode so far, a line a bar."""
        return "\n".join(self._bars) if self.render_mode == "ansi" else None

    def _running(self) -> MelodyLanes:
        if self._lanes is None:
            raise ConfigError("An episode is stepped before it began; call reset() first.")
        return self._lanes

    def _observed(self, seen: Observation, w: NDArray[np.float32]) -> Observed:
        return {
            "features": seen.features[0].copy(),
            "judgement": seen.judgement[0].copy(),
            "weights": w.copy(),
        }

    def _legal(self, action: int) -> int:
        """The action, or the legal one that stands in for it."""
        mask, actions = self._seen.mask[0], self.preset.actions
        if mask[action]:
            return action
        notes = np.flatnonzero(mask[actions.first_pitch :]) + actions.first_pitch
        if actions.rest is not None and (action == actions.hold or not len(notes)):
            return actions.rest
        return int(notes[np.abs(notes - action).argmin()])

    def _write(self, lanes: MelodyLanes, action: int) -> None:
        """Add an action to the text of its bar."""
        if self.render_mode is None:
            return
        context, actions = lanes.context, self.preset.actions
        row = lanes.plan.chord[0, lanes.position[0]]
        if context.step[0] == 0:
            self._bars.append(f"{_chord_text(row):6}")
        elif context.chord_changed[0]:
            self._bars[-1] += f" ({_chord_text(row)})"
        signs = {actions.hold: "-", actions.rest: "."}
        name = PITCH_CLASS_NAMES[int(actions.offsets[action]) % 12]
        self._bars[-1] += " " + signs.get(action, name)


def _chord_text(row: np.int16) -> str:
    return "N.C." if row == NO_CHORD else chord_names(np.array([row]))
