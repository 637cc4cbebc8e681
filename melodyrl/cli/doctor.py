"""`melodyrl doctor`: is this machine fit to play on, and if not, what to change."""

from dataclasses import dataclass

from melodyrl.errors import ConfigError, PortError
from melodyrl.live.clock import MonotonicClock
from melodyrl.live.loopback import measure_loopback, measure_timer
from melodyrl.live.machine import PRIORITY, highest_priority, sequencer_problem
from melodyrl.live.spread import Spread
from melodyrl.live.systems import SPOKEN, Api, answers, candidates, input_names, output_names

LATENCY_MS, JITTER_MS = 10.0, 1.0
"""What players of instruments do not notice: 10 ms, steady to 1 ms (Wessel and Wright 2002)."""

PLAYABLE_MS = 20.0
"""Where an ensemble begins to notice (Schuett 2002: 20 to 30 ms)."""


@dataclass(frozen=True)
class Doctor:
    """Look at this machine's MIDI: what is there, how fast and how steady it is, what to change."""

    api: Api = "auto"
    """MIDI system to look at: auto looks at each that answers."""
    messages: int = 500
    """How many to measure with; 5 ms each."""

    def run(self) -> None:
        """Print the report. Without a MIDI system that is said, and no error."""
        if not 10 <= self.messages <= 100_000:
            raise ConfigError(f"--messages {self.messages} is out of range; choose 10 to 100000.")
        systems = [each for each in candidates(self.api) if answers(each)]
        if "alsa" not in systems and self.api in ("auto", "alsa") and (said := sequencer_problem()):
            print(said)
        _print_priority()
        timer = measure_timer(MonotonicClock(), self.messages)
        print(f"Timer: a wait ends late by {timer.line()}.")
        for system in systems:
            self._examine(system, timer)
        if not systems:
            print(
                f"No {SPOKEN[self.api]} system answers on this machine, so there are no MIDI "
                f"ports to measure; `melodyrl jam` plays on its page."
            )

    def _examine(self, system: str, timer: Spread) -> None:
        api: Api = system  # type: ignore[assignment]
        print(
            f"\n{SPOKEN[system]}: {_names('inputs', input_names(api))}; "
            f"{_names('outputs', output_names(api))}."
        )
        try:
            spread = measure_loopback(system, MonotonicClock(), self.messages)
        except PortError as error:
            print(error)
            return
        print(f"From sending to hearing, {self.messages} messages: {spread.line()}.")
        print("\n".join(spread.histogram()))
        print(verdict(system, spread, timer))


def verdict(system: str, spread: Spread, timer: Spread) -> str:
    """Whether a system is good enough to play on, and what to change if not."""
    p99, jitter = spread.quantile(0.99), spread.jitter
    if p99 <= LATENCY_MS and jitter <= JITTER_MS:
        return f"Good: {p99:.1f} ms at most, steady to {jitter:.1f} ms; nobody will notice."
    word = "Playable, not perfect" if p99 <= PLAYABLE_MS else "Not good enough to play"
    return f"{word}: up to {p99:.1f} ms, steady to {jitter:.1f} ms. {_advice(system, timer)}"


def _advice(system: str, timer: Spread) -> str:
    if timer.jitter > JITTER_MS:
        return (
            "The timer is as unsteady: the machine is busy. Close other programs, and set the "
            "processor's governor to performance."
        )
    if system == "jack":
        return "Give JACK a shorter period (`jackd ... -p 128`); half a period is its own delay."
    return "Close other programs, and set the processor's governor to performance."


def _print_priority() -> None:
    priority = highest_priority()
    if priority is not None and priority < PRIORITY:
        print(
            "You may not ask for real-time priority, which steady notes need: put "
            "`@audio - rtprio 95` into /etc/security/limits.d/audio.conf, and log in again."
        )
    elif priority is not None:
        print(f"Real-time priority: up to {priority}.")


def _names(kind: str, named: list[tuple[str, str]]) -> str:
    return f"{kind} " + (", ".join(name for _, name in named) or "none")
