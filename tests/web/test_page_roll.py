"""The piano roll: what it draws, and what a frame of it costs."""

import pytest

from tests.web.driving import wait_until

pytestmark = pytest.mark.browser

SETTING = """
    const { Roll } = await import("/page/roll.js");
    const { Score } = await import("/page/score.js");
    const { Grid } = await import("/page/grid.js");
    const { Ahead } = await import("/page/ahead.js");
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
        const ahead = new Ahead(document.createElement("input"), (ms) => ms);
        const roll = new Roll(canvas, score, new Grid(), ahead);
        const now = performance.now();
        fill(score, count, now);
        return { roll, score, now, canvas };
    };
    const median = (numbers) => numbers.sort((a, b) => a - b)[numbers.length >> 1];
"""


def run(page, body):
    return page.evaluate(f"async () => {{ {SETTING} {body} }}")


GRID = """
    const grid = new Grid();
    const lines = (from, to) => {
        const drawn = [];
        grid.lines(from, to, (ms, isBar, bar) => drawn.push([ms, isBar ? bar : 0]));
        return drawn;
    };
    const state = { running: true, bar: 0, step: 0, tempo_bpm: 120, meter: "4/4" };
"""


def test_lines_lie_on_the_grid_however_late_it_is_told(visit):
    lines = run(
        visit(),
        GRID
        + """
        grid.tell(1043, 1000, state);
        grid.tell(1170, 1125, { ...state, step: 1 });
        grid.tell(3140, 3125, { ...state, bar: 1, step: 1 });
        return lines(0, 3300);
        """,
    )

    assert lines == [[1000, 1], [1500, 0], [2000, 0], [2500, 0], [3000, 2]]


def test_a_new_tempo_moves_the_lines_to_come_and_none_of_the_past(visit):
    """At 1100 the tempo halves: by the new one step 0 began at 900."""
    lines = run(
        visit(),
        GRID
        + """
        grid.tell(1010, 1000, state);
        grid.tell(1110, 900, { ...state, tempo_bpm: 60 });
        return [lines(0, 3000), grid.quarterAt(1400)];
        """,
    )

    assert lines == [[[1000, 1], [1900, 0], [2900, 0]], 0.5]


def test_a_clock_that_wavers_by_hairs_makes_no_new_stretch(visit):
    counts = run(
        visit(),
        GRID
        + """
        for (let step = 0; step < 16; step++) {
            const tempo = 120 + 0.05 * (-1) ** step;
            grid.tell(1010 + 125 * step, 1000 + 125 * step, { ...state, step, tempo_bpm: tempo });
        }
        const before = grid.stretches.length;
        grid.tell(5000, 5000, { ...state, bar: 7 });
        return [before, grid.stretches.length, lines(4999, 5010)];
        """,
    )

    assert counts == [1, 2, [[5000, 8]]]


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


def test_a_picture_that_would_look_the_same_is_not_drawn_again(visit):
    page = visit()
    page.wait_for_timeout(500)
    count = """ms => new Promise((resolve) => {
        const { roll } = melodyrl;
        const draw = roll.draw;
        let drawn = 0;
        roll.draw = (now) => { drawn++; draw.call(roll, now); };
        setTimeout(() => { roll.draw = draw; resolve(drawn); }, ms);
    })"""
    assert page.evaluate(count, 300) == 0, "nothing was played"
    page.set_viewport_size({"width": 1000, "height": 700})
    assert page.evaluate("melodyrl.roll.width") < 1000
    wait_until(page, "!melodyrl.roll.isMoving")
    page.keyboard.down("a")

    assert page.evaluate(count, 300) > 3, "a note grows"
    page.keyboard.up("a")


LATE_SPEAKER = """
    Object.defineProperty(AudioContext.prototype, "outputLatency", { get: () => 0.4 });
"""


@pytest.mark.parametrize(("prepare", "late_ms"), [(LATE_SPEAKER, 400), (None, 0)])
def test_what_is_drawn_waits_for_the_sound(visit, prepare, late_ms):
    """A key that goes down reaches the line of the present when it is heard, and not before."""
    page = visit(prepare=prepare)
    page.keyboard.down("a")
    drawn_ms = page.evaluate(
        """async () => {
            const { roll } = melodyrl;
            const draw = roll.draw;
            return new Promise((resolve) => {
                roll.draw = (now) => {
                    roll.draw = draw;
                    resolve(performance.now() - now);
                };
            });
        }"""
    )
    page.keyboard.up("a")

    assert late_ms <= drawn_ms < late_ms + 200
