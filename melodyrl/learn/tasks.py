"""The task of each preset."""

from melodyrl.learn.canvas_task import picture_task
from melodyrl.learn.chord_task import chord_task
from melodyrl.learn.config import PresetName
from melodyrl.learn.melody_task import melody_task
from melodyrl.learn.task import Task


def task_of(name: PresetName) -> Task:
    """What a run with this preset learns."""
    match name:
        case "eight-bar" | "full":
            return melody_task(name)
        case "chords":
            return chord_task()
        case "canvas":
            return picture_task()
