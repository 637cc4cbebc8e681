"""A clock, an inbox, an output and an engine that do as a test tells them."""

from dataclasses import dataclass

from melodyrl.core.engine.events import Nanos, Outgoing, Panic
from melodyrl.core.midi.messages import NoteOff, NoteOn, from_bytes
from melodyrl.live.inbox import Told

MS = 1_000_000


class FakeClock:
    def __init__(self):
        self.now_ns = 0

    def now(self):
        return Nanos(self.now_ns)

    def wait_until(self, at_ns):
        self.now_ns = max(self.now_ns, at_ns)


class ScriptedInbox:
    """Hands out what was scripted, when the fake clock comes to it."""

    def __init__(self, clock, *script):
        self._clock = clock
        self._script = sorted(script, key=lambda told: told.at_ns)

    def take(self, timeout_ns):
        until_ns = self._clock.now_ns + max(timeout_ns, 0)
        if self._script and self._script[0].at_ns <= until_ns:
            self._clock.wait_until(self._script[0].at_ns)
        else:
            self._clock.wait_until(until_ns)
        taken = [told for told in self._script if told.at_ns <= self._clock.now_ns]
        self._script = self._script[len(taken) :]
        return taken


class Port:
    def __init__(self, clock, unplugged=()):
        self._clock = clock
        self.unplugged = unplugged
        self.sent = []
        self.is_gone = False

    def send(self, message):
        if self.is_gone:
            raise OSError("the port is gone")
        self.sent.append((self._clock.now_ns, message))

    @property
    def messages(self):
        return [message for _, message in self.sent]


@dataclass(frozen=True)
class Picture:
    timing: object = None
    unplugged: tuple[str, ...] = ()
    clocks: tuple[str, ...] = ()


class EchoEngine:
    """Answers each note an octave higher, `delay_ns` later; fails on the notes of `poison`."""

    def __init__(self, delay_ns=10 * MS, poison=()):
        self._delay_ns = delay_ns
        self._poison = poison
        self._waiting = []
        self.told = []
        self.told_ns = 0
        self.drum_channel = 9

    def receive(self, event, now_ns):
        self.told.append((now_ns, event))
        self.told_ns = now_ns
        match event:
            case NoteOn(pitch) if pitch in self._poison:
                raise RuntimeError("poisoned")
            case NoteOn(pitch, velocity):
                self._say(now_ns, NoteOn(pitch + 12, velocity))
            case NoteOff(pitch):
                self._say(now_ns, NoteOff(pitch + 12))
            case Panic():
                self._waiting = []

    def _say(self, now_ns, message):
        self._waiting.append(Outgoing(Nanos(now_ns + self._delay_ns), message))

    def next_wake(self):
        return self._waiting[0].due_ns if self._waiting else None

    def due(self, now_ns):
        due = [each for each in self._waiting if each.due_ns <= now_ns]
        self._waiting = self._waiting[len(due) :]
        return due

    def thoughts(self):
        return iter(())

    def foretell(self, event, now_ns):
        return None

    def snapshot(self):
        return Picture()


def told(at_ns, event):
    return Told(event, Nanos(at_ns))


class System:
    """A MIDI system: the names of the ports that are plugged in now."""

    def __init__(self, *names):
        self.names = list(names)


class FakeClient:
    """A client of a fake system, in RtMidi's words; what it sends arrives where it is joined."""

    def __init__(self, system):
        self._system = system
        self.joined = None
        self.sent = []
        self.log = []

    def get_ports(self):
        return list(self._system.names)

    def open_port(self, port, name):
        assert self.joined is None
        self.joined = self._system.names[port]
        self.log.append(("open", self.joined))

    def close_port(self):
        self.log.append(("close", self.joined))
        self.joined = None

    def send_message(self, data):
        if self.joined in self._system.names:
            self.sent.append(from_bytes(data))
