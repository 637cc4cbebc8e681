"""Our answers to notes that may come: what each will be, where nothing else happens first."""

from math import inf

from melodyrl.core.engine.events import Nanos


class Foretold:
    """By the pitch of a note, and when it begins, the pitch that answers it."""

    def __init__(self) -> None:
        self.until_ns: float = -inf
        """When something else happens first; nothing is foretold before that is known."""
        self._answers: dict[int, list[tuple[Nanos, Nanos, int]]] = {}

    def keep(self, pitch: int, from_ns: Nanos, until_ns: Nanos, answer: int) -> None:
        """A note of this pitch has this answer where it begins between two moments.

        At the second one it may have another.
        """
        self._answers.setdefault(pitch, []).append((from_ns, until_ns, answer))

    def find(self, pitch: int, at_ns: Nanos) -> int | None:
        """The answer to a note that begins at a moment; None where it is not known."""
        if at_ns < self.until_ns:
            for from_ns, until_ns, answer in self._answers.get(pitch, ()):
                if from_ns <= at_ns < until_ns:
                    return answer
        return None
