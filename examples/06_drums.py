"""Kick and snare given, the rest of the drum kit completed: three times, never the same.

Prints each grid (x is the player's, o is ours) and writes groove-1.mid to groove-3.mid.
"""

from pathlib import Path

from melodyrl.cli.pattern import Pattern

Path("groove.txt").write_text(
    "kick   x... .... x.x. ....\nsnare  .... x... .... x...\n",
    encoding="utf-8",
)

for seed in (1, 2, 3):
    print(f"seed {seed}")
    Pattern(grid=Path("groove.txt"), seed=seed, output=Path(f"groove-{seed}.mid")).run()
