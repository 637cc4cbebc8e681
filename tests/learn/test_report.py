import io
from dataclasses import replace

from rich.console import Console
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from melodyrl.learn.report import Screen, seconds_table
from melodyrl.learn.run_folder import RunFolder
from melodyrl.learn.train import begin, resume, train
from tests.learn.test_train import CONFIG, never
from tests.learn.toy import toy_task


def watched(run) -> str:
    console = Console(file=io.StringIO())
    with Screen(run.folder.path, console, run.trainer.updates) as screen:
        train(run, clock_ns=lambda: 0, stop=never, report=screen)
    return console.file.getvalue()


def test_tensorboard_shows_losses_terms_values_and_speed_once_also_after_a_resumption(tmp_path):
    folder = RunFolder(tmp_path)
    watched(begin(CONFIG, toy_task(), folder))
    watched(resume(replace(CONFIG, updates=400), toy_task(), folder))

    events = EventAccumulator(str(tmp_path)).Reload()

    names = ("loss", "now", "later", "q", "td_error", "updates_per_second", "epsilon")
    assert {f"train/{name}" for name in names} <= set(events.Tags()["scalars"])
    told = [event.step for event in events.Scalars("test/reward")]
    assert told == [0, 50, 100, 150, 200, 300, 400]


def test_it_is_said_where_each_second_went(tmp_path):
    assert "learn" in watched(begin(CONFIG, toy_task(), RunFolder(tmp_path)))

    lines = seconds_table(10.0, {"act": 1.0, "learn": 8.0})

    assert lines == [
        "in all           10.0 s",
        "learn             8.0 s    80%",
        "act               1.0 s    10%",
    ]
