"""What every command that plays can be asked for: the knobs, the policy, the seed."""

from dataclasses import dataclass
from pathlib import Path

from melodyrl.cli.policy_list import open_choice
from melodyrl.core.engine.check import FASTEST_BPM, SLOWEST_BPM
from melodyrl.core.engine.config import EngineConfig
from melodyrl.core.engine.events import KNOBS, SPLITS, Feel, KnobName
from melodyrl.core.music import Key, Meter, parse_pitch, pitch_name
from melodyrl.core.policy.policy import Policy
from melodyrl.errors import ConfigError


@dataclass(frozen=True, kw_only=True)
class Playing:
    """How it plays."""

    harmony: float = KNOBS["harmony"][2]
    """How much chord tones and resolved dissonances count, 0 to 1."""
    smoothness: float = KNOBS["smoothness"][2]
    """How much singable steps count, 0 to 1."""
    diversity: float = KNOBS["diversity"][2]
    """How much saying something new counts, 0 to 1."""
    rhythm: float = KNOBS["rhythm"][2]
    """How much rhythm like people's counts, 0 to 1."""
    density: float = KNOBS["density"][2]
    """Notes a beat, 0.25 to 4."""
    temperature: float = KNOBS["temperature"][2]
    """How far it leans from its best note to what people usually play, 0 to 0.4."""
    swing: float = KNOBS["swing"][2]
    """How late it plays off the beat, 0 (straight) to 1 (triplets); 6/8 does not swing."""
    humanize: float = KNOBS["humanize"][2]
    """How far it strays from the grid and in loudness, 0 (exact) to 1 (loose, 8 ms)."""
    register: float = KNOBS["register"][2]
    """Octaves by which its line (solo, answer) lies above its usual place, -2 to 1."""
    feel: Feel = "any"
    """How a solo moves in time and in line: any draws one, and another some bars later."""
    policy: str = "shipped"
    """Who plays: shipped, greedy, rules, a name that `melodyrl policies` lists, or the path of a
    policy file that was trained."""
    seed: int = 0
    """The same seed makes the same music."""

    def config(self, tempo_bpm: float, meter: Meter, key: Key | None) -> EngineConfig:
        """The engine's settings.

        Raises:
            ConfigError: a value is out of its range.
        """
        if self.seed < 0:
            raise ConfigError(f"The seed {self.seed} is negative; choose 0 or more.")
        knobs: dict[KnobName, float] = {name: getattr(self, name) for name in KNOBS}
        for name, (lowest, highest, _) in KNOBS.items():
            if not lowest <= knobs[name] <= highest:
                raise ConfigError(
                    f"--{name} {knobs[name]:g} is out of range; choose {lowest:g} to {highest:g}."
                )
        check_tempo(tempo_bpm)
        return EngineConfig(
            tempo_bpm=tempo_bpm, meter=meter, key=key, knobs=knobs, feel=self.feel, seed=self.seed
        )


def check_tempo(tempo_bpm: float) -> None:
    """Accept a tempo that the engine can keep.

    Raises:
        ConfigError: it is out of range.
    """
    if not SLOWEST_BPM <= tempo_bpm <= FASTEST_BPM:
        raise ConfigError(
            f"A tempo of {tempo_bpm:g} quarter notes a minute is out of range; "
            f"choose {SLOWEST_BPM:g} to {FASTEST_BPM:g}."
        )


def parse_split(text: str) -> int:
    """The pitch that parts the player's keyboard.

    Raises:
        ConfigError: it is none that does.
    """
    split = parse_pitch(text)
    if not SPLITS[0] <= split <= SPLITS[1]:
        lowest, highest = map(pitch_name, SPLITS)
        raise ConfigError(f"--split {text} is out of range; choose {lowest} to {highest}.")
    return split


def open_policy(choice: str) -> Policy:
    """The policy that a choice names; where none is shipped, the greedy one.

    Raises:
        CheckpointError: the file is missing or not a policy of ours.
    """
    return open_choice(choice, "melody")


def open_chord_policy(choice: str) -> Policy:
    """The policy of the mode chords that a choice names; where none is shipped, the greedy one.

    Raises:
        CheckpointError: the file is missing or not a policy of ours.
    """
    return open_choice(choice, "chords")


def named(choice: str) -> str:
    """A choice as it can be opened again from anywhere: a file by its whole path."""
    return str(Path(choice).resolve()) if Path(choice).is_file() else choice
