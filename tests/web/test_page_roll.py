"""The piano roll: what it draws, and what a frame of it costs."""

import pytest

pytestmark = pytest.mark.browser

SETTING = """
    const { Roll } = await import("/page/roll.js");
    const { Score } = await import("/page/score.js");
    const { Grid } = await import("/page/grid.js");
    const { drawNotes } = await import("/page/shapes.js");
    const fill = (score, count, now) => {
        for (let i = 0; i < count; i++) {
            const part = i % 2 ? "player" : "machine";
            const start = now - 7000 + (i * 7000) / count;
            score.on(part, 36 + (i % 60), 40 + (i % 80), start);
            if (count - i > 20) score.off(part, 36 + (i % 60), start + 20 + (i % 7) * 30);
        }
    };
    const make = (count) => {
        const canvas = document.createElement("canvas");
        canvas.style.cssText = "position: fixed; left: 0; top: 0; width: 900px; height: 420px";
        document.body.append(canvas);
        const score = new Score();
        const roll = new Roll(canvas, score, new Grid());
        const now = performance.now();
        fill(score, count, now);
        return { roll, score, now, canvas };
    };
    const median = (numbers) => numbers.sort((a, b) => a - b)[numbers.length >> 1];
"""


def run(page, body):
    return page.evaluate(f"async () => {{ {SETTING} {body} }}")


def test_a_frame_of_8000_notes_costs_about_as_much_as_one_of_100(visit):
    """Beside it, in the same run, all notes drawn anew: the dearest way."""
    page = visit()
    spent = run(
        page,
        """
        const cost = ({ roll, now }) => {
            for (let i = 0; i < 90; i++) roll.draw(now + i); // the range settles, tiles are made
            const spent = [];
            for (let i = 0; i < 120; i++) {
                const began = performance.now();
                roll.draw(now + 90 + i * 16);
                roll.context.getImageData(0, 0, 1, 1); // wait until it is drawn
                spent.push(performance.now() - began);
            }
            return median(spent);
        };
        const anew = ({ roll, score, now }) => {
            const spent = [];
            for (let i = 0; i < 15; i++) {
                const began = performance.now();
                drawNotes(roll.context, score.notes, roll.view(now + i));
                roll.context.getImageData(0, 0, 1, 1);
                spent.push(performance.now() - began);
            }
            return median(spent);
        };
        const few = make(100);
        const many = make(7900);
        return { few: cost(few), many: cost(many), anew: anew(many) };
        """,
    )

    assert spent["many"] < 3 * spent["few"] + 2
    assert spent["many"] < spent["anew"]


def test_tiles_show_what_drawing_everything_anew_would_show(visit):
    page = visit()
    differing = run(
        page,
        """
        const { roll, score, now } = make(300);
        for (let i = 0; i < 90; i++) roll.draw(now);
        const read = () => {
            const { data } = roll.context.getImageData(0, 0, roll.canvas.width, roll.canvas.height);
            return [...data];
        };
        const tiled = read();
        const c = roll.context;
        const view = roll.view(now);
        roll.strip.draw = (context) => drawNotes(context,
            score.notes.filter(({ end }) => end !== null), view);
        roll.draw(now);
        const anew = read();
        let differing = 0;
        for (let i = 0; i < anew.length; i += 4) {
            const apart = Math.abs(anew[i] - tiled[i]) + Math.abs(anew[i + 2] - tiled[i + 2]);
            if (apart > 120) differing++;
        }
        return differing / (anew.length / 4);
        """,
    )

    assert differing < 0.01, "edges may lie half a pixel apart, where a tile begins"


def test_a_note_that_ends_is_added_to_the_tiles_there_are(visit):
    page = visit()
    colours = run(
        page,
        """
        const { roll, score, now, canvas } = make(0);
        score.on("player", 60, 100, now - 3000);
        for (let i = 0; i < 60; i++) roll.draw(now);
        score.off("player", 60, now - 1000);
        roll.draw(now);
        const { x, y, scale } = roll.view(now);
        const at = (ms) => roll.context.getImageData(x(ms) * scale, y(60) * scale, 1, 1).data;
        const isBlue = ([red, , blue]) => blue > red + 60;
        return [isBlue(at(now - 2000)), isBlue(at(now - 500)), isBlue(at(now - 3500))];
        """,
    )

    assert colours == [True, False, False]


def test_a_frame_of_a_duet_leaves_the_browser_time_for_more(visit):
    """What the page itself spends in a frame of a duet; loosely judged: the machine is shared."""
    page = visit()
    page.click("#first-duet")
    page.wait_for_timeout(1500)
    p95_ms = page.evaluate(
        """async () => {
            const spent = [];
            for (let i = 0; i < 90; i++) {
                await new Promise(requestAnimationFrame);
                spent.push(melodyrl.frameMs);
            }
            return spent.sort((a, b) => a - b)[85];
        }"""
    )
    page.click("#duet")

    assert p95_ms < 50
