"""Program changes of a keyboard that choose a policy or a mode: 1=shipped, 2=mode-chords."""

from collections.abc import Iterable

from melodyrl.cli.policy_list import PolicyList
from melodyrl.core.engine.events import MODES, ChoosePolicy, SetMode, Wish
from melodyrl.errors import ConfigError

HIGHEST = 128
"""Programs count from 1, as keyboards show them; on the wire they are 0 to 127."""


_MODES = {f"mode-{mode}": SetMode(mode) for mode in MODES}


def parse_programs(texts: Iterable[str], policies: PolicyList) -> dict[int, Wish]:
    """The policy or mode that each program (0-127) chooses; of two for one program the later.

    Raises:
        ConfigError: a text is no program and policy, or there is no such policy.
    """
    programs: dict[int, Wish] = {}
    for text in texts:
        number, equals, name = (part.strip() for part in text.partition("="))
        if not equals:
            raise ConfigError(
                f"--program {text} is not a program and its policy; write --program 1=shipped."
            )
        is_number = number.isascii() and number.isdigit() and len(number) <= 3
        if not is_number or not 1 <= int(number) <= HIGHEST:
            raise ConfigError(f"The program {number!r} is not one of 1 to {HIGHEST}.")
        wanted = _MODES.get(name) or ChoosePolicy(policies.find(name).name)
        programs[int(number) - 1] = wanted
    return programs
