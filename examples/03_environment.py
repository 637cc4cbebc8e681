"""The task as Gymnasium knows it: eight bars by chance, and eight by the best reward at each note.

Prints both melodies, a line a bar, and what they earn.
"""

from collections.abc import Callable

import numpy as np

from melodyrl.env.melody_env import MelodyEnv, Observed

env, rng = MelodyEnv("eight-bar", split="test", render_mode="ansi"), np.random.default_rng(1)


def by_chance(seen: Observed) -> np.int64:
    """Any legal note."""
    return rng.choice(np.flatnonzero(env.action_masks()))


def greedy(seen: Observed) -> np.int64:
    """The note that is rewarded best now: the reward of each, by term, is part of what is seen."""
    return (seen["judgement"] @ seen["weights"]).argmax()


def play(choose: Callable[[Observed], np.int64]) -> None:
    """One episode over the same chords."""
    seen, _ = env.reset(seed=7)
    earned, ended = dict.fromkeys(env.preset.terms, 0.0), False
    while not ended:
        seen, _, ended, _, info = env.step(choose(seen))
        earned = {term: earned[term] + value for term, value in info["terms"].items()}
    print(env.render())
    print("  ".join(f"{term} {value:+.2f}" for term, value in earned.items()), "\n")


play(by_chance)
play(greedy)
