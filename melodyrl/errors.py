"""Everything that can go wrong and is somebody's to mend.

MelodyError
├── ConfigError         the user: a flag, a chord symbol, a knob out of range
│   └── ProtocolError   the page: a message that is not in the protocol
├── FileError           the file: missing, unreadable, not writable
│   ├── MidiFileError   a .mid that is truncated, hostile or empty
│   └── CheckpointError a policy file that is not ours, or broken
└── PortError           the machine: no MIDI system, a port that is not there

Each message is one sentence: what was found, what was expected, what to do.
The command line prints it and ends with status 2. Anything else that escapes is a bug.
"""


class MelodyError(Exception):
    """Root of all errors that a person can mend."""


class ConfigError(MelodyError):
    """A value that the user gave is not one we can play with."""


class ProtocolError(ConfigError):
    """A message from the page that is not in the protocol."""


class FileError(MelodyError):
    """A file that cannot be read or written."""


class MidiFileError(FileError):
    """A .mid that is truncated, hostile or empty."""


class CheckpointError(FileError):
    """A policy file that is not ours, or broken."""


class PortError(MelodyError):
    """The machine has no such MIDI port, or no MIDI system at all."""
