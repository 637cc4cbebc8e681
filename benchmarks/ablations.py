"""What is each choice of the learner worth? The same seconds of CPU for each, on one thread.

    python benchmarks/ablations.py [--preset eight-bar] [--seconds 60] [--seeds 3] [--only NAME ...]

Each line changes one choice of the defaults. A run's learning rate falls over its seconds, so that
none is cut off in the middle. What is told is the mean w·r a step of greedy play over test
episodes, as a share of the way from one-step greedy to the defaults: 1 is as good as they are.
"""

import argparse
import time
from dataclasses import replace
from statistics import mean
from typing import Any

import torch

from melodyrl.env.baselines import greedy
from melodyrl.learn.config import TrainConfig
from melodyrl.learn.evaluate import evaluate
from melodyrl.learn.tasks import task_of
from melodyrl.learn.train import trainer_of

CHANGES: dict[str, dict[str, Any]] = {
    "defaults": {},
    "fast products": {"fast_products": True},
    "lanes 32": {"lanes": 32},
    "lanes 128": {"lanes": 128},
    "batch 256": {"batch": 256},
    "batch 1024": {"batch": 1024},
    "hidden 128": {"hidden": 128},
    "hidden 384": {"hidden": 384},
    "n-step 3": {"n_step": 3},
    "epsilon ladder": {"epsilon": "ladder"},
    "no dueling": {"dueling": False},
    "no double": {"double": False},
    "layer norm": {"layer_norm": True},
    "no known reward": {"known_reward": False},
    "prioritized": {"replay": "prioritized"},
    "tau 0.005": {"tau": 0.005},
    "tau 0.02": {"tau": 0.02},
    "learning rate 1e-3": {"learning_rate": 1e-3},
    "learning rate 4e-3": {"learning_rate": 4e-3},
    "gamma 0.95": {"gamma": 0.95},
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--preset", default="eight-bar")
    parser.add_argument("--seconds", type=float, default=60.0, help="of CPU a run")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--only", nargs="*", default=list(CHANGES), choices=list(CHANGES))
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    base = TrainConfig(preset=chosen.preset, threads=1, capacity=100_000)
    level = evaluate(task_of(base.preset).test(), greedy).per_step
    names = ["defaults", *(name for name in chosen.only if name != "defaults")]
    usual = 0.0
    print(f"one-step greedy {level:+.4f}\n")
    print("| | updates | w·r a step | of the defaults' gain |\n|---|---|---|---|")
    for name in names:
        configs = [replace(base, seed=seed, **CHANGES[name]) for seed in range(chosen.seeds)]
        runs = [learned(config, chosen.seconds) for config in configs]
        reward = mean(earned for earned, _ in runs)
        usual = usual or reward
        share = (reward - level) / (usual - level)
        updates = mean(made for _, made in runs)
        print(f"| {name} | {updates:,.0f} | {reward:+.4f} | {share:.2f} |", flush=True)


def learned(config: TrainConfig, seconds: float) -> tuple[float, int]:
    """Mean w·r a step after so many seconds of CPU, and the updates that were made in them."""
    task = task_of(config.preset)
    trainer = trainer_of(config, task)
    begun = time.process_time()
    while (progress := (time.process_time() - begun) / seconds) < 1:
        trainer.step(progress)
    return evaluate(task.test(), trainer.choose).per_step, trainer.updates


if __name__ == "__main__":
    main()
