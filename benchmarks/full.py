"""What does a full policy earn on unseen contexts, and does each knob do what its name says?

    python benchmarks/full.py CHECKPOINT [--lanes 200] [--knob-lanes 64] [--beams 32 256 2048]
        [--led 4 16 64]

First table: mean w·r and reward terms a step, all over the same held-out episodes of sixteen bars
(progressions, players and preferences that no training run has seen), greedy play at
temperature 0. Second: each knob in nine settings with the others at their defaults, its own
quantity, and Spearman's rank correlation between the two. Third: the best that can be earned lies
between beam searches, which know what is to come, and a bound that no melody exceeds
(melodyrl/env/bound.py). Where the policy knows it too, as a chart is known before it is played, a
few melodies led by its values come close to the widest beam.
"""

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track

from melodyrl.core.engine.events import KNOBS
from melodyrl.core.policy import checkpoint
from melodyrl.core.policy.policy import NetworkPolicy
from melodyrl.core.policy.presets import FULL
from melodyrl.env import baselines
from melodyrl.env.beam import Beam
from melodyrl.env.bound import Episode, upper_bound
from melodyrl.env.lanes import MelodyLanes, Observation
from melodyrl.learn.evaluate import evaluate, table
from melodyrl.learn.melody_task import TEST_SEED, held_out_lanes
from melodyrl.measure.perform import best
from rewards.preference import KNOB_TERMS, weights

Choose = Callable[[MelodyLanes, Observation], NDArray[np.intp]]
SETTINGS = 9
DENSITIES = (0.5, 3.0)
"""Within what training draws: .4 to 3 onsets a beat."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--lanes", type=int, default=200)
    parser.add_argument("--knob-lanes", type=int, default=64)
    parser.add_argument("--beams", type=int, nargs="*", default=[32, 256, 2048])
    parser.add_argument("--led", type=int, nargs="*", default=[4, 16, 64])
    parser.add_argument("--beam-lanes", type=int, default=8)
    arguments = parser.parse_args()
    policy = checkpoint.load(arguments.checkpoint)
    print(f"{arguments.lanes} unseen episodes of 16 bars\n")
    print(earnings(policy, arguments.lanes))
    print(f"\n{arguments.knob_lanes} unseen episodes a setting\n")
    print("\n".join(responses(policy, arguments.knob_lanes)))
    print(f"\nBeside beams, which know the whole episode: {arguments.beam_lanes} unseen episodes\n")
    for line in beside_beams(policy, arguments.beam_lanes, arguments.beams, arguments.led):
        print(line, flush=True)


def earnings(policy: NetworkPolicy, lanes: int) -> str:
    """The first table."""
    rng = np.random.default_rng(0)
    players: dict[str, Choose] = {
        "random": baselines.random_legal(rng),
        "random chord tone": baselines.random_chord_tone(rng),
        "nearest chord tone": baselines.nearest_chord_tone,
        "arpeggio": baselines.arpeggio,
        "scale": baselines.scale,
        "one-step greedy": baselines.greedy,
        "policy": best(policy),
    }
    scores = {
        name: evaluate(held_out_lanes(FULL, lanes), choose) for name, choose in players.items()
    }
    return table(scores, FULL.terms)


def beside_beams(
    policy: NetworkPolicy, lanes: int, widths: list[int], led: list[int]
) -> Iterator[str]:
    """Lines of the third table: w·r a step, its share of the widest beam's and of the bound."""
    players: dict[str, Choose] = {"one-step greedy": baselines.greedy, "policy": best(policy)}
    for width in led:
        players[f"policy, chart known, {width} melodies"] = Beam(width, policy.network)
    for width in widths:
        players[f"beam {width}"] = Beam(width)
    earned = {name: _earned(choose, lanes) for name, choose in players.items()}
    widest, most = list(earned.values())[-1], _most(lanes)
    yield f"| | w·r a step | of {list(earned)[-1]} | of the bound |"
    yield "|---|---|---|---|"
    for name, each in earned.items():
        yield f"| {name} | {each:+.4f} | {each / widest:.1%} | {each / most:.1%} |"
    yield f"| bound | {most:+.4f} | | |"


def _most(lanes: int) -> float:
    """What no melodies earn more than, a step."""
    held_out = held_out_lanes(FULL, lanes)
    held_out.reset()
    console = Console(stderr=True)
    each = track(range(lanes), "bound", console=console, transient=True)
    total = sum(upper_bound(Episode.of(held_out, lane)) for lane in each)
    return total / int(held_out.plan.length.sum())


def _earned(choose: Choose, lanes: int) -> float:
    return evaluate(held_out_lanes(FULL, lanes), choose).per_step


def responses(policy: NetworkPolicy, lanes: int) -> list[str]:
    """Lines of the second table."""
    lines = ["| knob | low to high | Spearman |", "|---|---|---|"]
    for knob in (*KNOB_TERMS, "density"):
        settings = np.linspace(*(DENSITIES if knob == "density" else KNOBS[knob][:2]), SETTINGS)
        heard = [response(policy, lanes, knob, float(value)) for value in settings]
        row = " ".join(f"{value:.3f}" for value in heard)
        lines.append(f"| {knob} | {row} | {spearman(settings, np.array(heard)):.2f} |")
    return lines


def response(policy: NetworkPolicy, count: int, knob: str, value: float) -> float:
    """Mean of the knob's own term a step, or the onsets a beat, at one setting."""
    knobs = {term: KNOBS[term][2] for term in KNOB_TERMS}
    target = value if knob == "density" else KNOBS["density"][2]
    if knob != "density":
        knobs[knob] = value
    w = weights(knobs, FULL.terms)
    lanes = MelodyLanes(FULL, count, np.random.default_rng(TEST_SEED), split="test", weights=w)
    play, onsets = best(policy), []

    def choose(lanes: MelodyLanes, seen: Observation) -> NDArray[np.intp]:
        lanes.density[:] = target
        action = play(lanes, seen)
        onsets.append((action >= FULL.actions.first_pitch).mean())
        return action

    score = evaluate(lanes, choose)
    if knob == "density":
        return 4.0 * float(np.mean(onsets))
    return float(score.terms[FULL.terms.index(knob)])


def spearman(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    """Rank correlation, no ties expected."""
    ranks = [values.argsort().argsort() for values in (first, second)]
    return float(np.corrcoef(*ranks)[0, 1])


if __name__ == "__main__":
    main()
