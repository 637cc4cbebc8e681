"""A tune over four chords, in two feels: writes ballad.mid and reel.mid, and a picture of each."""

from pathlib import Path

from melodyrl.cli.compose import Compose
from melodyrl.core.engine.events import Feel

FEELS: tuple[Feel, ...] = ("ballad", "reel")

for feel in FEELS:
    Compose(
        progression="Am F C G",
        bars=8,
        tempo=110,
        feel=feel,
        seed=1,
        output=Path(f"{feel}.mid"),
        picture=Path(f"{feel}.png"),
    ).run()
