"""A picture painted stroke by stroke by a network that sees only what it is to become.

Writes heart.png and the drawing as heart.gif.
"""

from pathlib import Path

import numpy as np

from melodyrl.env.painter import read_painter
from melodyrl.env.pixel_art_env import PixelArtEnv

HEART = """
................
................
...222....222...
..21112..21112..
.21111122113312.
.21111111111132.
.21111111111112.
.21111111111112.
..211111111112..
...2111111112...
....21111112....
.....211112.....
......2112......
.......22.......
................
................
"""

target = np.array([[int(cell.replace(".", "0")) for cell in row] for row in HEART.split()])
env = PixelArtEnv(render_mode="rgb_array")
painter = read_painter(Path(__file__).parents[1] / "checkpoints/canvas.safetensors", env.subject)

seen, _ = env.reset(seed=1, options={"target": target})
unknown = np.zeros((1, env.subject.size.actions, len(env.subject.terms)), np.float32)
ended, strokes = False, 0
while not ended:
    mask = env.action_masks()
    # The painter was never told what strokes will be paid, so it needs no judgement of them.
    values = painter.many(seen["planes"][None], seen["weights"][None], unknown, mask[None])[0]
    stroke = np.where(mask, values @ seen["weights"], -np.inf).argmax()
    seen, _, terminated, truncated, _ = env.step(stroke)
    ended, strokes = terminated or truncated, strokes + 1

colours = env.subject.size.colours
right = (seen["planes"][:colours].argmax(0) == target).mean()
env.save_png("heart.png")
env.save_animation("heart.gif")
print(f"heart.png, heart.gif: {strokes} strokes, {right:.1%} of the cells are right")
