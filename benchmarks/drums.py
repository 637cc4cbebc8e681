"""How often does a half-empty drum pattern end within every rule, and is no fill given twice?

    python benchmarks/drums.py [--patterns 30] [--seeds 3] [--policy FILE]

Simulated players set half of what people might play (melodyrl/env/drum_players.py); each pattern
is completed with several seeds: at random, by what each stroke mends at once, and by a policy.
"""

import argparse
from pathlib import Path

import numpy as np

from melodyrl.core.drums.fill import ATTEMPTS, TEMPERATURE, complete
from melodyrl.core.drums.pattern import Pattern
from melodyrl.env.drum_players import DrumPatterns
from melodyrl.env.painter import read_painter

SEED = 20_261_123


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--patterns", type=int, default=30)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--policy", type=Path)
    arguments = parser.parse_args()
    easel = DrumPatterns().begin(np.random.default_rng(SEED), arguments.patterns)
    given = [
        Pattern(canvas == 1, fixed) for canvas, fixed in zip(easel.canvas, easel.fixed, strict=True)
    ]
    print(f"{len(given)} patterns, {arguments.seeds} seeds each, at most {ATTEMPTS} attempts")
    print(f"{'':20}{'kept':>8}{'alike':>8}{'touched':>9}{'strokes':>9}")
    row("random strokes", given, arguments.seeds, 1000.0, None)
    row("the rules alone", given, arguments.seeds, TEMPERATURE, None)
    if arguments.policy:
        network = read_painter(arguments.policy, DrumPatterns())
        row(arguments.policy.stem, given, arguments.seeds, TEMPERATURE, network)


def row(name: str, given: list[Pattern], seeds: int, temperature: float, network) -> None:
    """Fills within every rule, fills that another seed gave too, cells of players changed."""
    kept = alike = touched = strokes = 0
    for pattern in given:
        fills = [
            complete(pattern, np.random.default_rng(seed), temperature, network)
            for seed in range(seeds)
        ]
        kept += sum(not fill.missed for fill in fills)
        alike += seeds - len({fill.pattern.hit.tobytes() for fill in fills})
        changed = [(fill.pattern.hit != pattern.hit) & pattern.fixed for fill in fills]
        touched += int(np.sum(changed))
        strokes += sum(fill.strokes for fill in fills)
    total = seeds * len(given)
    print(f"{name:20}{kept / total:8.3f}{alike:8}{touched:9}{strokes / total:9.1f}", flush=True)


if __name__ == "__main__":
    main()
