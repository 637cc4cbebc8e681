"""Drives an engine without a clock: through events that are known, or through a recording."""

from collections.abc import Iterable

from melodyrl.core.engine.engine import Engine
from melodyrl.core.engine.events import Nanos, Outgoing
from melodyrl.core.engine.recorder import Recording, Told
from melodyrl.core.midi.messages import Message
from melodyrl.core.policy.policy import Policy
from melodyrl.errors import FileError


def run_offline(engine: Engine, events: Iterable[Told], until_ns: Nanos) -> list[Outgoing]:
    """All that the engine says to these events up to a moment, just as it would live.

    Nothing is released at the end: `engine.close` does that.
    """
    outgoing: list[Outgoing] = []
    for at_ns, event in events:
        engine.receive(event, at_ns)
        outgoing += engine.due(at_ns)
    return outgoing + engine.due(until_ns)


def heard(outgoing: Iterable[Outgoing], listen_ns: Nanos) -> list[tuple[Nanos, Message]]:
    """Notes and controls of what was said, on the grid: without the time that it listened first."""
    return [
        (Nanos(each.due_ns - listen_ns), each.message)
        for each in outgoing
        if isinstance(each.message, Message)
    ]


def replay(
    recording: Recording, policy: Policy, chord_policy: Policy | None = None
) -> list[Outgoing]:
    """Exactly what was sent when the recording was made, given the same policies.

    Raises:
        FileError: the recording has lost its beginning.
    """
    if recording.lost:
        raise FileError(
            f"The recording has lost its first {recording.lost} events, so it cannot be "
            f"replayed; save a take before it grows so long."
        )
    engine = Engine(recording.config, policy, chord_policy=chord_policy)
    return run_offline(engine, recording.events, recording.until_ns)
