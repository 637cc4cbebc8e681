"""A session as lines that are only ever added to: what the engine was told, and what was sent.

The first line says what it is; the last one, that it ended. Where the program was killed the last
line may be missing or half written: all before it counts.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from melodyrl.core.engine.cast import digest_of
from melodyrl.core.engine.events import Nanos, Outgoing, Part
from melodyrl.core.engine.offline import replay
from melodyrl.core.engine.recorder import Recording, Told
from melodyrl.core.engine.takes import event_of, head_of, recording_of
from melodyrl.core.midi.messages import Message, NoteOff, NoteOn, from_bytes, to_bytes
from melodyrl.core.policy.policy import Policy
from melodyrl.errors import FileError

FORMAT, VERSION = "melodyrl session", 1

Fate = Literal["sent", "late", "more"]
"""Sent; said by the engine, but too late to be sent; sent, but not said by the engine."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A message on its way out: when it was due, when it went, and what became of it.

    A clock that we send is not kept: it says nothing that the recording does not.
    """

    at_ns: Nanos
    due_ns: Nanos
    message: Message
    fate: Fate = "sent"


@dataclass(frozen=True, slots=True)
class Session:
    """All that a session's lines hold."""

    recording: Recording
    policy: str
    """The choice that opened the policy."""
    began: str
    """Day and time of day, to be shown."""
    outputs: tuple[Sent, ...]
    has_ended: bool

    @property
    def wire(self) -> list[tuple[Nanos, Message]]:
        """What was sent, in order, and when.

        An answer that was sent ahead is recorded once the engine has said it, so after what was
        handed on meanwhile.
        """
        sent = sorted(self.outputs, key=lambda each: each.at_ns)
        return [(each.at_ns, each.message) for each in sent if each.fate != "late"]

    @property
    def ours(self) -> list[Outgoing]:
        """What the engine said and was sent."""
        return [Outgoing(each.due_ns, each.message) for each in self.outputs if each.fate == "sent"]

    @property
    def hanging(self) -> list[tuple[int, int]]:
        """Pitch and channel (0-15) of the notes that were not ended."""
        sounding: set[tuple[int, int]] = set()
        for _, message in self.wire:
            match message:
                case NoteOn(pitch, _, channel):
                    sounding.add((pitch, channel))
                case NoteOff(pitch, channel):
                    sounding.discard((pitch, channel))
                case _:
                    continue
        return sorted(sounding)


def first_line(recording: Recording, policy: str, began: str) -> str:
    """The line that begins a session."""
    head = head_of(recording) | {"format": FORMAT, "version": VERSION}
    return json.dumps(head | {"policy": policy, "began": began})


def sent_line(sent: Sent) -> str:
    """The line of a message that was to be sent."""
    record = {"at_ns": sent.at_ns, "due_ns": sent.due_ns, "bytes": to_bytes(sent.message).hex()}
    return json.dumps(record | {"fate": sent.fate})


LAST_LINE = json.dumps({"end": True})


def from_lines(lines: Sequence[str]) -> Session:
    """The session that lines hold; a last one that is half written is left out.

    Raises:
        FileError: they hold none, or one that is broken in the middle.
    """
    number = 1
    try:
        head = json.loads(lines[0])
        if (head["format"], head["version"]) != (FORMAT, VERSION):
            raise ValueError("not a session")
        told: list[Told] = []
        outputs: list[Sent] = []
        has_ended = False
        for number, record in _records(lines):  # noqa: B007 - the error below says which line
            if "event" in record:
                told.append(event_of(record))
            elif "bytes" in record:
                outputs.append(_sent(record))
            else:
                has_ended = bool(record["end"])
        until_ns = max([at for at, _ in told] + [each.due_ns for each in outputs], default=0)
        recording = replace(recording_of(head, told), until_ns=Nanos(until_ns))
        return Session(
            recording, str(head["policy"]), str(head["began"]), tuple(outputs), has_ended
        )
    except (LookupError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise FileError(
            f"Line {number} is not one of a session of ours ({error}); "
            f"choose a file that `melodyrl takes` lists."
        ) from None


def same_again(
    session: Session,
    policy: Policy,
    chord_policy: Policy | None = None,
    others: Mapping[tuple[Part, str], Policy] | None = None,
) -> list[tuple[Nanos, Message]]:
    """What the engine sends when it is told again what it was told: exactly what was sent.

    `others` are the policies that entered later, by part and digest.

    Raises:
        FileError: a policy is another one or missing, or the engine says something else.
    """
    recording = session.recording
    if recording.policy_digest not in (digest_of(policy), policy.name):
        raise FileError(
            f"The take was played by the policy {recording.policy_name} ({session.policy}), "
            f"which is another one now; name the file that it was played with by --policy."
        )
    chords = digest_of(chord_policy) if chord_policy else "greedy"
    if recording.chord_policy_digest not in ("", chords):
        raise FileError(
            "The take's chords were chosen by another policy; name the file of the one that "
            "chose them by --chord-policy."
        )
    said = (
        each
        for each in replay(recording, policy, chord_policy, others)
        if isinstance(each.message, Message)
    )
    for number, each in enumerate(session.outputs, start=1):
        if each.fate != "more" and next(said, None) != Outgoing(each.due_ns, each.message):
            raise FileError(
                f"Message {number} of the take is not the one that was sent: the take was made by "
                f"another version of melodyrl, or its file was changed."
            )
    return session.wire


def _records(lines: Sequence[str]) -> Iterator[tuple[int, dict[str, object]]]:
    for number, line in enumerate(lines[1:], start=2):
        try:
            record = json.loads(line)
        except ValueError:
            if number == len(lines):
                return  # killed while it was written
            raise
        yield number, record


def _sent(record: dict[str, object]) -> Sent:
    at_ns, due_ns, fate = record["at_ns"], record["due_ns"], record["fate"]
    message = from_bytes(bytes.fromhex(str(record["bytes"])))
    if message is None or type(at_ns) is not int or type(due_ns) is not int:
        raise ValueError(f"{record} is no message")
    if fate not in ("sent", "late", "more"):
        raise ValueError(f"{fate!r} is not one of sent, late, more")
    return Sent(Nanos(at_ns), Nanos(due_ns), message, fate)
