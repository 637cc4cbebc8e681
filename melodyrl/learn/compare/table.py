"""A comparison as a table that people read."""

from melodyrl.learn.compare.referee import Budget
from melodyrl.learn.compare.summary import Comparison, Row, Spread

Cells = tuple[str, ...]


def table(found: Comparison, budget: Budget) -> list[Cells]:
    """Rows of cells, the first of them the titles of the columns; best first."""
    titles = (
        "",
        f"% in {budget.seconds:g} s" if budget.steps is None else "% at the end",
        "steps",
        f"% at {found.equal_steps:,} steps",
        "beats greedy",
    )
    ranked = sorted(found.rows.values(), key=lambda row: -row.by_seconds.mean)
    levels = [(name, f"{percent:.1f}", "", "", "") for name, percent in found.levels.items()]
    return [titles, *map(_cells, ranked), *levels]


def markdown(rows: list[Cells]) -> list[str]:
    """Lines of the table, as documents hold it."""
    lines = [f"| {' | '.join(cells)} |" for cells in rows]
    return [lines[0], "|---" * len(rows[0]) + "|", *lines[1:]]


def _cells(row: Row) -> Cells:
    passed = "never" if row.passed_s is None else f"after {row.passed_s:.0f} s"
    steps = f"{row.steps:,.0f}"
    return row.title, _spread(row.by_seconds), steps, _spread(row.by_steps), passed


def _spread(figure: Spread) -> str:
    return f"{figure.mean:.1f} ({figure.least:.1f} to {figure.most:.1f})"
