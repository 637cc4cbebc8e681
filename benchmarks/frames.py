"""What a frame of the page costs with 8,000 notes in view, beside two peers in the same run.

    python -m benchmarks.frames [--seconds 8] [--notes 8000] [--busy 2]

The peers take turns with the page, a second each, so that whatever else the machine does reaches
all of them: `empty` is a frame that clears a canvas of the same size, `every note` one that draws
each note anew. `draw` is the script's own time. `frame` is from one animation frame to the next in
a browser that does not wait for the screen, so it is all that a frame costs, painting included:
without a graphics card that is the processor's work too. 60 frames a second leave 16.7 ms.
`screen` is the same in a browser that does wait: 16.7 ms where no frame is missed.
"""

import argparse
import multiprocessing
import shutil
from contextlib import contextmanager

from playwright.sync_api import Page, sync_playwright

from tests.web.stand_in import StandIn

WAYS = ("empty", "page", "every note")
UNLIMITED = ["--disable-frame-rate-limit", "--disable-gpu-vsync"]

PREPARE = """async (count) => {
    const { drawNotes } = await import("/page/shapes.js");
    const { roll, score } = melodyrl;
    const SPAN_MS = 1000 * (0.86 * roll.width) / Math.max(60, Math.min(120, roll.width / 9));
    const add = (i, start) => {
        const part = i % 2 ? "player" : "machine";
        score.on(part, 36 + ((i * 7) % 60), 40 + (i % 80), start);
        score.off(part, 36 + ((i * 7) % 60), start + 60 + (i % 7) * 30);
    };
    let next = 0;
    let until = performance.now() - SPAN_MS;
    const fill = (now) => {
        for (; until < now; until += SPAN_MS / count) add(next++, until);
    };
    const ways = {
        page: roll.draw.bind(roll),
        empty: () => roll.context.clearRect(0, 0, roll.width, roll.height),
        "every note": (now) => {
            const view = roll.view(now);
            roll.context.setTransform(roll.scale, 0, 0, roll.scale, 0, 0);
            roll.context.clearRect(0, 0, roll.width, roll.height);
            drawNotes(roll.context, score.between(view.from, now), view);
        },
    };
    let spent = [];
    const use = (name) => {
        spent = [];
        roll.draw = (now) => {
            fill(performance.now());
            const began = performance.now();
            ways[name](now);
            spent.push(performance.now() - began);
        };
    };
    fill(performance.now()); // a roll with nothing in view draws nothing
    globalThis.frames = async (name, ms) => {
        use(name);
        const apart = [];
        const begin = await new Promise(requestAnimationFrame);
        for (let last = begin; last < begin + ms;) {
            const now = await new Promise(requestAnimationFrame);
            apart.push(now - last);
            last = now;
        }
        return { spent, apart, inView: [score.between(performance.now() - SPAN_MS, 1e12).length] };
    };
}"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=8)
    parser.add_argument("--notes", type=int, default=8000)
    parser.add_argument("--width", type=int, default=1600)
    parser.add_argument("--height", type=int, default=900)
    parser.add_argument("--busy", type=int, default=0, help="processes that only take time")
    arguments = parser.parse_args()
    daemon = StandIn()
    url = daemon.start()
    size = {"width": arguments.width, "height": arguments.height}
    try:
        with sync_playwright() as playwright, busy(arguments.busy):
            for name, flags in (("frame", UNLIMITED), ("screen", [])):
                browser = playwright.chromium.launch(
                    executable_path=shutil.which("chromium") or shutil.which("chromium-browser"),
                    args=["--no-sandbox", *flags],
                )
                page = browser.new_page(viewport=size)
                page.goto(url)
                page.wait_for_selector("#connection[data-state=open]")
                report(name, measure(page, arguments.notes, arguments.seconds))
                browser.close()
    finally:
        daemon.stop()


@contextmanager
def busy(count: int):
    """So many processes that take all the time that they are given."""
    processes = [multiprocessing.Process(target=spin, daemon=True) for _ in range(count)]
    for process in processes:
        process.start()
    yield
    for process in processes:
        process.kill()


def spin() -> None:
    while True:
        pass


def measure(page: Page, notes: int, seconds: int) -> dict[str, dict[str, list[float]]]:
    """Milliseconds by way and kind; `inView` counts notes."""
    page.evaluate(PREPARE, notes)
    page.evaluate("frames('page', 2000)")  # the range of pitches settles
    found = {name: {"spent": [], "apart": [], "inView": []} for name in WAYS}
    for _ in range(seconds):
        for name, kinds in found.items():
            for kind, numbers in page.evaluate("name => frames(name, 1000)", name).items():
                kinds[kind] += numbers
    return found


def report(kind: str, found: dict[str, dict[str, list[float]]]) -> None:
    print(f"{'ms':>10}  notes  draw p50    p95  {kind:>6} p50    p95")
    for name, kinds in found.items():
        spent, apart = kinds["spent"], kinds["apart"]
        print(
            f"{name:>10} {min(kinds['inView']):6} "
            f"{quantile(spent, 0.5):9.2f} {quantile(spent, 0.95):6.2f} "
            f"{quantile(apart, 0.5):10.2f} {quantile(apart, 0.95):6.2f}",
            flush=True,
        )


def quantile(numbers: list[float], share: float) -> float:
    return sorted(numbers)[int(share * (len(numbers) - 1))]


if __name__ == "__main__":
    main()
