"""Opens policies while the music plays, on a thread of its own that the loop never waits for.

One that is chosen, or whose file has changed, is read, checked and rehearsed here. Only then is the
engine told of it; it enters at the next bar line. One that is no good is refused in a sentence.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from melodyrl.core.engine.cast import digest_of, part_of
from melodyrl.core.engine.events import Nanos, Part, SetPolicy
from melodyrl.core.engine.snapshot import Role, Snapshot
from melodyrl.core.policy.policy import Policy
from melodyrl.errors import CheckpointError, FileError, MelodyError
from melodyrl.live.file_watch import FileWatch
from melodyrl.live.inbox import Inbox
from melodyrl.live.rehearsal import rehearse

LOOK_S = 1.0
"""From one look at the files that play to the next."""

WAITING = 16
"""Choices that may wait: more are those of a flood, and dropped."""

STOP_S = 5.0
"""Longest wait for a file that hangs."""

log = logging.getLogger(__name__)


class Library(Protocol):
    """Where policies are found by name."""

    def open(self, name: str) -> Policy:
        """The policy of a name; MelodyError where there is none, or its file is none of ours."""
        ...

    def path(self, name: str) -> Path | None:
        """Its file, None where it needs none."""
        ...


class Casting:
    """Who plays which part, and who is to."""

    def __init__(
        self,
        library: Library,
        inbox: Inbox,
        playing: Mapping[Part, tuple[str, Policy]],
        *,
        keep: Callable[[Policy], None] = lambda policy: None,
        say: Callable[[str], None] = lambda sentence: None,
        look_s: float = LOOK_S,
    ) -> None:
        """`playing` begin, by the names of their choices. `keep` is given each that enters."""
        self._library = library
        self._inbox = inbox
        self._keep = keep
        self._say = say
        self._look_s = look_s
        self._asked: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._playing: dict[Part, tuple[str, str]] = {
            part: (name, digest_of(each)) for part, (name, each) in playing.items()
        }
        self._names = {(part, digest): name for part, (name, digest) in self._playing.items()}
        self._files: dict[Part, FileWatch] = {
            part: FileWatch(path, is_taken=False)  # it may have changed since it was opened
            for part, (name, _) in playing.items()
            if (path := library.path(name))
        }
        self._refused = ""
        self._thread = threading.Thread(target=self._run, name="casting", daemon=True)

    def start(self) -> None:
        """Begin to listen for choices, and to look at the files that play."""
        self._thread.start()

    def close(self) -> None:
        """End; what is chosen from now on is not opened."""
        self._asked.put(None)
        self._thread.join(STOP_S)

    def choose(self, name: str) -> None:
        """Let the policy of a name play its part; from any thread, never waits."""
        if self._asked.qsize() < WAITING:
            self._asked.put(name)

    def billed(self, snapshot: Snapshot) -> Snapshot:
        """A snapshot that says by name who plays; from the loop, never waits."""
        coming = dict(snapshot.coming)
        roles = tuple(
            Role(part, self._name(part, digest), self._name(part, coming.get(part)))
            for part, digest in snapshot.policies
        )
        return replace(snapshot, cast=roles, refused=self._refused)

    def _name(self, part: Part, digest: str | None) -> str | None:
        return None if digest is None else self._names.get((part, digest), digest)

    def _run(self) -> None:
        while True:
            try:
                name = self._asked.get(timeout=self._look_s)
            except queue.Empty:
                self._try(self._look)
            else:
                if name is None:
                    return
                self._try(lambda name=name: self._take(name))

    def _try(self, work: Callable[[], None]) -> None:
        try:
            work()
        except MelodyError as error:
            self._refuse(error)
        except Exception:  # a fault of ours must not end the casting
            log.exception("casting failed")

    def _refuse(self, error: MelodyError) -> None:
        self._refused = f"{str(error).rstrip('.')}; the old one plays on."
        self._say(self._refused)

    def _take(self, name: str) -> None:
        """Open what was chosen; its file is looked at from now on."""
        path = self._library.path(name)
        file = FileWatch(path, is_taken=True) if path else None
        policy = self._library.open(name)
        rehearse(policy)
        part = part_of(policy)
        self._files.pop(part, None)
        if file:
            self._files[part] = file
        self._enter(part, name, policy)

    def _look(self) -> None:
        for part, file in self._files.items():
            if file.has_changed():
                self._open_again(part, file)

    def _open_again(self, part: Part, file: FileWatch) -> None:
        """Take over a file that has changed; one that is no good may be half written."""
        name, digest = self._playing[part]
        try:
            policy = self._library.open(name)
            if digest_of(policy) != digest:
                rehearse(policy)
                self._check_part(policy, part)
        except MelodyError:
            if file.fail():
                raise
            return
        file.take()
        if digest_of(policy) != digest:
            self._enter(part, name, policy)

    def _check_part(self, policy: Policy, part: Part) -> None:
        if part_of(policy) != part:
            raise CheckpointError(
                f"The file of {policy.name} now holds a policy for the {part_of(policy)}, which "
                f"does not play the {part}."
            )

    def _enter(self, part: Part, name: str, policy: Policy) -> None:
        try:
            self._keep(policy)
        except FileError as error:
            self._say(str(error))  # no reason not to play it
        digest = digest_of(policy)
        self._playing[part] = name, digest
        self._names[part, digest] = name
        self._refused = ""
        self._inbox.call(lambda engine: engine.admit(policy))
        self._inbox.post(SetPolicy(part, digest), Nanos(time.monotonic_ns()))
        self._say(f"From the next bar on the {part} is played by {name}.")
