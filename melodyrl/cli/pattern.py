"""`melodyrl pattern`: a drum pattern completed, as text and as a MIDI file."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from tyro.conf import Positional, arg

from melodyrl.errors import ConfigError

if TYPE_CHECKING:
    from melodyrl.core.canvas.network import CanvasNetwork
    from melodyrl.core.drums.pattern import Pattern as Grid

MOST_BARS = 1024


@dataclass(frozen=True, kw_only=True)
class Pattern:
    """Complete a drum pattern of sixteen steps; your own cells are never touched."""

    grid: Annotated[Positional[Path | None], arg(metavar="FILE")] = None
    """Text with a line a drum, `kick x... .... x... ....`: x your hit, - your rest, . open, o a hit
    that may be changed. `-` reads it from the terminal; none begins with an empty grid."""
    output: Annotated[Path | None, arg(aliases=("-o",))] = None
    """A MIDI file to write, on channel 10."""
    text: Path | None = None
    """A file to write the completed grid to."""
    seed: int = 1
    """Another seed is another fill."""
    temperature: float = 0.05
    """How freely strokes are drawn, 0 to 1."""
    bars: int = 4
    """Bars of the MIDI file, all alike."""
    tempo: float = 100.0
    """Quarter notes a minute, 20 to 400."""
    policy: Path | None = None
    """A policy trained with `melodyrl train --preset drums`; without one, strokes are worth what
    they mend of the rules at once."""

    def run(self) -> None:
        """Complete the pattern, and write and print it."""
        import numpy as np

        from melodyrl.cli.drum_flags import read_pattern
        from melodyrl.cli.playing import check_tempo
        from melodyrl.core.drums.fill import complete
        from melodyrl.core.drums.pattern import parse, write

        check_tempo(self.tempo)
        self._check()
        rng = np.random.default_rng(self.seed)
        text = "" if self.grid is None else read_pattern(self.grid)
        fill = complete(parse(text), rng, self.temperature, self._network())
        text = write(fill.pattern)
        print(text, end="")
        if fill.missed:
            print(f"Not kept: {', '.join(fill.missed)}.", file=sys.stderr)
        self._write(text, fill.pattern)

    def _network(self) -> "CanvasNetwork | None":
        from melodyrl.env.drum_players import DrumPatterns
        from melodyrl.env.painter import read_painter

        return None if self.policy is None else read_painter(self.policy, DrumPatterns())

    def _check(self) -> None:
        if not 1 <= self.bars <= MOST_BARS:
            raise ConfigError(f"--bars {self.bars} is out of range; choose 1 to {MOST_BARS}.")
        if not 0 <= self.temperature <= 1:
            raise ConfigError(f"--temperature {self.temperature} is out of range; choose 0 to 1.")
        if self.seed < 0:
            raise ConfigError(f"--seed {self.seed} is negative; choose 0 or more.")

    def _write(self, text: str, pattern: "Grid") -> None:
        from melodyrl.core.drums.notes import end_ns, notes_of
        from melodyrl.core.midi.messages import DRUMS
        from melodyrl.core.midi.smf import PPQN, NamedTrack, write_bytes, write_take
        from melodyrl.core.music import TempoMap

        if self.text is not None:
            write_bytes(self.text, text.encode())
        if self.output is not None:
            tempo_map = TempoMap.constant(self.tempo, PPQN)
            part = NamedTrack("drums", notes_of(pattern, self.bars, tempo_map), DRUMS)
            write_take(self.output, [part], tempo_map, end_ns=end_ns(self.bars, tempo_map))
