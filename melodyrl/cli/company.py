"""Who plays in a jam: the policies of its flags, and those that are chosen while it plays."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from melodyrl.cli.kept_policies import KeptPolicies
from melodyrl.cli.mode_keys import ModeKeys
from melodyrl.cli.policy_list import PolicyList, choice_of, open_choice
from melodyrl.cli.programs import parse_programs
from melodyrl.core.engine.events import ChoosePolicy, Mode, Nanos, Part, SetMode, Wish
from melodyrl.core.engine.snapshot import Snapshot
from melodyrl.core.midi.messages import NoteOff, NoteOn, ProgramChange
from melodyrl.core.policy.policy import Policy
from melodyrl.live.casting import Casting
from melodyrl.live.ear import Hear, Heard
from melodyrl.live.inbox import Inbox


class Company:
    """The policies that begin, the thread that opens others, and the ways to ask it for one."""

    def __init__(
        self,
        choices: Mapping[Part, str],
        inbox: Inbox,
        takes: Path | None,
        say: Callable[[str], None],
    ) -> None:
        """Opens who begins. All who play are kept with the takes, where any are.

        Raises:
            CheckpointError: a file is missing or not a policy of ours.
        """
        begin: dict[Part, tuple[str, Policy]] = {
            part: (choice_of(choice, part), open_choice(choice, part))
            for part, choice in choices.items()
        }
        self._inbox = inbox
        self._programs: Mapping[int, Wish] = {}
        self._mode_keys: Mapping[int, Mode] = {}
        self._keep = KeptPolicies(takes).keep if takes else lambda policy: None
        self.begin: dict[Part, Policy] = {part: each for part, (_, each) in begin.items()}
        self.list = PolicyList(given=(name for name, _ in begin.values()))
        self.casting = Casting(self.list, inbox, begin, keep=self._keep, say=say)

    def keep(self) -> None:
        """Keep those that begin beside the takes.

        Raises:
            FileError: they cannot be written.
        """
        for policy in self.begin.values():
            self._keep(policy)

    def hear(self, programs: Iterable[str], mode_keys: ModeKeys = ()) -> Hear:
        """The way in of what is played: a program change asks for what it was given, if anything.

        Of the mode keys one that goes down switches, and nothing else is heard of them.

        Raises:
            ConfigError: a text is no program and policy.
        """
        self._programs = parse_programs(programs, self.list)
        self._mode_keys = dict(mode_keys)
        return self._hear

    def billed(self, item: object) -> object:
        """What the loop publishes; of a snapshot one that says who plays, and what keys switch."""
        if not isinstance(item, Snapshot):
            return item
        return replace(self.casting.billed(item), mode_keys=tuple(self._mode_keys.items()))

    def grant(self, wish: Wish, at_ns: Nanos) -> None:
        """The way in of what a page asks for."""
        if isinstance(wish, ChoosePolicy):
            self.casting.choose(wish.name)
        else:
            self._hear(wish, at_ns)

    def _hear(self, heard: Heard, at_ns: Nanos) -> None:
        match heard:
            case ProgramChange(program):
                if program in self._programs:
                    self.grant(self._programs[program], at_ns)
            case NoteOn(pitch, velocity) if pitch in self._mode_keys:
                if velocity > 0:  # else it ends (MIDI 1.0, 4.2.3)
                    self._inbox.post(SetMode(self._mode_keys[pitch]), at_ns)
            case NoteOff(pitch) if pitch in self._mode_keys:
                pass
            case _:
                self._inbox.post(heard, at_ns)
