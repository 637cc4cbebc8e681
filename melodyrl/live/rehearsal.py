"""A policy's first decisions, which are slow and may fail, before anyone hears it."""

import time
from collections.abc import Callable

from melodyrl.core.engine.cast import part_of
from melodyrl.core.engine.config import EngineConfig
from melodyrl.core.engine.engine import Engine
from melodyrl.core.engine.events import Nanos
from melodyrl.core.midi.messages import NoteOn
from melodyrl.core.music import Key
from melodyrl.core.policy.policy import Policy, RulePolicy
from melodyrl.core.policy.presets import FULL
from melodyrl.errors import CheckpointError

BAR, STEP_NS = 16, 125_000_000

PAUSE_S = 0.002
"""Between two decisions, so that the thread that plays never waits for more than one of them."""


def rehearse(policy: Policy, pause: Callable[[], None] = lambda: time.sleep(PAUSE_S)) -> None:
    """Let a policy decide through a bar, in an engine of its own.

    Raises:
        ConfigError: it is made for another task.
        CheckpointError: it fails to decide.
    """
    engine = _engine(policy)
    engine.receive(NoteOn(72), Nanos(0))
    for step in range(BAR):
        engine.due(Nanos(step * STEP_NS))
        pause()
    if engine.snapshot().failures:
        raise CheckpointError(f"The policy {policy.name} fails to decide what to play.")


def _engine(policy: Policy) -> Engine:
    if part_of(policy) == "melody":
        return Engine(EngineConfig(key=Key(0)), policy)
    config = EngineConfig(mode="chords", key=Key(0))
    return Engine(config, RulePolicy(FULL), chord_policy=policy)
