"""How fast does it learn? Environment, replay, products and time to a return, in one run.

    python benchmarks/learning.py [--parts step race] [--out learning.json]

- environment: steps a second of 1024 lanes beside the single Gymnasium environment;
- replay: our sum tree beside one in plain Python; what drawing by priority costs of the loop;
- step: matrix products of a whole training step beside what this processor can do at best;
- memory: bytes of a transition, and of a million;
- race: seconds until greedy play earns 80 % and 95 % of the best possible return of eight bars, at
  equal preferences: ours and Stable-Baselines3 (benchmarks/sb3_dqn.py; pip install
  stable-baselines3), each with its defaults and with the best configuration that a random search
  of so many finds.

Everything is on one thread, in seconds of CPU; evaluation is not counted.
"""

import argparse
import json
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch
from environment import lanes_rate, single_rate

from melodyrl.core.policy.observe import bits
from melodyrl.core.policy.presets import FULL
from melodyrl.env import baselines
from melodyrl.env.lanes import MelodyLanes
from melodyrl.learn.compare.course import EQUAL, Course
from melodyrl.learn.config import TrainConfig
from melodyrl.learn.replay.store import Store
from melodyrl.learn.replay.sum_tree import SumTree
from melodyrl.learn.tasks import task_of
from melodyrl.learn.train import trainer_of
from melodyrl.learn.trainer import Trainer

PARTS = ("environment", "replay", "step", "memory", "race")
SHARES = (0.8, 0.95)
Figures = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--parts", nargs="*", choices=PARTS, default=PARTS)
    parser.add_argument("--seeds", type=int, default=5, help="of the race")
    parser.add_argument(
        "--search", type=int, default=20, help="configurations of each that are tried"
    )
    parser.add_argument("--seconds", type=float, default=60.0, help="of CPU that a racer has")
    parser.add_argument("--out", type=Path, help="keep all figures as JSON")
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    parts: dict[str, Callable[[], Figures]] = {
        "environment": environment,
        "replay": replay,
        "step": step,
        "memory": memory,
        "race": lambda: race(chosen.seeds, chosen.search, chosen.seconds),
    }
    found: Figures = {}
    for part in chosen.parts:
        found[part] = parts[part]()
        for name, value in found[part].items():
            print(f"{part:12} {name:44} {value}", flush=True)
        if chosen.out:
            chosen.out.write_text(json.dumps(found, indent=1) + "\n")


def environment() -> Figures:
    """The ratio of 1024 lanes to one environment of Gymnasium, three times each."""
    found: Figures = {}
    for preset in ("eight-bar", "full"):
        ratios = [lanes_rate(preset, 1024, 0.5) / single_rate(preset, 0.5) for _ in range(3)]
        found[f"{preset}: 1024 lanes to Gymnasium"] = rounded(median(ratios))
    return found


def replay() -> Figures:
    """The tree beside a plain one, and a training step with priorities beside one without."""
    found: Figures = {}
    for size in (131_072, 1_000_000):
        slow, fast = (
            median(tree_ms(tree(size)) for _ in range(5)) for tree in (PlainTree, SumTree)
        )
        found[f"ms of a batch of 512 of {size}, ours"] = rounded(fast)
        found[f"times the plain Python tree of {size}"] = rounded(slow / fast)
    even, by_error = (
        median(step_ms(trainer(replay=kind, capacity=131_072)) for _ in range(3))
        for kind in ("uniform", "prioritized")
    )
    found["share of the loop that priorities cost"] = rounded(1 - even / by_error)
    return found


def tree_ms(tree: "SumTree | PlainTree") -> float:
    """Milliseconds to draw a batch and to set its priorities."""
    rng = np.random.default_rng(0)
    tree.set(np.arange(100_000), rng.random(100_000))

    def once() -> None:
        leaf_B = tree.find(rng.random(512) * tree.total)
        tree.set(leaf_B, rng.random(512))

    return timed_ms(once, 5)


class PlainTree:
    """A sum tree as textbooks write it: a loop over levels for each index."""

    def __init__(self, size: int) -> None:
        self.capacity = 1 << (size - 1).bit_length()
        self.nodes = [0.0] * (2 * self.capacity)

    @property
    def total(self) -> float:
        """The sum of all priorities."""
        return self.nodes[1]

    def set(self, leaf_B: Any, priority_B: Any) -> None:
        """Set leaves one by one."""
        for leaf, priority in zip(leaf_B.tolist(), priority_B.tolist(), strict=True):
            node = leaf + self.capacity
            change = priority - self.nodes[node]
            while node:
                self.nodes[node] += change
                node >>= 1

    def find(self, mass_B: Any) -> Any:
        """Find leaves one by one."""
        return np.array([self._find(mass) for mass in mass_B.tolist()])

    def _find(self, mass: float) -> int:
        node = 1
        while node < self.capacity:
            node *= 2
            if mass >= self.nodes[node]:
                mass -= self.nodes[node]
                node += 1
        return node - self.capacity


def step() -> Figures:
    """GFLOP/s of a whole training step beside those of the best product, by kind of product."""
    found: Figures = {}
    for kind, precision in (("usual", "highest"), ("fast", "medium")):
        torch.set_float32_matmul_precision(precision)
        best = median(product_gflops() for _ in range(5))
        found[f"{kind} products: GFLOP/s at best"] = rounded(best)
        for preset in ("eight-bar", "full"):
            ours = trainer(preset=preset, fast_products=kind == "fast")
            took_ms = median(step_ms(ours) for _ in range(3))
            share = step_flop(ours) / took_ms / 1e6 / best
            found[f"{kind} products: ms of a step, {preset}"] = rounded(took_ms)
            found[f"{kind} products: share of the best, {preset}"] = rounded(share)
    torch.set_float32_matmul_precision("highest")
    return found


def product_gflops() -> float:
    """Of two matrices of 1024 x 1024."""
    x = torch.randn(1024, 1024)
    return 2 * 1024**3 / timed_ms(lambda: x @ x, 10) / 1e6


def step_flop(ours: Trainer) -> float:
    """Of all matrix products of one step: acting, two forward passes for targets, learning."""
    net, lanes = ours.learner.online, len(ours.observation.features)
    sizes = [p.numel() for name, p in net.named_parameters() if name.endswith("weight")]
    forward = 2 * sum(sizes)
    backward = 2 * forward - 2 * sizes[0]  # the inputs need no gradient
    return lanes * forward + ours.config.batch * (3 * forward + backward)


def step_ms(ours: Trainer) -> float:
    """Milliseconds of CPU of a vector step and its gradient step."""
    while ours.updates < 20:
        ours.step(0.0)
    return timed_ms(lambda: ours.step(0.0), 40)


def trainer(**choices: Any) -> Trainer:
    """A trainer on one thread."""
    config = TrainConfig(**{"threads": 1, "capacity": 50_000, **choices})
    task = task_of(config.preset, config.preference)
    lanes = task.lanes(config.lanes, np.random.default_rng(1))
    return Trainer(config, lanes, task.sample_w, task.network, task.bits)


def memory() -> Figures:
    """Of the full preset's observation as replay keeps it."""
    seen = MelodyLanes(FULL, 1, np.random.default_rng(0)).reset()
    (_, features), (_, actions, terms) = seen.features.shape, seen.judgement.shape
    store = Store(4, 64, features, actions, terms, bits(FULL))
    by_part = {name: array.nbytes / store.size for name, array in store.arrays.items()}
    found: Figures = {f"bytes of a transition, {k}": rounded(v) for k, v in by_part.items()}
    found["bytes of a transition"] = rounded(sum(by_part.values()))
    found["GiB of a million"] = rounded(sum(by_part.values()) * 1e6 / 2**30)
    return found


def race(seeds: int, search: int, seconds: float) -> Figures:
    """Medians and spread of the time to each share of the best return, over seeds."""
    from sb3_dqn import Sb3Config, drawn, learn

    timing = Timing(seconds)
    found: Figures = {"one-step greedy earns": rounded(timing.share(baselines.greedy))}

    def sb3(config: Any) -> Callable[[int], Figures]:
        return lambda seed: timing.run(lambda told: learn(config, EQUAL, seed, told))

    def ours(config: dict[str, Any]) -> Callable[[int], Figures]:
        return lambda seed: timing.run(lambda told: ours_learns(seed, told, **config))

    racers = {"ours, defaults": ours({}), "SB3, defaults": sb3(Sb3Config())}
    fields: dict[str, tuple[Callable[[Any], Callable[[int], Figures]], list[Any]]] = {
        "ours": (ours, ours_drawn(search, 0)),
        "SB3": (sb3, drawn(search, 0)),
    }
    for name, (racer, configs) in fields.items():
        tried = []
        for config in configs:
            result = racer(config)(SEARCHED)
            chosen = config if isinstance(config, dict) else asdict(config)
            tried.append({**result, "config": chosen})
            print(f"search of {name}", tried[-1], flush=True)
        found[f"search of {name}"] = tried
        if tried:
            best = min(range(search), key=lambda i: order(tried[i]))
            racers[f"{name}, best found"] = racer(configs[best])
    for name, racer in racers.items():
        results = [racer(seed) for seed in range(seeds)]
        for share in SHARES:
            times = sorted(result[f"to {share:.0%}"] or float("inf") for result in results)
            found[f"{name}: s to {share:.0%}, median, least, most"] = [
                rounded(median(times)),
                rounded(times[0]),
                rounded(times[-1]),
            ]
        found[f"{name}: best share"] = rounded(median(result["best"] for result in results))
    return found


def ours_drawn(count: int, seed: int) -> list[dict[str, Any]]:
    """Configurations of a random search of ours, over much the same values as SB3's."""
    rng = np.random.default_rng(seed)

    def one() -> dict[str, Any]:
        return {
            "learning_rate": float(rng.choice([1e-3, 2e-3, 4e-3])),
            "batch": int(rng.choice([64, 128, 256, 512])),
            "hidden": int(rng.choice([64, 128, 256])),
            "lanes": int(rng.choice([32, 64, 128])),
            "tau": float(rng.choice([0.005, 0.01, 0.02])),
            "gamma": float(rng.choice([0.9, 0.97, 0.99])),
            "double": bool(rng.integers(2)),
            "dueling": bool(rng.integers(2)),
        }

    return [one() for _ in range(count)]


def order(result: Figures) -> tuple[float, float]:
    """Sooner at 95 % is better; among those that never came there, the higher."""
    return result["to 95%"] or float("inf"), -result["best"]


class Timing:
    """Puts all racers to the same test, every now and then, with their clock stopped."""

    EVERY_S = 0.5

    def __init__(self, seconds: float) -> None:
        self._seconds, self._course = seconds, Course()

    def share(self, choose: Any) -> float:
        """Return of greedy play over the best possible one."""
        return self._course.earned(choose) / self._course.best

    def run(self, racer: Callable[[Callable[[int, Any], bool]], None]) -> Figures:
        """What a racer came to, which tells its steps and its policy, and stops when told to."""
        result: Figures = dict.fromkeys((f"to {share:.0%}" for share in SHARES), None)
        result["best"] = -np.inf
        started, paused, due = time.process_time(), 0.0, 0.0

        def told(steps: int, choose: Any) -> bool:
            nonlocal paused, due
            now = time.process_time()
            spent = now - started - paused
            if spent < due:
                return True
            reached = self.share(choose)
            due = spent + self.EVERY_S
            paused += time.process_time() - now
            result["best"], result["steps"] = max(result["best"], reached), steps
            for share in SHARES:
                if reached >= share and result[f"to {share:.0%}"] is None:
                    result[f"to {share:.0%}"] = spent
            return spent < self._seconds and result[f"to {SHARES[-1]:.0%}"] is None

        racer(told)
        return {k: rounded(v) if isinstance(v, float) else v for k, v in result.items()}


def ours_learns(seed: int, told: Callable[[int, Any], bool], **choices: Any) -> None:
    """Our training at one preference, its rate falling as in a run of so many updates."""
    config = TrainConfig(seed=seed, threads=1, preference="equal", capacity=200_000, **choices)
    ours = trainer_of(config, task_of(config.preset, config.preference))
    while told(ours.steps, ours.choose):
        ours.step(min(ours.updates / UPDATES, 1.0))


SEARCHED = 100
"""The seed that configurations are tried with; the race is run with others."""

UPDATES = 3_000
"""Of the run that the learning rate falls over."""


def timed_ms(once: Callable[[], Any], times: int) -> float:
    """Milliseconds of CPU of one call, the median of three rounds."""
    once()

    def a_round() -> float:
        begun = time.process_time()
        for _ in range(times):
            once()
        return 1e3 * (time.process_time() - begun) / times

    return median(a_round() for _ in range(3))


def rounded(value: float) -> float:
    """To three digits."""
    return float(f"{value:.3g}")


if __name__ == "__main__":
    main()
