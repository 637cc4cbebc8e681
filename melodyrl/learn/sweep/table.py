"""What came of a sweep: one table and one picture."""

from collections.abc import Mapping, Sequence

from melodyrl.learn.curve import Panel, draw, line_of
from melodyrl.learn.rows import write_rows
from melodyrl.learn.run_folder import Point, RunFolder
from melodyrl.learn.sweep.plan import Trial, Varied
from melodyrl.learn.sweep.trial import measures, outcome

Cells = dict[str, str]


def write_table(trials: Sequence[Trial], varied: Varied) -> list[Cells]:
    """Write sweep.csv, README.md and curves.png beside the trials; return the rows, best first."""
    folder = trials[0].folder.parent
    found = {trial.name: measures(trial) for trial in trials}
    columns = list(dict.fromkeys(k for points in found.values() for p in points for k in p))
    measured = [name for name in columns if name not in ("updates", "reward")]
    rows = [_row(trial, found[trial.name], measured, varied) for trial in trials]
    rows.sort(key=lambda row: -float(row["best"] or "-inf"))
    write_rows(rows, folder / "sweep.csv")
    (folder / "README.md").write_text("\n".join(markdown(rows)) + "\n", "utf-8")
    if panels := [_panel(name, found) for name in columns if name != "updates"]:
        draw(panels, folder / "curves.png")
    return rows


def markdown(rows: Sequence[Cells]) -> list[str]:
    """Lines of the table."""
    names = list(rows[0])
    lines = [f"| {' | '.join(names)} |", "|---" * len(names) + "|"]
    return lines + [f"| {' | '.join(row.values())} |" for row in rows]


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


def _panel(name: str, found: Mapping[str, list[Point]]) -> Panel:
    """One figure of all trials."""
    return Panel(name, {trial: line_of(points, name) for trial, points in found.items()})
