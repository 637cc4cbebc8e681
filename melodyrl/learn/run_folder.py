"""The folder of a training run: its choices, its state, its policy, its evaluation curve."""

import csv
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from melodyrl.errors import ConfigError, FileError
from melodyrl.learn.config import TrainConfig
from melodyrl.learn.curve import draw_curve

Point = dict[str, float]
"""One line of evaluation.csv, by column."""


class RunFolder:
    """Where a run keeps everything.

    config.json, policy.safetensors (what is shipped), evaluation.csv and .png, TensorBoard's
    event files, and state.pt: replay, generators, optimiser, environments. state.pt is a pickle:
    resume only runs that are your own.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def policy(self) -> Path:
        """The file of the trained policy."""
        return self.path / "policy.safetensors"

    @property
    def _state(self) -> Path:
        return self.path / "state.pt"

    def create(self, config: TrainConfig) -> None:
        """Make the folder for a new run; a run that is already there is not overwritten."""
        if self._state.exists():
            raise ConfigError(
                f"{self.path} already holds a run; continue it with --resume, or name another."
            )
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self.save_config(config)
        except OSError as error:
            raise FileError(f"{self.path} cannot be written: {error.strerror}.") from error

    def save_config(self, config: TrainConfig) -> None:
        """Write down the choices of the run."""
        text = json.dumps(asdict(config), indent=2)
        (self.path / "config.json").write_text(text + "\n", encoding="utf-8")

    def config(self) -> TrainConfig:
        """The choices of the run that is here."""
        try:
            text = (self.path / "config.json").read_text(encoding="utf-8")
            return TrainConfig(**json.loads(text))
        except OSError as error:
            raise FileError(f"{self.path} holds no run that could be resumed.") from error
        except (ValueError, TypeError) as error:
            raise FileError(f"{self.path}/config.json is not a run's: {error}.") from error

    def save_state(self, state: dict[str, Any]) -> None:
        """Replace the state in one move, so that a crash leaves the old or the new one."""
        fresh = self._state.with_suffix(".new")
        torch.save(state, fresh)
        fresh.replace(self._state)

    def state(self) -> dict[str, Any]:
        """The state of the run that is here."""
        if not self._state.exists():
            raise FileError(f"{self.path} holds no state.pt: that run was never saved.")
        return torch.load(self._state, weights_only=False)

    def save_curve(self, points: list[Point]) -> None:
        """Write the evaluation curve as a table and as a picture."""
        with (self.path / "evaluation.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, fieldnames=list(points[0]))
            writer.writeheader()
            writer.writerows(points)
        draw_curve(points, self.path / "evaluation.png")
