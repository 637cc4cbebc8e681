"""How fast do lanes step? Against the single Gymnasium environment, in the same run.

    python benchmarks/environment.py [--seconds 1.0]

Actions are random legal ones; their choice is not timed.
"""

import argparse
import time
from collections.abc import Callable

import numpy as np

from melodyrl.core.policy.presets import PRESETS, PresetName
from melodyrl.env.baselines import random_legal
from melodyrl.env.lanes import MelodyLanes
from melodyrl.env.melody_env import MelodyEnv

LANES = (1, 64, 256, 1024)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=1.0, help="of each measurement")
    seconds = parser.parse_args().seconds
    print(f"{'preset':12}{'form':>16}{'steps/s':>12}{'ratio':>8}")
    for preset in PRESETS:
        single = single_rate(preset, seconds)
        print(f"{preset:12}{'Gymnasium':>16}{single:12,.0f}{1.0:8.1f}")
        for count in LANES:
            rate = lanes_rate(preset, count, seconds)
            print(f"{preset:12}{f'{count} lanes':>16}{rate:12,.0f}{rate / single:8.1f}")


def single_rate(preset: PresetName, seconds: float) -> float:
    """Steps a CPU-second of `MelodyEnv`, resets included."""
    env, rng = MelodyEnv(preset), np.random.default_rng(0)
    env.reset(seed=0)

    def step() -> float:
        action = rng.choice(np.flatnonzero(env.action_masks()))
        begun = time.process_time()
        _, _, terminated, truncated, _ = env.step(action)
        if terminated or truncated:
            env.reset()
        return time.process_time() - begun

    return rate_of(step, 1, seconds)


def lanes_rate(preset: PresetName, count: int, seconds: float) -> float:
    """Steps a CPU-second of so many lanes, counted over all of them."""
    rng = np.random.default_rng(0)
    lanes, choose = MelodyLanes(PRESETS[preset], count, rng), random_legal(rng)
    seen = lanes.reset()

    def step() -> float:
        nonlocal seen
        action = choose(lanes, seen)
        begun = time.process_time()
        seen = lanes.step(action).observation
        return time.process_time() - begun

    return rate_of(step, count, seconds)


def rate_of(step: Callable[[], float], count: int, seconds: float) -> float:
    """Steps a second of CPU, from calls of step that return how long they took.

    At least 300 calls: more than a whole episode, so that resets are paid for.
    """
    spent, calls = 0.0, 0
    while spent < seconds or calls < 300:
        spent += step()
        calls += 1
    return calls * count / spent


if __name__ == "__main__":
    main()
