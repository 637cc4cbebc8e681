"""The list of all commands. A new command is one dataclass with `run`, and one line here."""

from typing import Annotated

from tyro.conf import subcommand

from melodyrl.cli.accompany import Accompany
from melodyrl.cli.compare import Compare
from melodyrl.cli.compose import Compose
from melodyrl.cli.doctor import Doctor
from melodyrl.cli.evaluate import Evaluate
from melodyrl.cli.fit import Fit
from melodyrl.cli.jam import Jam
from melodyrl.cli.panic import Panic
from melodyrl.cli.pattern import Pattern
from melodyrl.cli.policies import Policies
from melodyrl.cli.ports import Ports
from melodyrl.cli.sweep import Sweep
from melodyrl.cli.takes import Takes
from melodyrl.cli.train import Train

Command = (
    Annotated[Jam, subcommand("jam")]
    | Annotated[Compose, subcommand("compose")]
    | Annotated[Accompany, subcommand("accompany")]
    | Annotated[Pattern, subcommand("pattern")]
    | Annotated[Takes, subcommand("takes")]
    | Annotated[Train, subcommand("train")]
    | Annotated[Sweep, subcommand("sweep")]
    | Annotated[Compare, subcommand("compare")]
    | Annotated[Evaluate, subcommand("evaluate")]
    | Annotated[Fit, subcommand("fit")]
    | Annotated[Policies, subcommand("policies")]
    | Annotated[Ports, subcommand("ports")]
    | Annotated[Doctor, subcommand("doctor")]
    | Annotated[Panic, subcommand("panic")]
)

CONFIGURED: dict[str, type] = {"jam": Jam}
"""Commands whose flags may stand in the player's config file."""
