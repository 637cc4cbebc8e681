"""What is about to be played if the player changes nothing: an engine that runs ahead of another.

It is told what the engine that plays was told. The same engine, told the same, plays the same: so
what it comes to alone is what the other one will play.
"""

from melodyrl.core.engine.engine import Engine
from melodyrl.core.engine.events import Event, Nanos, Outgoing
from melodyrl.core.midi.messages import Message
from melodyrl.core.midi.notes import Note, notes_of
from melodyrl.core.policy.policy import Policy


class Foresight:
    """Follows an engine that plays, and forks where nothing more is known."""

    def __init__(self, engine: Engine) -> None:
        """`engine` was told nothing yet; its config, seed and policies are those that play."""
        self._engine = engine
        self._ahead: Engine | None = None
        self._said: list[Outgoing] = []

    def admit(self, policy: Policy) -> None:
        """Make a policy known that the engine which plays knows of."""
        self._engine.admit(policy)

    def tell(self, event: Event, at_ns: Nanos) -> None:
        """The engine that plays was told this, then."""
        self._engine.receive(event, at_ns)
        self._engine.due(at_ns)
        self._ahead = None

    def pass_by(self, at_ns: Nanos) -> None:
        """The engine that plays has come so far, and was told nothing else."""
        self._engine.due(at_ns)

    def coming(self, from_ns: Nanos, until_ns: Nanos) -> list[Note]:
        """The notes that will begin between two moments, by start; they end at `until_ns` at last.

        The drums are left out: their pattern shows them.

        The moments do not go back before something is told.
        """
        if self._ahead is None:
            self._ahead, self._said = self._engine.fork(), []
        self._said += self._ahead.due(until_ns)
        messages = [
            (each.due_ns, each.message)
            for each in self._said
            if isinstance(each.message, Message)
            and each.message.channel != self._engine.drum_channel
        ]
        notes = [note for note in notes_of(messages, until_ns) if note.start_ns >= from_ns]
        self._said = [each for each in self._said if each.due_ns >= from_ns]
        return notes
