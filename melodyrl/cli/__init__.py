"""The command line: `melodyrl COMMAND`. Composes the shells, and nothing else."""

import sys

from melodyrl.errors import MelodyError

ABOUT = "A bandmate over MIDI: it listens, and plays along in time and in harmony."
USER_ERROR = 2
"""Exit status when a person can mend what went wrong."""


def main(arguments: list[str] | None = None) -> None:
    """Run one command; what a person can mend becomes one sentence and exit status 2."""
    # tyro costs 0.3 s: only the command line pays for it.
    import tyro

    from melodyrl.cli.commands import CONFIGURED, Command
    from melodyrl.cli.config_file import default_path, with_config

    given = sys.argv[1:] if arguments is None else arguments
    try:
        given = with_config(given, CONFIGURED, default_path())
        tyro.cli(Command, prog="melodyrl", description=ABOUT, args=given).run()
    except MelodyError as error:
        print(f"melodyrl: {error}", file=sys.stderr)
        raise SystemExit(USER_ERROR) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None
