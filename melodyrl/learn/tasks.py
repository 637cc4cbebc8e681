"""The task of each preset."""

from melodyrl.errors import ConfigError
from melodyrl.learn.canvas_task import drum_task, picture_task
from melodyrl.learn.chord_task import chord_task
from melodyrl.learn.config import PresetName
from melodyrl.learn.melody_task import melody_task
from melodyrl.learn.task import Task


def task_of(name: PresetName, preference: str | None = None) -> Task:
    """What a run with this preset learns, for all preferences or for one.

    Raises:
        ConfigError: the task knows no such preference.
    """
    if name in ("eight-bar", "full"):
        return melody_task(name, preference)
    if preference is not None:
        raise ConfigError(f"--preference {preference} is a melody's; {name} learns for all of its.")
    match name:
        case "chords":
            return chord_task()
        case "canvas":
            return picture_task()
        case "drums":
            return drum_task()
