"""The README of a run's folder: what was run, what came of it, and what each file is."""

import platform

import numpy as np
import torch

from melodyrl import __version__
from melodyrl.learn.config import TrainConfig
from melodyrl.learn.run_folder import Point

FILES = {
    "policy.safetensors": "the policy as it was at the end; plays with `melodyrl jam --policy`",
    "best.safetensors": "the policy of the best point of the curve",
    "samples/": "what the policy plays, over test episodes that were not chosen",
    "evaluation.csv, evaluation.png": "the curve: greedy play in the same test episodes each time",
    "log.csv, log.png": "rewards by term in the lanes, losses, values, speed",
    "config.json": "every choice of the run",
    "events.out.tfevents.*": "all figures again, for `tensorboard --logdir`",
    "state.pt": "all that `melodyrl train --resume` needs; a pickle, so resume only your own runs",
}


def about(config: TrainConfig, points: list[Point], seconds: float) -> str:
    """Markdown."""
    last, top = points[-1], max(points, key=lambda point: point["reward"])
    lines = [
        f"# A run of `melodyrl train`: {config.preset}, seed {config.seed}",
        "",
        "```sh",
        command(config),
        "```",
        "",
        f"melodyrl {__version__}, torch {torch.__version__}, numpy {np.__version__}, "
        f"Python {platform.python_version()}, {platform.machine()}. {seconds:,.0f} seconds.",
        "",
        "| | updates | mean w·r a step |",
        "|---|---|---|",
        f"| one-step greedy | | {last['greedy']:+.4f} |",
        f"| best | {top['updates']:,.0f} | {top['reward']:+.4f} |",
        f"| last | {last['updates']:,.0f} | {last['reward']:+.4f} |",
        "",
        *(f"- `{name}`: {text}." for name, text in FILES.items()),
        "",
    ]
    return "\n".join(lines)


def command(config: TrainConfig) -> str:
    """What to type for the same run again."""
    usual = TrainConfig()
    chosen = [(k, v) for k, v in vars(config).items() if k == "preset" or v != getattr(usual, k)]
    return " ".join(["melodyrl train", *(_flag(name, value) for name, value in chosen)])


def _flag(name: str, value: object) -> str:
    flag = name.replace("_", "-")
    if isinstance(value, bool):
        return f"--{flag}" if value else f"--no-{flag}"
    return f"--{flag} {value}"
