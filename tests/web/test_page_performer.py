"""The performer that plays notes against any clock, on a clock that the test turns by hand."""

import pytest

pytestmark = pytest.mark.browser

SETTING = """
    const { Performer } = await import("/page/performer.js");
    const said = [];
    const performer = new Performer(
        (pitch, velocity) => said.push(`on ${pitch} ${velocity}`),
        (pitch) => said.push(`off ${pitch}`),
    );
    let now = 0;
    const note = (at, length, pitch) => ({ at, length, pitch, velocity: 70 });
    const start = (notes, options) => {
        performer.start(notes, () => now, options);
        clearInterval(performer.timer); // only the test turns it
    };
    const turnTo = (at) => {
        now = at;
        said.push(at);
        performer.tick();
    };
"""


def run(page, body):
    return page.evaluate(f"async () => {{ {SETTING} {body} return said; }}")


def test_notes_begin_and_end_in_time_and_the_end_is_told(visit):
    said = run(
        visit(),
        """
        start([note(1, 1, 64), note(0, 2, 60)], { ended: () => said.push("ended") });
        for (const at of [0.9, 1, 2]) turnTo(at);
        """,
    )

    assert said == ["on 60 70", 0.9, 1, "on 64 70", 2, "off 60", "off 64", "ended"]


def test_a_round_begins_again(visit):
    said = run(
        visit(),
        """
        start([note(0, 0.5, 60), note(1, 0.5, 62)], { round: 2 });
        for (const at of [1, 2, 3, 4]) turnTo(at);
        """,
    )

    assert [each for each in said if str(each).startswith("on")] == ["on 60 70", "on 62 70"] * 2 + [
        "on 60 70"
    ]


def test_a_pitch_that_is_struck_again_ends_first(visit):
    said = run(visit(), "start([note(0, 1, 60), note(1, 1, 60)]); turnTo(1);")

    assert said == ["on 60 70", 1, "off 60", "on 60 70"]


def test_what_a_sleeping_page_missed_is_left_out(visit):
    said = run(
        visit(),
        """
        start([note(0, 1, 60), note(1, 1, 61), note(2, 1, 62), note(3, 1, 63)], { late: 0.5 });
        turnTo(3.2);
        """,
    )

    assert said == ["on 60 70", 3.2, "off 60", "on 63 70"]


def test_stopping_releases_what_sounds(visit):
    said = run(visit(), "start([note(0, 9, 60), note(0, 9, 64)]); performer.stop();")

    assert sorted(said) == ["off 60", "off 64", "on 60 70", "on 64 70"]


def test_the_guest_follows_the_tempo_and_is_drawn_to_the_machines_beat(visit):
    """Half the tempo, half the way; and a machine that is a tenth of a beat ahead draws it on."""
    beats = visit().evaluate(
        """async () => {
            const { Guest } = await import("/page/guest.js");
            let clock = 1000;
            let heard = null;
            performance.now = () => clock;
            const guest = new Guest({ hold() {}, letGo() {} }, { quarterAt: () => heard }, () => {},
                () => {});
            const pass = (ms) => { clock += ms; guest.position(); return guest.beat; };
            guest.start({ notes: [{ at: 99, length: 1, pitch: 60, velocity: 1 }], tempo_bpm: 120,
                meter: [4, 4], beats: 0 });
            clearInterval(guest.performer.timer);
            const before = pass(1000);
            guest.follow({ running: true, tempo_bpm: 60 }, clock);
            const slower = pass(1000);
            heard = slower + 0.1;
            for (let i = 0; i < 60; i++) pass(0);
            const drawn = guest.beat;
            heard = drawn + 20;
            return [before, slower, drawn - slower, pass(0) - drawn];
        }"""
    )

    assert beats == pytest.approx([2.0, 3.0, 0.1, 0.0], abs=0.001)
