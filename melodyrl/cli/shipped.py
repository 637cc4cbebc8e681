"""The policy that a command plays with: a file that is named, or the one that is shipped."""

from importlib.resources import as_file, files
from pathlib import Path

from melodyrl.core.policy.policy import GreedyPolicy, Policy
from melodyrl.core.policy.presets import FULL

SHIPPED = "melody.safetensors"


def load_policy(path: Path | None = None) -> Policy:
    """The policy in a file; without one the shipped policy, and where none is, the greedy one.

    Raises:
        CheckpointError: the file is missing, broken, or not one of ours.
    """
    from melodyrl.core.policy.checkpoint import load

    if path is not None:
        return load(path)
    # a wheel carries checkpoints/ inside the package, a source tree beside it
    package = files("melodyrl")
    with as_file(package) as folder:
        for place in (folder / "checkpoints", folder.parent / "checkpoints"):
            if (place / SHIPPED).is_file():
                return load(place / SHIPPED)
    return GreedyPolicy(FULL)
