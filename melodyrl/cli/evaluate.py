"""`melodyrl evaluate`: what a policy's melodies are worth, against people and simpler players."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from tyro.conf import Positional, arg

from melodyrl.cli.playing import open_policy
from melodyrl.errors import ConfigError, FileError

if TYPE_CHECKING:
    from rich.console import Console

    from melodyrl.core.policy.policy import NetworkPolicy
    from melodyrl.env.tune import Tune
    from melodyrl.measure.evaluation import Evaluation, Evaluator
    from melodyrl.measure.judges import Judges
    from melodyrl.measure.people import People


@dataclass(frozen=True)
class Evaluate:
    """Measure a policy's melodies against people's, and write a report. Ctrl-C keeps what is done.

    Everything is measured on charts that no training has seen, and nothing but the last column is
    made of rewards.
    """

    checkpoint: Annotated[Positional[str], arg(metavar="CHECKPOINT")] = "shipped"
    """A policy file, or "shipped"."""
    out: Path = Path("evaluation")
    """Folder for report.html and evaluation.json."""
    corpus: Path | None = None
    """People's tunes for the judges that try to tell ours from theirs: the file that `melodyrl fit
    --cache` keeps, or a folder of lead sheets. None: people's bands alone, which are shipped."""
    quick: bool = False
    """A tenth of it, in a tenth of the time: wider intervals."""
    seed: int = 0
    """The same seed measures the same."""

    def run(self) -> None:
        """Measure stage by stage, writing the report after each."""
        from rich.console import Console

        from melodyrl.measure.people import people

        console = Console()
        known, evaluator = people(), self._evaluator()
        found = self._measure(evaluator, known, console)
        if found is not None:
            from melodyrl.cli.evaluation_tables import show

            show(found, known, console)
            console.print(f"Report: {self.out / 'report.html'}")
            console.print(f"Figures: {self.out / 'evaluation.json'}")

    def _measure(
        self, evaluator: "Evaluator", known: "People", console: "Console"
    ) -> "Evaluation | None":
        """What could be measured until the end, or until Ctrl-C."""
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        found: Evaluation | None = None
        columns = (
            TextColumn("{task.percentage:3.0f} %"),
            BarColumn(),
            TextColumn("{task.description}"),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=console, speed_estimate_period=60) as progress:
            task = progress.add_task("", total=evaluator.cost())
            try:
                for found in evaluator.stages(
                    lambda what, steps: progress.update(task, description=what, advance=steps)
                ):
                    self._write(found, known)
            except KeyboardInterrupt:
                progress.update(task, description="stopped")
                console.print("Stopped; what was measured until then is kept.")
        return found

    def _write(self, found: "Evaluation", known: "People") -> None:
        from melodyrl.measure.plain import text
        from melodyrl.measure.report.page import page

        try:
            self.out.mkdir(parents=True, exist_ok=True)
            (self.out / "evaluation.json").write_text(text(found, indent=1), "utf-8")
            (self.out / "report.html").write_text(page(found, known), "utf-8")
        except OSError as error:
            raise FileError(
                f"The report cannot be written to {self.out}: {error.strerror}; choose another "
                "folder with --out."
            ) from error

    def _evaluator(self) -> "Evaluator":
        from melodyrl.measure.evaluation import QUICK, Evaluator, Settings
        from melodyrl.measure.people import people

        if self.seed < 0:
            raise ConfigError(f"The seed {self.seed} is negative; choose 0 or more.")
        settings = replace(QUICK if self.quick else Settings(), seed=self.seed)
        return Evaluator(self._policy(), people(), settings, self._judges())

    def _policy(self) -> "NetworkPolicy":
        from melodyrl.core.policy.policy import NetworkPolicy

        policy = open_policy(self.checkpoint)
        if not isinstance(policy, NetworkPolicy):
            raise ConfigError(
                f"{self.checkpoint!r} is not a trained policy, and those without learning are in "
                "every report; give the path of a policy file."
            )
        if policy.preset.name != "full":
            raise ConfigError(
                f"{policy.name!r} is made for the preset {policy.preset.name!r}; evaluate measures "
                "the full one. The others have files in benchmarks/."
            )
        return policy

    def _judges(self) -> "Judges | None":
        from melodyrl.measure.judges import judges
        from melodyrl.measure.people import people

        if self.corpus is None:
            return None
        try:
            from melodyrl.learn.note_judge import note_judge
        except ImportError:
            print("Without torch no network reads the notes: pip install 'melodyrl[train]'.")
            return judges(self._tunes(self.corpus), people().trigram)
        return judges(self._tunes(self.corpus), people().trigram, note_judge(self.seed))

    def _tunes(self, corpus: Path) -> "Sequence[Tune]":
        from melodyrl.env.corpora import read_leadsheets
        from melodyrl.env.tune import load

        if corpus.is_dir():
            return list(read_leadsheets(corpus))
        try:
            return load(corpus)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise FileError(
                f"The corpus {corpus} cannot be read as tunes; give the file that `melodyrl fit "
                "--cache` keeps, or a folder of lead sheets."
            ) from error
