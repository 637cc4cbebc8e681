"""One canvas, painted stroke by stroke, as Gymnasium knows environments."""

from pathlib import Path
from typing import Any, ClassVar

import gymnasium
import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from melodyrl.core.canvas import Size
from melodyrl.core.canvas.drawing import beside, gif, png, rgb
from melodyrl.core.midi.writer import write_bytes
from melodyrl.env.canvas_lanes import CanvasLanes, Subject
from melodyrl.env.lanes import Observation
from melodyrl.env.pictures import LIKENESS, Pictures, easel
from melodyrl.env.progressions import Split
from melodyrl.errors import ConfigError

Observed = dict[str, NDArray[np.float32]]

LARGEST = 64
"""Cells along a side, at most."""


class PixelArtEnv(gymnasium.Env[Observed, np.int64]):
    """Paint a picture, one cell at a time.

    ## Description
    A blank canvas and a target picture that is seen. Each step puts one colour on one cell.
    This is one lane of `CanvasLanes`, which is many times faster.

    ## Action Space
    `Discrete(height x width x colours)`; `action(x, y, colour)` is the number of a stroke.
    `action_masks()` tells which are legal: those that change a cell. An illegal stroke changes
    nothing, pays nothing and counts as a stroke.

    ## Observation Space
    A `Dict`: `planes` (P, H, W) of zeros and ones, canvas, target and the canvas in the mirror,
    a plane a colour; `weights` (K,), the preferences of the episode.

    ## Rewards
    The sum of four terms, each in [-1, 1], weighted by the preferences. `target`: a right cell
    won 1, lost -1. `symmetry`: the same for pairs of one colour left and right. `palette`: how
    much nearer the counts of the colours come to the target's. `pixels`: 1 for a blank cell
    filled, whatever the colour: the plainest reward, which any colour earns. By default the
    target alone counts. `info["terms"]` holds the terms by name, before weighting.

    ## Starting State
    A blank canvas and a sprite of the split. `reset(options={"target": cells})` sets the target
    (H, W) from there on, `options={"weights": ...}` the preferences (K,).

    ## Episode End
    Terminates when the canvas is the target; truncated after height x width strokes.

    ## Arguments
    `width`, `height`: cells, 4 to 64. `colours`: 2 to 8. `split`: sprites of the "train" or of
    the "test" set. `weights`: preferences (K,). `render_mode`: None or "rgb_array", an array
    (height x 12, 2 x width x 12 + 12, 3) of the canvas beside its target. `save_png` and
    `save_animation` write the same to a file, for the moment and for the episode so far.
    """

    # Gymnasium declares these two less narrowly than it uses them.
    metadata: ClassVar[dict[str, Any]] = {  # pyright: ignore[reportIncompatibleVariableOverride]
        "render_modes": ["rgb_array"],
        "render_fps": 25,
    }

    def __init__(
        self,
        width: int = 16,
        height: int = 16,
        colours: int = 4,
        *,
        split: Split = "train",
        weights: NDArray[np.float32] | None = None,
        render_mode: str | None = None,
    ) -> None:
        if not (4 <= width <= LARGEST and 4 <= height <= LARGEST):
            raise ConfigError(f"The canvas is {width} x {height} cells; take 4 to {LARGEST} each.")
        if not 2 <= colours <= 8:
            raise ConfigError(f"The canvas has {colours} colours; take 2 to 8.")
        if render_mode not in (None, "rgb_array"):
            raise ConfigError(f"{render_mode!r} is no render mode; choose None or 'rgb_array'.")
        self.render_mode = render_mode
        self.subject: Subject = Pictures(Size(width, height, colours), split)
        self._weights = LIKENESS if weights is None else np.asarray(weights, np.float32)
        self._target: NDArray[np.int8] | None = None
        size, terms = self.subject.size, len(self.subject.terms)
        self.action_space = spaces.Discrete(size.actions)
        planes = (self.subject.planes, height, width)
        self.observation_space = spaces.Dict(  # pyright: ignore[reportAttributeAccessIssue]
            planes=spaces.Box(0.0, 1.0, planes, np.float32),
            weights=spaces.Box(0.0, 1.0, (terms,), np.float32),
        )
        self._lanes: CanvasLanes | None = None
        self._history: list[NDArray[np.int8]] = []

    def action(self, x: int, y: int, colour: int) -> int:
        """The number of a stroke: column x from the left, row y from the top."""
        return self.subject.size.action(x, y, colour)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observed, dict[str, Any]]:
        """Begin a picture."""
        super().reset(seed=seed)
        self._take(options or {})
        given = None if self._target is None else easel(self._target[None])
        self._lanes = CanvasLanes(
            self.subject, 1, self.np_random, weights=self._weights, easel=given
        )
        self._seen = self._lanes.reset()
        self._model = self._lanes.easel.aim[0].astype(np.int8)
        self._count = 0
        self._history = [self._lanes.easel.canvas[0].copy()]
        return self._observed(), {}

    def step(self, action: np.int64) -> tuple[Observed, float, bool, bool, dict[str, Any]]:
        """Put one stroke, and see what has become of it."""
        lanes = self._running()
        self._count += 1
        terms, terminated = np.zeros(len(self.subject.terms), np.float32), False
        if self._seen.mask[0, action]:
            canvas = self._history[-1].copy()
            x, y, colour = self.subject.size.stroke(int(action))
            canvas[y, x] = colour
            step = lanes.step(np.array([action]))
            self._seen: Observation = step.final
            self._history.append(canvas)
            terms, terminated = step.reward[0], bool(step.terminated[0])
        truncated = not terminated and self._count >= self.subject.strokes
        info = {"terms": dict(zip(self.subject.terms, terms.tolist(), strict=True))}
        return self._observed(), float(terms @ self._weights), terminated, truncated, info

    def action_masks(self) -> NDArray[np.bool_]:
        """The strokes that are legal now, (A,)."""
        self._running()
        return self._seen.mask[0].copy()

    def render(self) -> NDArray[np.uint8] | None:  # type: ignore[override]
        """The canvas beside its target."""
        return self._picture(self._history[-1]) if self.render_mode and self._history else None

    def save_png(self, path: Path | str) -> None:
        """Write the canvas beside its target."""
        self._running()
        write_bytes(path, png(self._picture(self._history[-1])))

    def save_animation(self, path: Path | str, strokes_a_frame: int = 2) -> None:
        """Write the episode so far as a GIF."""
        self._running()
        frames = [*self._history[:-1][::strokes_a_frame], self._history[-1]]
        write_bytes(path, gif(map(self._picture, frames)))

    def _take(self, options: dict[str, Any]) -> None:
        if "weights" in options:
            self._weights = np.asarray(options["weights"], np.float32)
        if "target" in options:
            size, target = self.subject.size, np.asarray(options["target"])
            right = target.shape == (size.height, size.width)
            if not right or not np.isin(target, np.arange(size.colours)).all():
                raise ConfigError(
                    f"The target is not {size.height} x {size.width} colours"
                    f" from 0 to {size.colours - 1}; give one that is."
                )
            self._target = target.astype(np.int8)

    def _running(self) -> CanvasLanes:
        if self._lanes is None:
            raise ConfigError("A canvas is painted before it was begun; call reset() first.")
        return self._lanes

    def _observed(self) -> Observed:
        size = self.subject.size
        planes = self._seen.features.reshape(-1, size.height, size.width)
        return {"planes": planes.copy(), "weights": self._weights.copy()}

    def _picture(self, canvas: NDArray[np.int8]) -> NDArray[np.uint8]:
        return beside([rgb(canvas), rgb(self._model)])
