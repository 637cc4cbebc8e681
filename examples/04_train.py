"""A policy of one's own, trained for some seconds, and what it plays.

    python examples/04_train.py [updates]

Writes the run into runs/tiny (its README says what came of it) and the tune tiny.mid. It knows
next to nothing after so short a time; 20,000 updates make one that can be listened to.
"""

import sys
from pathlib import Path

from melodyrl.cli.compose import Compose
from melodyrl.cli.train import Train

updates = int(sys.argv[1]) if len(sys.argv) > 1 else 200
folder = Path("runs/tiny")

Train(
    preset="full", updates=updates, lanes=32, batch=128, hidden=64, evaluations=1, out=folder
).run()
Compose(
    progression="Dm G C A7",
    bars=8,
    policy=str(folder / "policy.safetensors"),
    output=Path("tiny.mid"),
).run()
