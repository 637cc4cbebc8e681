"""Tables of a run or a sweep, as CSV files whose rows all have the same columns."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

Row = Mapping[str, object]


def read_rows(path: Path) -> list[dict[str, float]]:
    """The rows of a table of numbers; none where there is no file."""
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return [{k: float(v) for k, v in row.items()} for row in csv.DictReader(file)]


def write_rows(rows: Sequence[Row], path: Path) -> None:
    """Write a table, of at least one row."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def append_row(row: Row, path: Path) -> None:
    """Add a row to a table, which begins with it where there is none."""
    is_new = not path.exists()
    with path.open("a", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(row))
        if is_new:
            writer.writeheader()
        writer.writerow(row)
