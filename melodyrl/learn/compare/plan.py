"""What all runs of a comparison share, kept in its folder so that it can go on."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from melodyrl.env.optimum import reward_fingerprint
from melodyrl.errors import ConfigError, FileError
from melodyrl.files import replace_file
from melodyrl.learn.compare.course import Course
from melodyrl.learn.compare.referee import Budget

FILE = "plan.json"


@dataclass(frozen=True, slots=True)
class Plan:
    """The budget of every run, and what its result is measured by."""

    budget: Budget
    rewards: str
    """Fingerprint of the rewards; with others all begins anew."""
    optimum: float
    """Mean return of the best melodies there are."""
    levels: dict[str, float]
    """Mean returns of players without learning."""


def open_plan(folder: Path, budget: Budget) -> Plan:
    """The plan of a folder, made where there is none.

    Raises:
        ConfigError: the folder holds a comparison with another budget or other rewards.
        FileError: the folder cannot be written, or its plan is not one.
    """
    path = folder / FILE
    try:
        if path.exists():
            return _checked(_read(path), budget, folder)
        folder.mkdir(parents=True, exist_ok=True)
        course = Course()
        plan = Plan(budget, reward_fingerprint(), course.best, course.levels())
        replace_file(path, (json.dumps(asdict(plan), indent=2) + "\n").encode())
    except OSError as error:
        raise FileError(f"{folder} cannot be written: {error.strerror}.") from error
    return plan


def _read(path: Path) -> Plan:
    try:
        kept: dict[str, Any] = json.loads(path.read_text("utf-8"))
        return Plan(budget=Budget(**kept.pop("budget")), **kept)
    except (ValueError, TypeError, KeyError) as error:
        raise FileError(f"{path} is not a comparison's plan: {error}.") from error


def _checked(plan: Plan, budget: Budget, folder: Path) -> Plan:
    if plan.budget != budget:
        raise ConfigError(
            f"{folder} holds a comparison with {_words(plan.budget)}; give the same to go on with "
            "it, or name another folder with --out."
        )
    if plan.rewards != reward_fingerprint():
        raise ConfigError(
            f"{folder} holds a comparison that was made with other rewards; name another folder "
            "with --out."
        )
    return plan


def _words(budget: Budget) -> str:
    steps = "" if budget.steps is None else f" --steps {budget.steps}"
    return f"--seconds {budget.seconds:g}{steps}"
