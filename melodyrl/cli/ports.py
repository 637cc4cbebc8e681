"""`melodyrl ports`: what this machine has."""

from dataclasses import dataclass

from melodyrl.live.systems import SPOKEN, Api, input_names, output_names


@dataclass(frozen=True)
class Ports:
    """List the MIDI ports of this machine, by the names that the other commands take."""

    api: Api = "auto"
    """MIDI system to ask: auto asks each that answers."""

    def run(self) -> None:
        """Print them, inputs first."""
        inputs, outputs = input_names(self.api), output_names(self.api)
        if not inputs and not outputs:
            print("There are no MIDI ports on this machine; `melodyrl jam` plays on its page.")
            return
        _print("To listen to (--input NAME):", inputs)
        _print("To send to (--output NAME):", outputs)


def _print(title: str, named: list[tuple[str, str]]) -> None:
    print(title)
    for system, name in named:
        print(f"  {name}  [{SPOKEN[system]}]")
    if not named:
        print("  none")
