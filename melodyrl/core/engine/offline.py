"""Drives an engine without a clock: through events that are known, or through a recording."""

from collections.abc import Iterable, Iterator, Mapping

from melodyrl.core.engine.engine import Engine
from melodyrl.core.engine.events import Nanos, Outgoing, Part, SetPolicy
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
    recording: Recording,
    policy: Policy,
    chord_policy: Policy | None = None,
    others: Mapping[tuple[Part, str], Policy] | None = None,
) -> list[Outgoing]:
    """Exactly what was sent when the recording was made, given the same policies.

    `others` are those that entered later, by part and digest.

    Raises:
        FileError: the recording has lost its beginning, or one of the others is missing.
    """
    if recording.lost:
        raise FileError(
            f"The recording has lost its first {recording.lost} events, so it cannot be "
            f"replayed; save a take before it grows so long."
        )
    engine = Engine(recording.config, policy, chord_policy=chord_policy)
    events = _admitting(engine, recording.events, others or {})
    return run_offline(engine, events, recording.until_ns)


def _admitting(
    engine: Engine, events: Iterable[Told], others: Mapping[tuple[Part, str], Policy]
) -> Iterator[Told]:
    """The events, each policy made known to the engine just before it is chosen."""
    for at_ns, event in events:
        if isinstance(event, SetPolicy):
            if (event.part, event.digest) not in others:
                raise FileError(
                    f"The policy {event.digest} that entered for the {event.part} is missing."
                )
            engine.admit(others[event.part, event.digest])
        yield at_ns, event
