"""The task of each preset."""

from typing import Literal

from melodyrl.core.policy.presets import PresetName
from melodyrl.learn.chord_task import chord_task
from melodyrl.learn.melody_task import melody_task
from melodyrl.learn.task import Task


def task_of(name: PresetName | Literal["chords"]) -> Task:
    """What a run with this preset learns."""
    return chord_task() if name == "chords" else melody_task(name)
