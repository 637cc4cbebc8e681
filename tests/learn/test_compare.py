"""What every method of a comparison shares, and what each of ours does."""

import json
from itertools import count

import numpy as np
import pytest
import torch
from matplotlib.colors import to_rgba
from PIL import Image

from melodyrl.cli import main
from melodyrl.core.policy.presets import EIGHT_BAR
from melodyrl.env import baselines
from melodyrl.env.beam import Beam
from melodyrl.env.melody_env import MelodyEnv
from melodyrl.errors import ConfigError
from melodyrl.learn.compare.course import EQUAL, Course, training_lanes
from melodyrl.learn.compare.entry import Entry, run_entry
from melodyrl.learn.compare.methods import METHODS
from melodyrl.learn.compare.own import OneNumber
from melodyrl.learn.compare.picture import height, picture
from melodyrl.learn.compare.plan import FILE, Plan, open_plan
from melodyrl.learn.compare.referee import POINTS, Budget, Point, Referee
from melodyrl.learn.compare.reinforce import Actor, RecurrentPolicy, advantage, loss_of, play
from melodyrl.learn.compare.summary import Spread, summary
from melodyrl.learn.compare.table import markdown, table
from melodyrl.learn.compare.tabular import QTable, learn_table, state_of
from melodyrl.learn.compare.vec_env import LanesEnv

torch.set_num_threads(1)  # as in a run: two threads would wait for each other

TINY = Budget(seconds=1000.0, steps=4096)
"""Enough for each method to learn a little: ours begins after 2,000."""


def referee(budget: Budget, seconds_a_look: float = 0.0, told=lambda points: None) -> Referee:
    """One whose clock goes on a little each time that it is looked at, and whose test is free."""
    looks = count()
    return Referee(budget, lambda choose: 1.0, lambda: next(looks) * seconds_a_look, told=told)


def test_a_budget_of_steps_ends_a_run_and_gives_an_even_curve():
    told = []
    judge = referee(Budget(seconds=1e9, steps=1000), told=lambda points: told.append(len(points)))

    steps = 0
    while judge.goes_on(steps, baselines.greedy):
        steps += 10

    assert steps == 1000
    assert [point.steps for point in judge.points] == list(range(0, 1001, 1000 // POINTS))
    assert told == list(range(1, POINTS + 2))


def test_a_budget_of_seconds_ends_a_run_and_a_test_costs_it_nothing():
    now = 5.0

    def test(choose) -> float:
        nonlocal now
        now += 100.0
        return 1.0

    judge = Referee(Budget(seconds=10.0), test, lambda: now)
    steps = 0
    while judge.goes_on(steps, baselines.greedy):
        now, steps = now + 0.5, steps + 1

    assert steps == 20
    assert [point.seconds for point in judge.points] == [0.5 * i for i in range(21)]


def test_a_run_that_is_to_stop_ends_at_the_next_step():
    asked = iter([False, False, True])
    judge = Referee(TINY, lambda choose: 0.0, lambda: 0.0, stop=lambda: next(asked))

    assert [judge.goes_on(steps, baselines.greedy) for steps in range(3)] == [True, True, False]


def test_the_course_knows_the_best_return_and_players_without_learning():
    course = Course(progressions=2)

    levels = course.levels()

    assert levels["random"] < 0 < levels["one-step greedy"] < course.best
    assert course.earned(Beam(64)) == pytest.approx(course.best, rel=0.02)


def test_a_lane_is_the_environment_of_gymnasium():
    single, lanes = MelodyEnv("eight-bar", weights=EQUAL), training_lanes(1, 3)
    vector = LanesEnv(lanes)
    seen = vector.reset()
    single.reset(seed=0)
    single._lanes = training_lanes(1, 3)
    single._lanes.reset()
    single._seen = single._lanes.reset()

    assert (seen[0] == single._seen.features[0]).all()
    for t in range(EIGHT_BAR.decisions):
        action = (3 * t) % 7
        observed, reward, terminated, _, _ = single.step(np.int64(action))
        vector.step_async(np.array([action]))
        seen, reward_N, done_N, infos = vector.step_wait()
        assert reward_N[0] == pytest.approx(reward, abs=1e-6)
        assert done_N[0] == terminated
        shown = infos[0]["terminal_observation"] if terminated else seen[0]
        assert (shown == observed["features"]).all()
    assert terminated


def test_ours_hears_one_number_and_not_which_term_it_came_from():
    plain, heard = training_lanes(4, 1), OneNumber(training_lanes(4, 1))
    plain.reset()
    assert heard.reset().judgement.shape == (4, EIGHT_BAR.actions.count, 1)
    action = np.array([0, 2, 4, 6])

    step, summed = plain.step(action), heard.step(action)

    assert summed.reward[:, 0] == pytest.approx(step.reward @ EQUAL, abs=1e-6)
    assert (summed.observation.features == step.observation.features).all()
    assert (heard.w == 1).all()
    assert heard.w.shape == (4, 1)


@pytest.mark.parametrize("method", METHODS)
def test_every_method_learns_until_its_budget_is_used(method, tmp_path):
    entry = Entry(method, 1, TINY, tmp_path)
    assert entry.share == 0

    run_entry(entry, Course(progressions=2))

    points = entry.points()
    assert entry.has_ended
    assert points[-1].steps >= 4096
    assert np.isfinite([point.earned for point in points]).all()


def test_a_run_that_was_interrupted_has_not_ended(tmp_path):
    entry = Entry("tabular", 1, TINY, tmp_path)

    run_entry(entry, Course(progressions=2), stop=lambda: True)

    assert len(entry.points()) == 1
    assert not entry.has_ended


@pytest.mark.slow
@pytest.mark.parametrize("method", ["tabular", "together", "reinforce"])
def test_the_same_seed_and_steps_give_the_same_curve(method):
    course = Course(progressions=2)

    def curve(seed: int) -> list[Point]:
        judge = Referee(TINY, course.earned, lambda: 0.0)
        METHODS[method].learn(judge, seed)
        return judge.points

    once, again, other = curve(1), curve(1), curve(2)

    assert once == again
    assert once != other


def test_a_table_tells_apart_what_it_says_it_does():
    """Two lanes share a state exactly where beat, chords and the last two notes are alike."""
    lanes = training_lanes(64, 2)
    seen, rng, known, found = lanes.reset(), np.random.default_rng(0), [], []
    for _ in range(40):
        context, recent = lanes.context, lanes.melody.recent
        rows = zip(context.step, context.chord, context.next_chord, recent[:, -2:], strict=True)
        known += [tuple(np.concatenate([np.atleast_1d(x) for x in row]).tolist()) for row in rows]
        found += state_of(seen.features).tolist()
        seen = lanes.step(rng.integers(7, size=64)).observation

    pairs = set(zip(known, found, strict=True))
    assert len(pairs) == len(set(known)) == len(set(found)) > 500


def test_a_table_moves_by_a_share_of_its_error():
    made = QTable()
    made.value[5] = [1, 0, 0, 0, 0, 0, 0]

    made.learn(np.array([5, 9]), np.array([0, 3]), np.array([3.0, -1.0], np.float32), 0.5)

    assert made.value[5, 0] == 2
    assert made.value[9, 3] == -0.5


def test_returns_are_discounted_and_freed_of_what_all_lanes_share():
    reward = torch.tensor([[1.0, 0.0], [2.0, 4.0]])

    found = advantage(reward, gamma=0.5)

    # Returns are 2 and 2, then 2 and 4: less their means 0 and 0, then -1 and 1.
    centred = torch.tensor([[0.0, 0.0], [-1.0, 1.0]])
    assert torch.allclose(found, centred / centred.std(), atol=1e-5)


def test_a_recurrent_policy_is_asked_alike_step_by_step_and_as_a_whole():
    torch.manual_seed(0)
    policy = RecurrentPolicy(191, 7, hidden=8)
    torch.nn.init.normal_(policy.head.weight)
    actor, lanes = Actor(policy), training_lanes(3, 1)

    for _ in range(2):
        played = play(lanes, actor)
        with torch.no_grad():
            whole, _ = policy(played.seen)

        lanes_again = training_lanes(3, 1)
        lanes_again.reset()
        apart = []
        for t in range(EIGHT_BAR.decisions):
            lanes_again.position[:] = t
            seen = type("Seen", (), {"features": played.seen[t].numpy()})
            apart.append(actor.logits(lanes_again, seen))
        assert torch.allclose(whole, torch.stack(apart), atol=1e-5)


def test_a_step_against_the_loss_makes_what_paid_more_likely():
    torch.manual_seed(0)
    policy, lanes = RecurrentPolicy(191, 7, hidden=8), training_lanes(16, 1)
    played = play(lanes, Actor(policy))
    played.reward[:] = (played.action == 2).float()

    def chance() -> float:
        return torch.softmax(policy(played.seen)[0], -1)[..., 2].mean().item()

    before, adam = chance(), torch.optim.Adam(policy.parameters(), lr=0.01)
    for _ in range(5):
        adam.zero_grad()
        loss_of(policy, played).backward()
        adam.step()

    assert before == pytest.approx(1 / 7)
    assert chance() > 0.16


@pytest.mark.slow
def test_a_table_learns_more_than_chance():
    course = Course(progressions=16)
    judge = Referee(Budget(seconds=1e9, steps=200_000), course.earned, lambda: 0.0)

    learn_table(judge, 1)

    assert judge.points[-1].earned > 0.3 * course.best > 0 > course.levels()["random"]


def entry_of(folder, method: str, seed: int, *earned: float) -> Entry:
    """A run that came to this, in steps of ten and of a second."""
    made = Entry(method, seed, Budget(seconds=len(earned) - 1), folder)
    made.keep([Point(10 * i * seed, float(i), value) for i, value in enumerate(earned)])
    return made


LEVELS = {"random": -1.0, "one-step greedy": 5.0}


def test_a_row_says_what_its_seeds_came_to(tmp_path):
    found = summary(
        [
            entry_of(tmp_path, "dqn", 1, 0.0, 6.0, 4.0, 8.0),
            entry_of(tmp_path, "dqn", 2, 0.0, 0.0, 6.0, 9.0),
            entry_of(tmp_path, "a2c", 1, 0.0, 6.0, 6.0, 4.0),
        ],
        10.0,
        LEVELS,
    )

    dqn, a2c = found.rows["dqn"], found.rows["a2c"]
    assert dqn.by_seconds == Spread(85.0, 80.0, 90.0)
    assert found.equal_steps == 30
    # The second seed takes twenty steps a second: it was half-way between 0 and 60 after thirty.
    assert dqn.by_steps == Spread(55.0, 30.0, 80.0)
    assert dqn.steps == 45
    assert dqn.passed_s == 2.5
    assert a2c.passed_s is None
    assert found.levels == {"random": -10.0, "one-step greedy": 50.0}
    rows = table(found, Budget(3.0))
    assert rows[0] == ("", "% in 3 s", "steps", "% at 30 steps", "beats greedy")
    assert rows[1] == ("DQN", "85.0 (80.0 to 90.0)", "45", "55.0 (30.0 to 80.0)", "after 2 s")
    assert rows[2][-1] == "never"
    assert markdown(rows)[-1] == "| one-step greedy | 50.0 |  |  |  |"


def test_the_picture_shows_the_mean_within_its_band_and_the_levels(tmp_path):
    found = summary(
        [entry_of(tmp_path, "dqn", 1, 0.0, 8.0), entry_of(tmp_path, "dqn", 2, 0.0, 9.0)],
        10.0,
        LEVELS,
    )

    by_seconds, by_steps = picture(found).axes

    line, *levels = by_seconds.get_lines()
    assert line.get_label() == "DQN"
    assert line.get_ydata()[-1] == pytest.approx(float(height([85.0])[0]))
    (band,) = by_seconds.collections
    tops = band.get_paths()[0].vertices[:, 1]
    assert tops.max() == pytest.approx(float(height([90.0])[0]))
    assert [text.get_text() for text in by_steps.texts] == ["random", "one-step\ngreedy"]
    beside = by_steps.get_window_extent().x1
    assert all(text.get_window_extent().x0 > beside for text in by_steps.texts)
    assert [level.get_ydata()[0] for level in levels] == pytest.approx(height([-10.0, 50.0]))
    assert by_steps.get_xscale() == "log"
    assert to_rgba(line.get_color())[:3] == tuple(band.get_facecolor()[0][:3])


def test_a_folder_goes_on_only_with_what_it_was_begun_with(tmp_path, monkeypatch):
    small = Course(progressions=2)
    monkeypatch.setattr("melodyrl.learn.compare.plan.Course", lambda: small)
    plan = open_plan(tmp_path / "a", TINY)
    assert plan.optimum == small.best
    assert open_plan(tmp_path / "a", TINY) == plan

    with pytest.raises(ConfigError, match=r"--seconds 1000 --steps 4096; give the same"):
        open_plan(tmp_path / "a", Budget(5.0))
    kept = json.loads((tmp_path / "a" / FILE).read_text())
    (tmp_path / "a" / FILE).write_text(json.dumps(kept | {"rewards": "old"}))
    with pytest.raises(ConfigError, match="other rewards"):
        open_plan(tmp_path / "a", TINY)
    (tmp_path / "a" / FILE).write_text("{}")
    with pytest.raises(Exception, match="not a comparison's plan"):
        open_plan(tmp_path / "a", TINY)
    assert isinstance(plan, Plan)


FLAGS = ["--only", "tabular", "--only", "dqn", "--seeds", "1", "--seconds", "500", "--workers", "2"]


@pytest.mark.slow
def test_the_command_keeps_what_has_ended_and_writes_table_json_and_picture(tmp_path, capsys):
    out = tmp_path / "compare"
    command = ["compare", *FLAGS, "--steps", "320", "--out", str(out)]
    main(command)
    assert "Q-learning" in capsys.readouterr().out
    before = (out / "dqn-1.json").stat().st_mtime_ns
    (out / "tabular-1.json").unlink()

    main(command)

    assert (out / "dqn-1.json").stat().st_mtime_ns == before
    told = json.loads((out / "comparison.json").read_text())
    assert set(told["rows"]) == {"tabular", "dqn"}
    assert told["equal_steps"] >= 320
    assert (out / "README.md").read_text().count("\n") == 6
    with Image.open(out / "curves.png") as drawn:
        assert drawn.size[0] > 1000


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        (["--only", "sarsa"], "--only sarsa is no method; choose from tabular, dqn"),
        (["--seeds", "0"], "--seeds 0 is out of range"),
        (["--workers", "0"], "--workers 0 is out of range"),
        (["--seconds", "0"], "--seconds 0.0 is out of range"),
        (["--steps", "0"], "--steps 0 is out of range"),
    ],
)
def test_what_cannot_be_run_is_answered_with_a_sentence(flags, sentence, tmp_path, capsys):
    with pytest.raises(SystemExit, match="2"):
        main(["compare", "--out", str(tmp_path / "x"), *flags])

    assert sentence in capsys.readouterr().err


def test_a_missing_extra_is_answered_with_a_sentence(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("melodyrl.cli.compare.NEEDED", ("torch", "no_such_library"))

    with pytest.raises(SystemExit, match="2"):
        main(["compare", "--out", str(tmp_path)])

    told = capsys.readouterr().err
    assert "no_such_library" in told
    assert "pip install 'melodyrl[compare]'" in told
    assert told.count("\n") == 1
