"""What came of a sweep: one table and one picture."""

import csv
from collections.abc import Sequence

from melodyrl.learn.curve import Panel, draw
from melodyrl.learn.run_folder import Point, RunFolder
from melodyrl.learn.sweep.plan import Trial, Varied
from melodyrl.learn.sweep.trial import measures, outcome

Cells = dict[str, str]


def write_table(trials: Sequence[Trial], varied: Varied) -> list[Cells]:
    """Write sweep.csv, README.md and curves.png beside the trials; return the rows, best first."""
    folder = trials[0].folder.parent
    rows = sorted(_rows(trials, varied), key=lambda row: -float(row["best"] or "-inf"))
    with (folder / "sweep.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    (folder / "README.md").write_text("\n".join(markdown(rows)) + "\n", "utf-8")
    _draw(trials)
    return rows


def markdown(rows: Sequence[Cells]) -> list[str]:
    """Lines of the table."""
    names = list(rows[0])
    lines = [f"| {' | '.join(names)} |", "|---" * len(names) + "|"]
    return lines + [f"| {' | '.join(row.values())} |" for row in rows]


def _rows(trials: Sequence[Trial], varied: Varied) -> list[Cells]:
    found = {trial.name: measures(trial) for trial in trials}
    columns = list(dict.fromkeys(k for points in found.values() for p in points for k in p))
    measured = [name for name in columns if name not in ("updates", "reward")]
    return [_row(trial, found[trial.name], measured, varied) for trial in trials]


def _row(trial: Trial, points: list[Point], measured: list[str], varied: Varied) -> Cells:
    curve = RunFolder(trial.folder).points()
    rewards = [point["reward"] for point in points]
    cells = {name: str(getattr(trial.config, name)) for name in varied}
    cells["updates"] = f"{points[-1]['updates']:.0f}" if points else ""
    cells["seconds"] = f"{curve[-1]['seconds']:.0f}" if curve else ""
    cells["best"] = f"{max(rewards):.4f}" if points else ""
    cells["last"] = f"{rewards[-1]:.4f}" if points else ""
    for name in measured:
        cells[name] = f"{points[-1].get(name, float('nan')):.3f}" if points else ""
    cells["outcome"] = outcome(trial) or "unfinished"
    return cells


def _draw(trials: Sequence[Trial]) -> None:
    curves = {trial.name: measures(trial) for trial in trials}
    names = list(dict.fromkeys(key for points in curves.values() for p in points for key in p))
    panels = [
        Panel(
            name,
            {
                trial: [(point["updates"], point[name]) for point in points if name in point]
                for trial, points in curves.items()
            },
        )
        for name in names
        if name != "updates"
    ]
    if panels:
        draw(panels, trials[0].folder.parent / "curves.png")
