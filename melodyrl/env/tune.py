"""A tune on the grid of sixteenths: what the corpus readers yield and the fit counts."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.music.meter import Meter

MAJOR = (0, 2, 4, 5, 7, 9, 11)
MINOR = (0, 2, 3, 5, 7, 8, 10)


@dataclass(frozen=True, slots=True)
class Tune:
    """One melody. Onsets count from the downbeat of the first bar, a pickup's too."""

    name: str
    """Source and title, unique in a corpus: the split is a hash of it."""
    onset: NDArray[np.int32]
    """(N,) sixteenths, rising."""
    duration: NDArray[np.int32]
    """(N,) sixteenths, at least 1, never over the next onset."""
    pitch: NDArray[np.int16]
    """(N,) MIDI numbers."""
    bar_steps: int
    """Sixteenths in a bar: 16, or 12 for 3/4 and 6/8."""
    beat_steps: int
    """Sixteenths in a beat: 4, or 6 for 6/8."""
    tonic: int
    minor: bool
    chords: tuple[tuple[int, int], ...] = ()
    """(onset in sixteenths, 12-bit mask of pitch classes), rising; empty: none known."""

    @property
    def source(self) -> str:
        """The corpus that the tune is from."""
        return self.name.split("/", 1)[0]

    @property
    def offsets(self) -> NDArray[np.int16]:
        """(N,) semitones above the tonic that lies next below the lowest note."""
        low = int(self.pitch.min())
        return (self.pitch - (low - (low - self.tonic) % 12)).astype(np.int16)

    @property
    def meter(self) -> Meter:
        """4/4, 3/4 or 6/8."""
        return Meter(6, 8) if self.beat_steps == 6 else Meter(self.bar_steps // 4, 4)

    @property
    def first_bar(self) -> int:
        """The first whole bar: 1 where the tune begins with a pickup, else 0."""
        return int(2 * int(self.onset[0]) >= self.bar_steps)

    def split(self, parts: int = 5) -> int:
        """The part of the corpus, 0..parts-1, that the tune falls in, by its name alone."""
        return crc32(self.name.encode()) % parts


def save(tunes: Iterable[Tune], path: Path) -> None:
    """Keep tunes as lines of JSON, so that a second fit need not parse the corpora."""
    with path.open("w", encoding="utf-8") as lines:
        for tune in tunes:
            record = {
                "name": tune.name,
                "onset": tune.onset.tolist(),
                "duration": tune.duration.tolist(),
                "pitch": tune.pitch.tolist(),
                "bar_steps": tune.bar_steps,
                "beat_steps": tune.beat_steps,
                "tonic": tune.tonic,
                "minor": tune.minor,
                "chords": tune.chords,
            }
            lines.write(json.dumps(record) + "\n")


def load(path: Path) -> list[Tune]:
    """Tunes that `save` kept."""
    tunes: list[Tune] = []
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            record["onset"] = np.array(record["onset"], np.int32)
            record["duration"] = np.array(record["duration"], np.int32)
            record["pitch"] = np.array(record["pitch"], np.int16)
            record["chords"] = tuple((int(at), int(mask)) for at, mask in record["chords"])
            tunes.append(Tune(**record))
    return tunes
