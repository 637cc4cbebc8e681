"""The folder of a training run: its choices, its state, its policy, its evaluation curve."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch

from melodyrl.errors import ConfigError, FileError
from melodyrl.learn.config import TrainConfig
from melodyrl.learn.curve import draw_curve, draw_log
from melodyrl.learn.rows import append_row, read_rows, write_rows

Point = dict[str, float]
"""One line of evaluation.csv, by column."""


class RunFolder:
    """Where a run keeps everything.

    What is in it stands in its README.md (melodyrl.learn.about). state.pt is a pickle: resume only
    runs that are your own.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def policy(self) -> Path:
        """The file of the policy as it is now."""
        return self.path / "policy.safetensors"

    @property
    def best(self) -> Path:
        """The file of the policy that did best in the test episodes."""
        return self.path / "best.safetensors"

    @property
    def is_saved(self) -> bool:
        """Whether there is a state that the run can go on from."""
        return self._state.exists()

    @property
    def _log(self) -> Path:
        return self.path / "log.csv"

    @property
    def _state(self) -> Path:
        return self.path / "state.pt"

    def create(self, config: TrainConfig) -> None:
        """Make the folder for a new run; a run that is already there is not overwritten."""
        if self.is_saved:
            raise ConfigError(
                f"{self.path} already holds a run; continue it with --resume, or name another."
            )
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self._log.unlink(missing_ok=True)
            self.save_config(config)
        except OSError as error:
            raise FileError(f"{self.path} cannot be written: {error.strerror}.") from error

    def save_config(self, config: TrainConfig) -> None:
        """Write down the choices of the run."""
        text = json.dumps(config.written(), indent=2)
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
        if not self.is_saved:
            raise FileError(f"{self.path} holds no state.pt: that run was never saved.")
        return torch.load(self._state, weights_only=False)

    def points(self) -> list[Point]:
        """The evaluation curve as it was written last; empty where there is none."""
        return read_rows(self.path / "evaluation.csv")

    def save_curve(self, points: list[Point]) -> None:
        """Write the evaluation curve as a table and as a picture."""
        write_rows(points, self.path / "evaluation.csv")
        draw_curve(points, self.path / "evaluation.png")

    def log(self, figures: Point) -> None:
        """Add a line to the log; every line has the same columns."""
        append_row(figures, self._log)

    def cut_log(self, updates: int) -> None:
        """Forget what the log says of updates that are to be made again."""
        if rows := [row for row in read_rows(self._log) if row["updates"] < updates]:
            write_rows(rows, self._log)
        else:
            self._log.unlink(missing_ok=True)

    @property
    def samples(self) -> Path:
        """The folder of what the policy plays."""
        return self.path / "samples"

    def save_about(self, text: str) -> None:
        """Write the README."""
        (self.path / "README.md").write_text(text, encoding="utf-8")

    def draw_log(self, terms: Iterable[str]) -> None:
        """Draw the log as a picture."""
        if rows := read_rows(self._log):
            draw_log(rows, terms, self.path / "log.png")
